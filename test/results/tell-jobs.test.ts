import { describe, expect, test } from 'vitest';
import { EVENT_TABLE } from '../../src/cluster/api/tables.js';
import { POD_TABLE } from '../../src/cluster/nodes/tables.js';
import type { Cell } from '../../src/kernel/probe.js';
import { answerOf } from '../../src/results/answer.js';
import { summaryFigures } from '../../src/results/summary-figures.js';
import { summaryTables } from '../../src/results/summary-table.js';
import { summarize } from '../../src/results/summary.js';
import { IDENTITY, tableOf } from './fixture.js';

function event(at: number, kind: string, namespace: string, name: string, reason: string, message = ''): Cell[] {
  return [at, '', kind, namespace, name, 'Normal', reason, message, 1, at];
}

function job(at: number, name: string, reason: string, message = ''): Cell[] {
  return event(at, 'Job', 'default', name, reason, message);
}

function summaryOf(events: readonly Cell[][], pods: readonly Cell[][] = []) {
  return summarize(
    new Map([
      ['events', tableOf(EVENT_TABLE, events)],
      ['pods', tableOf(POD_TABLE, pods)],
    ]),
    IDENTITY,
  );
}

function tell(events: readonly Cell[][]): string {
  return answerOf(summaryOf(events), []).sentences.join(' ');
}

const BACKOFF = 'Job has reached the specified backoff limit';
const ENDED = [
  job(10, 'good', 'SuccessfulCreate'),
  job(10, 'bad', 'SuccessfulCreate'),
  job(10, 'slow', 'SuccessfulCreate'),
  job(53, 'bad', 'BackoffLimitExceeded', BACKOFF),
  job(80, 'good', 'Completed', 'Job completed'),
];

describe('Jobs', () => {
  test('are told with their end', () => {
    expect(tell(ENDED)).toContain(
      `job/bad failed after 43 s (BackoffLimitExceeded: ${BACKOFF}). job/slow was unfinished at the end of the run. job/good completed in 1m 10s.`,
    );
    const rows = summaryTables(summaryOf(ENDED)).at(-1)!.rows;
    expect(rows).toContainEqual(['job/good', '1m 10s']);
    expect(rows).toContainEqual(['job/bad', 'failed after 43 s (BackoffLimitExceeded)']);
    expect(rows).toContainEqual(['job/slow', 'unfinished']);
  });

  test('have a duration only when they complete', () => {
    const figures = summaryFigures(summaryOf(ENDED));
    expect(figures['job.good.duration_s']).toBe(70);
    expect(figures).not.toHaveProperty('job.bad.duration_s');
    expect(figures).not.toHaveProperty('job.slow.duration_s');
  });

  test('say why they have no pods, as long as they have none', () => {
    const refused = job(20, 'slow', 'FailedCreate', 'Error creating: exceeded quota');
    expect(tell([job(10, 'slow', 'FailedCreate', 'x'), refused])).toContain(
      'job/slow was unfinished at the end of the run: Error creating: exceeded quota.',
    );
    expect(tell([refused, job(30, 'slow', 'SuccessfulCreate')])).toContain('at the end of the run.');
  });

  test('of the same name are different Jobs', () => {
    const again = [...ENDED, job(100, 'bad', 'SuccessfulCreate'), job(105, 'bad', 'Completed')];
    expect(summaryFigures(summaryOf(again))['job.bad.duration_s']).toBe(5);
  });

  test('of which there are many are told in one sentence', () => {
    const many = Array.from({ length: 5 }, (_, index) => [
      job(10, `job-${index}`, 'SuccessfulCreate'),
      job(20 + index, `job-${index}`, 'Completed'),
    ]).flat();
    expect(tell(many)).toContain('5 Jobs completed in 10 s to 14 s.');
  });
});

test('runs of a CronJob are counted', () => {
  const cron = (at: number, reason: string, message: string): Cell[] =>
    event(at, 'CronJob', 'team', 'nightly', reason, message);
  const run = (at: number, name: string, reason: string): Cell[] => event(at, 'Job', 'team', name, reason, BACKOFF);
  const events = ['n-1', 'n-2', 'n-3', 'n-4'].flatMap((name, index) => [
    cron(60 * index, 'SuccessfulCreate', `Created job ${name}`),
    run(60 * index, name, 'SuccessfulCreate'),
  ]);
  events.push(run(8, 'n-1', 'Completed'), run(70, 'n-2', 'BackoffLimitExceeded'));
  events.push(cron(130, 'SuccessfulDelete', 'Deleted job n-3'), cron(140, 'SuccessfulDelete', 'Deleted job n-1'));
  expect(tell(events)).toContain(
    'cronjob/team/nightly: 4 runs: 1 complete, 1 failed (BackoffLimitExceeded), 1 deleted, 1 unfinished, the slowest in 8 s.',
  );
  expect(summaryFigures(summaryOf(events))).toMatchObject({
    'cronjob.team/nightly.runs': 4,
    'cronjob.team/nightly.failed': 1,
  });
});

describe('pods that failed', () => {
  const pod = (cells: Record<string, Cell>): Cell[] =>
    POD_TABLE.columns.map(({ name }) => cells[name] ?? (name === 'created_s' ? 0 : null));

  test('are told beside those that became ready', () => {
    const pods = [pod({ ready_s: 4, phase: 'Running' }), pod({ ready_s: 4, stopped_s: 9, phase: 'Failed' })];
    const summary = summaryOf([], pods);
    expect(answerOf(summary, []).sentences.join(' ')).toContain(
      '1 of 2 pods failed; 2 had become ready, half of these within 4 s of their creation, 99% within 4 s.',
    );
    expect(summaryTables(summary).at(-1)!.rows).toContainEqual(['pods', '2, of which 1 failed']);
  });

  test('are told with their reason', () => {
    const over = { namespace: 'default', name: 'over', workload: 'pod/over', phase: 'Failed', reason: 'OutOfcpu' };
    const summary = summaryOf(
      [[3, 'kubelet', 'Pod', 'default', 'over', 'Warning', 'OutOfcpu', 'too little cpu.', 1, 3]],
      [pod(over)],
    );
    expect(answerOf(summary, []).sentences.join(' ')).toContain('Failed: pod over (OutOfcpu: too little cpu).');
  });

  test('are not those that were deleted', () => {
    const deleted = pod({ ready_s: 4, deleted_s: 8, stopped_s: 9, phase: 'Failed' });
    expect(summaryOf([], [deleted]).failedPods).toBe(0);
    const before = pod({ ready_s: 4, deleted_s: 10, stopped_s: 9, phase: 'Failed' });
    expect(summaryOf([], [before]).failedPods).toBe(1);
  });
});
