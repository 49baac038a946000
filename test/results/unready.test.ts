import { expect, test } from 'vitest';
import { EVENT_TABLE } from '../../src/cluster/api/tables.js';
import { PHASE_TABLE, POD_TABLE } from '../../src/cluster/nodes/tables.js';
import type { Cell } from '../../src/kernel/probe.js';
import { answerOf } from '../../src/results/answer.js';
import { summarize } from '../../src/results/summary.js';
import { unreadyPods } from '../../src/results/unready.js';
import { IDENTITY, tableOf } from './fixture.js';

const END = IDENTITY.durationSeconds;

function podRow(name: string, cells: Record<string, Cell>): Cell[] {
  const values: Record<string, Cell> = { namespace: 'default', name, workload: 'statefulset/pg', phase: 'Pending' };
  return POD_TABLE.columns.map((column) => cells[column.name] ?? values[column.name] ?? null);
}

function span(pod: string, phase: string, from: number, to: number): Cell[] {
  return ['default', pod, 'statefulset/pg', '', 'general-1', phase, from, to];
}

/** pg-0 was ready, was removed and is created anew; pg-1 was removed in the middle of its last phase. */
function tables(reason: string) {
  return new Map([
    [
      'pods',
      tableOf(POD_TABLE, [
        podRow('pg-0', { created_s: 0, ready_s: 10, removed_s: 1000, phase: 'Running', reason: '' }),
        podRow('pg-1', { created_s: 0, ready_s: 10, removed_s: END, phase: 'Running', reason: '' }),
        podRow('pg-0', { created_s: 1000, scheduled_s: 1001, reason }),
      ]),
    ],
    [
      'pod_phases',
      tableOf(PHASE_TABLE, [
        span('pg-0', 'ready', 10, 600),
        span('pg-0', 'not-ready', 600, 1000),
        span('pg-1', 'not-ready', 600, END),
        span('pg-0', 'creating', 1001, END),
      ]),
    ],
    [
      'events',
      tableOf(EVENT_TABLE, [
        [500, 'kubelet', 'Pod', 'default', 'pg-0', 'Warning', 'Unhealthy', 'of the pod before', 1, 500],
        [1100, 'kubelet', 'Pod', 'default', 'pg-0', 'Warning', 'FailedMount', 'deadline exceeded', 1, 1100],
      ]),
    ],
  ]);
}

test('pods that were removed are not at the end; one of the same name is another', () => {
  expect(unreadyPods(tables('ContainerCreating'), END)).toEqual([
    {
      workload: 'statefulset/pg',
      pods: 1,
      sinceSeconds: 1001,
      reason: 'ContainerCreating',
      message: 'deadline exceeded',
    },
  ]);
});

test('a vague reason is told with the last warning, a telling one without', () => {
  const tell = (reason: string): string => answerOf(summarize(tables(reason), IDENTITY), []).sentences.join(' ');
  expect(tell('ContainerCreating')).toContain('since 16m 41s (ContainerCreating): deadline exceeded.');
  expect(tell('CrashLoopBackOff')).toContain('since 16m 41s (CrashLoopBackOff).');
});
