import { expect, it } from 'vitest';
import { parseCronSchedule } from '../../../src/cluster/api/cron-schedule.js';
import { readVectors } from '../../vectors/read.js';

interface Case {
  kind: string;
  op: string;
  object?: { spec?: { schedule?: unknown } };
  expected: { code: number; details?: { causes?: { field: string; message: string }[] } };
}

function scheduleFault(text: string): string | undefined {
  const parsed = parseCronSchedule(text);
  return parsed.ok ? undefined : parsed.fault;
}

it('reads schedules as the API server does', () => {
  let faults = 0;
  for (const { kind, op, object, expected } of readVectors<Case>('api.validation.jsonl.gz')) {
    const schedule = object?.spec?.schedule;
    if (
      kind !== 'CronJob' ||
      op !== 'create' ||
      expected.code === 400 ||
      typeof schedule !== 'string' ||
      schedule === ''
    )
      continue;
    const cause = expected.details?.causes?.find(({ field }) => field === 'spec.schedule');
    const fault = scheduleFault(schedule);
    const message = fault === undefined ? undefined : `Invalid value: ${JSON.stringify(schedule)}: ${fault}`;
    expect({ schedule, message }).toEqual({ schedule, message: cause?.message });
    if (fault !== undefined) faults++;
  }
  expect(faults).toBeGreaterThan(3);
});

it.each(['@hourly', '@every 1h30m', '*/5 0-12/3 1,15 jan-MAR mon-fri', '0 0 ? * 0'])('takes %s', (schedule) => {
  expect(scheduleFault(schedule)).toBeUndefined();
});

it.each([
  ['@never', 'unrecognized descriptor: @never'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
])('refuses %s', (schedule, fault) => {
  expect(scheduleFault(schedule)).toBe(fault);
});
