import { expect, test } from 'vitest';
import { EVENT_TABLE } from '../../src/cluster/api/tables.js';
import { POD_TABLE } from '../../src/cluster/nodes/tables.js';
import { preemptionsOf } from '../../src/results/preemptions.js';
import { tellPreemptions } from '../../src/results/tell-cluster.js';
import { tableOf } from './fixture.js';

type Cells = Readonly<Record<string, string | number>>;

function rowOf(definition: typeof POD_TABLE, cells: Cells) {
  return definition.columns.map(({ name }) => cells[name] ?? null);
}

/** The first pod is the urgent one. */
function tables(pods: readonly Cells[], events: readonly Cells[]) {
  const podRows = pods.map((cells, index) => rowOf(POD_TABLE, { namespace: 'default', uid: `uid-${index}`, ...cells }));
  const eventRows = events.map((cells) => rowOf(EVENT_TABLE, { namespace: 'default', kind: 'Pod', ...cells }));
  return new Map([
    ['pods', tableOf(POD_TABLE, podRows)],
    ['events', tableOf(EVENT_TABLE, eventRows)],
  ]);
}

const URGENT = { name: 'shop-1', workload: 'deployment/shop' };

function preempted(name: string, time_s: number): Cells {
  return { name, time_s, reason: 'Preempted', message: 'Preempted by pod uid-0 on node n1' };
}

test('preemptions are told by the workloads on both sides', () => {
  const pods = [URGENT, { name: 'b-1', workload: 'deployment/batch' }, { name: 'b-2', workload: 'deployment/batch' }];
  const both = tables(pods, [preempted('b-1', 62), preempted('b-2', 65)]);
  expect(tellPreemptions(preemptionsOf(both))).toBe(
    '2 pods of deployment/batch were preempted by deployment/shop between 1m 2s and 1m 5s.',
  );
  const one = tables(pods, [preempted('b-1', 62)]);
  expect(tellPreemptions(preemptionsOf(one))).toBe(
    '1 pod of deployment/batch was preempted by deployment/shop at 1m 2s.',
  );
  expect(tellPreemptions(preemptionsOf(tables(pods, [])))).toBe('');
});

test('a victim that was evicted twice for the same pod is one', () => {
  const pods = [URGENT, { name: 'b-1', workload: 'deployment/batch' }];
  expect(preemptionsOf(tables(pods, [preempted('b-1', 62), preempted('b-1', 62.1)]))).toMatchObject([{ pods: 1 }]);
});

test('two groups are told, of the others the number', () => {
  const workloads = ['a', 'b', 'c', 'd'];
  const pods = [URGENT, ...workloads.map((name) => ({ name, workload: `pod/${name}` }))];
  const told = tellPreemptions(
    preemptionsOf(
      tables(
        pods,
        workloads.map((name, index) => preempted(name, index)),
      ),
    ),
  );
  expect(told).toContain('Pod a was');
  expect(told).toContain('Pod b was');
  expect(told).not.toContain('Pod c');
  expect(told).toContain('2 more pods had to go');
});
