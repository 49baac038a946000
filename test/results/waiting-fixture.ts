import { NODE_TABLE, POD_TABLE } from '../../src/cluster/nodes/tables.js';
import { ACTION_TABLE, WAIT_TABLE } from '../../src/experiment/tables.js';
import type { Cell } from '../../src/kernel/probe.js';
import { tableOf } from './fixture.js';

export const FULL =
  '0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims.';
export const TAINTED = '0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu.';

function podRow(name: string, cells: Record<string, Cell>): Cell[] {
  const values: Record<string, Cell> = { namespace: 'default', name, workload: 'deployment/web', uid: name };
  return POD_TABLE.columns.map((column) => cells[column.name] ?? values[column.name] ?? null);
}

const failed = (at: number, name: string, message: string, uid = name): Cell[] => [
  at,
  'default',
  name,
  uid,
  message,
  false,
];

/** An interval of a node. */
export const node = (start: number, end: number, name: string, cpu: number, pods: number): Cell[] => [
  start,
  end,
  name,
  'general',
  'a',
  true,
  0,
  cpu,
  4,
  cpu * 2 ** 30,
  8 * 2 ** 30,
  pods,
];

/** Pods that wait for a node, some of them in vain. */
export const WAITING_TABLES = new Map([
  [
    'pods',
    tableOf(POD_TABLE, [
      podRow('a', { created_s: 10, scheduled_s: 300, node: 'general-1' }),
      podRow('b', { created_s: 10, scheduled_s: 310, node: 'general-2' }),
      podRow('c', { created_s: 500 }),
      podRow('quick', { created_s: 10, scheduled_s: 10.1, node: 'general-1' }),
      podRow('again', { created_s: 10, scheduled_s: 11, node: 'general-1', removed_s: 100 }),
      podRow('again', { created_s: 101, deleted_s: 150, uid: 'another' }),
    ]),
  ],
  [
    'pod_waits',
    tableOf(WAIT_TABLE, [
      ...['a', 'b'].flatMap((name) => [failed(10.1, name, FULL), failed(60, name, FULL), failed(200, name, TAINTED)]),
      failed(500.1, 'c', FULL),
      failed(101.1, 'again', FULL, 'another'),
    ]),
  ],
  [
    'actions',
    tableOf(ACTION_TABLE, [
      [0, 0, 'create x (manifest)', 'no'],
      [290, 290, 'kubectl scale', 'ok'],
    ]),
  ],
  [
    'nodes',
    tableOf(NODE_TABLE, [
      node(0, 60, 'general-1', 1, 1),
      node(60, 120, 'general-1', 2, 2),
      node(240, 300, 'general-1', 3, 3),
      node(0, 60, 'general-2', 0, 0),
      node(600, 660, 'general-2', 4, 4),
    ]),
  ],
]);
