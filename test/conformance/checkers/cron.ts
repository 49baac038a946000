import { parseCronSchedule } from '../../../src/cluster/api/cron-schedule.js';
import { timeZoneOf } from '../../../src/cluster/api/time-zones.js';
import { nextTime } from '../../../src/cluster/controllers/cron-job/next-time.js';
import { type Checker, difference } from './checker.js';

interface Case {
  readonly schedule: string;
  readonly timeZone: string;
  readonly from: string;
  readonly next?: readonly string[];
  readonly error?: string;
}

const MILLISECONDS = 1_000;

/** `misc.cron`: the next times of a schedule in a time zone. */
export const cron: Checker = {
  kind: 'misc.cron',
  check({ schedule, timeZone, from, next, error }: Case) {
    const parsed = parseCronSchedule(schedule);
    if (!parsed.ok || next === undefined) return difference(parsed.ok ? undefined : parsed.fault, error);
    const times: string[] = [];
    let at: number | undefined = Date.parse(from) / MILLISECONDS;
    while (at !== undefined && times.length < next.length) {
      at = nextTime(parsed.schedule, timeZoneOf(timeZone)!, at);
      times.push(at === undefined ? 'never' : new Date(at * MILLISECONDS).toISOString().replace('.000', ''));
    }
    return difference(times, next);
  },
};
