import { describe, expect, test } from 'vitest';
import { EVENT_TABLE, REPLICA_TABLE } from '../../src/cluster/api/tables.js';
import { ROLLOUT_TABLE } from '../../src/experiment/tables.js';
import type { Cell } from '../../src/kernel/probe.js';
import { answerOf } from '../../src/results/answer.js';
import { summaryFigures } from '../../src/results/summary-figures.js';
import { summaryTables } from '../../src/results/summary-table.js';
import { summarize } from '../../src/results/summary.js';
import { IDENTITY, tableOf } from './fixture.js';

type Rows = readonly (readonly Cell[])[];

function summaryOf(rollouts: Rows, replicas: Rows = [], events: Rows = []) {
  return summarize(
    new Map([
      ['rollouts', tableOf(ROLLOUT_TABLE, rollouts)],
      ['replicas', tableOf(REPLICA_TABLE, replicas)],
      ['events', tableOf(EVENT_TABLE, events)],
    ]),
    IDENTITY,
  );
}

function tell(...tables: Parameters<typeof summaryOf>): string {
  return answerOf(summaryOf(...tables), []).sentences.join(' ');
}

describe('a failed rollout', () => {
  const failed = ['default', 'deployment/web', 2, 120, 181, 'failed'] as const;

  test('has no duration, in words, figures or tables', () => {
    const summary = summaryOf([failed]);
    expect(summary.rollouts).toMatchObject([{ durationSeconds: null, failedAfterSeconds: 61 }]);
    expect(summaryFigures(summary)).not.toHaveProperty('rollout.deployment/web.2.duration_s');
    expect(summaryTables(summary).at(-1)!.rows[0]).toEqual([
      'rollout of deployment/web, revision 2',
      'failed after 1m 1s',
    ]);
    expect(tell([failed])).toContain(
      'The rollout of deployment/web to revision 2 began at 2m and failed after 1m 1s: it exceeded its progress deadline.',
    );
  });

  test('is no success among many', () => {
    const complete = ['default', 'deployment/api', 2, 120, 130, 'complete'];
    const gone = ['default', 'deployment/api', 3, 140, null, 'superseded'];
    const other = ['default', 'deployment/db', 2, 120, 181, 'failed'];
    expect(tell([complete, gone, failed, other])).toContain(
      '1 of 4 rollouts completed in 10 s to 10 s; 1 gave way to newer ones; 2 failed (deployment/web and deployment/db).',
    );
  });
});

describe('workloads that did not come up', () => {
  const up = ['default', 'deployment/up', 1, 0, 9, 'complete'];
  const big = ['team', 'deployment/big', 1, 0, 61, 'failed'];
  const counts = (at: number, desired: number, current: number): Cell[] => [
    at,
    'Deployment',
    'team',
    'big',
    '',
    1,
    desired,
    current,
    0,
    0,
    0,
  ];
  const set = [0.1, 'ReplicaSet', 'team', 'big-1', 'big', 1, 2, 0, 0, 0, 0];
  const warning = (at: number, message: string): Cell[] => [
    at,
    'replicaset-controller',
    'ReplicaSet',
    'team',
    'big-1',
    'Warning',
    'FailedCreate',
    message,
    1,
    at,
  ];

  test('are named, with the deadline that they exceeded', () => {
    expect(tell([big])).toContain(
      '1 Deployment did not come up in time: team/deployment/big exceeded its progress deadline after 1m 1s.',
    );
    expect(tell([up, big])).toContain(
      '1 of 2 Deployments came up, the slowest of them in 9 s; team/deployment/big exceeded its progress deadline after 1m 1s.',
    );
  });

  test('are told beside updates, too', () => {
    const update = ['default', 'deployment/up', 2, 100, 130, 'complete'];
    expect(tell([up, big, update])).toContain(
      '1 Deployment did not come up in time: team/deployment/big exceeded its progress deadline after 1m 1s.',
    );
    expect(tell([up, update])).not.toContain('did not come up');
  });

  test('are told with the last complaint of their controller', () => {
    const events = [warning(1, 'early'), warning(500, '(combined from similar events): Error creating: quota')];
    expect(tell([big], [counts(0.05, 2, 0), set], events)).toContain(
      'team/deployment/big last had 0 of 2 pods, since 0s: Error creating: quota.',
    );
  });

  test('lack no pods once these exist, or when they were deleted with their pods', () => {
    expect(summaryOf([], [counts(0, 2, 0), set, counts(600, 2, 2)], [warning(1, 'x')]).shortfalls).toEqual([]);
    expect(summaryOf([], [counts(0, 2, 2), set, counts(600, 2, 0)], [warning(1, 'x')]).shortfalls).toEqual([]);
    const short = summaryOf([], [counts(0, 2, 2), set, counts(600, 2, 1), counts(700, 3, 1)]).shortfalls;
    expect(short).toMatchObject([{ pods: 1, wanted: 3, sinceSeconds: 600, message: '' }]);
  });

  test('a DaemonSet that no node matches did not come up', () => {
    const agent = ['default', 'daemonset/agent', 0, 0, 0.1, 'complete'];
    const nowhere = [0.1, 'DaemonSet', 'default', 'agent', '', 0, 0, 0, 0, 0, 0];
    expect(tell([agent], [nowhere])).toContain('daemonset/agent runs nowhere: 0 nodes match.');
    expect(tell([agent], [nowhere])).not.toContain('came up');
    expect(
      summaryTables(summaryOf([agent], [nowhere]))
        .at(-1)!
        .rows.join('\n'),
    ).not.toContain('creation of');
  });
});
