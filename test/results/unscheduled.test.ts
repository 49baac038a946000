import { describe, expect, test } from 'vitest';
import { NODE_TABLE, POD_TABLE } from '../../src/cluster/nodes/tables.js';
import { tellUnscheduled } from '../../src/results/tell-cluster.js';
import { unscheduledPods } from '../../src/results/unscheduled.js';
import { WAIT_TABLE } from '../../src/experiment/tables.js';
import type { Cell } from '../../src/kernel/probe.js';
import { tableOf } from './fixture.js';
import { FULL, node, WAITING_TABLES } from './waiting-fixture.js';

test('the words of the scheduler end with a full stop, whatever follows them', () => {
  const waiting = { pods: 1, sinceSeconds: 0, longestSeconds: 60, isStill: true };
  const said = 'pod has unbound immediate PersistentVolumeClaims';
  for (const end of ['', '.', '. not found', '. preemption: 0/3 nodes', '. no new claims to deallocate']) {
    expect(
      tellUnscheduled([
        { ...waiting, workload: 'deployment/a', message: `${said}${end}` },
        { ...waiting, workload: 'deployment/b', message: '' },
      ]),
    ).toContain(`: ${said}. 1 pod of deployment/b`);
  }
});

describe('who waits is told by what it waits for', () => {
  const pod = (workload: string, isStill: boolean, message = '', pods = 1) => ({
    workload,
    pods,
    sinceSeconds: 0,
    longestSeconds: 60,
    isStill,
    message,
  });

  test('workloads that heard the same are one sentence, however preemption ended', () => {
    const full = '0/1 nodes are available: 1 Insufficient cpu';
    const told = tellUnscheduled([
      pod('deployment/a', true, `${full}. preemption: none`, 2),
      pod('pod/b', true, `${full}.`),
      pod('shop/pod/c', true, full),
      pod('deployment/d', true, full, 3),
    ]);
    expect(told).toBe(
      `2 pods of deployment/a, pod b, pod shop/c and 3 more pods were still without a node at the end of the run, Pending since 0s: ${full}.`,
    );
  });

  test('those that only waited are not mixed with those that wait still', () => {
    const told = tellUnscheduled([
      ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => pod(`pod/${name}`, true, `reason ${name}`)),
      ...['u', 'v', 'w'].map((name) => pod(`pod/${name}`, false, `reason ${name}`)),
    ]);
    expect(told).toContain('Pod d was still without a node at the end of the run, Pending since 0s: reason d.');
    expect(told).toContain('Pod e and pod f were still without a node, too. Pod u waited up to 1m for a node');
    expect(told).toContain('Pod w waited for a node, too.');
  });
});

test('of a wait that is over the word that stood longest is told', () => {
  const told = unscheduledPods(WAITING_TABLES, 600);
  // The first of the words on these pods stood 190 s, the last one 100 s.
  expect(told.find(({ isStill }) => !isStill)).toMatchObject({ workload: 'deployment/web', message: FULL });
});

test('pods of which the scheduler says nothing have their reason told', () => {
  const lacks = 'DynamicResources kept it out of the queue: could not find ResourceClaim "default/missing"';
  const row = (name: string, cells: Record<string, Cell>): Cell[] => {
    const values: Record<string, Cell> = {
      namespace: 'default',
      name,
      workload: `pod/${name}`,
      created_s: 1,
      ...cells,
    };
    return POD_TABLE.columns.map((column) => values[column.name] ?? null);
  };
  const tables = new Map([
    [
      'pods',
      tableOf(POD_TABLE, [
        row('gated', { reason: 'SchedulingGated' }),
        row('late', { reason: 'SchedulingGated', created_s: 59 }),
        row('foreign', {}),
        row('held', { uid: 'held' }),
        row('lost', { node: 'general-9', scheduled_s: 1 }),
        row('collected', { node: 'general-9', scheduled_s: 1, deleted_s: 41, removed_s: 41 }),
        row('fine', { node: 'general-1', scheduled_s: 1 }),
        row('new', { created_s: 59 }),
      ]),
    ],
    ['pod_waits', tableOf(WAIT_TABLE, [[60, 'default', 'held', 'held', lacks, true]])],
    ['nodes', tableOf(NODE_TABLE, [node(0, 60, 'general-1', 1, 1)])],
  ]);
  const missing = 'it asks for the node general-9 by name, and no such node exists';
  const gates = 'its scheduling gates were not removed (SchedulingGated)';
  expect(unscheduledPods(tables, 60).map(({ workload, isStill, message }) => [workload, isStill, message])).toEqual([
    ['pod/foreign', true, expect.stringMatching(/^no scheduler ever tried to place it: /)],
    ['pod/gated', true, gates],
    ['pod/held', true, lacks],
    ['pod/late', true, gates],
    ['pod/lost', true, missing],
    ['pod/collected', false, missing],
  ]);
});
