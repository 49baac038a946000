import { describe, expect, test } from 'vitest';
import { insertObject } from '../../../../src/cluster/api/writes.js';
import { node, pod, schedulerWorld } from '../scheduler-world.js';
import { claimOf } from '../volume-objects.js';
import { mounting, ZONE, zonedWorld } from '../zoned-world.js';

/** One node of 4 CPUs that `low` pods of one CPU fill, each a second after the other. */
function fullNode(seed?: string) {
  const one = schedulerWorld(seed);
  one.addNode(node('n1', 4));
  one.run(1);
  for (let index = 1; index <= 4; index++) one.addPod(pod(`low-${index}`, 1, { priority: 1 }));
  one.run(2);
  return one;
}

type World = ReturnType<typeof schedulerWorld>;

function isTerminating(one: World, name: string): boolean {
  return one.pod(name)?.metadata.deletionTimestamp !== undefined;
}

function terminating(one: World): string[] {
  return ['low-1', 'low-2', 'low-3', 'low-4'].filter((name) => isTerminating(one, name));
}

/** Until a millisecond after the first preemption has begun; gives the time in seconds. */
function runUntilPreempting(one: World): number {
  let seconds = 2;
  while (one.world.scheduler.queue.preempting.size === 0 && seconds < 4) one.run((seconds += 0.001));
  return seconds;
}

const ROOM = '0/1 nodes are available: 1 Insufficient cpu.';
const WAITS = `${ROOM} no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.`;

describe('a pod that preempts', () => {
  test('is nominated, its victims are told why they go and are deleted, and it takes their room once they are gone', () => {
    const one = fullNode();
    one.addPod(pod('vip', 2, { priority: 1_000 }));
    one.run(3);
    expect(one.pod('vip')!.status.nominatedNodeName).toBe('n1');
    expect(one.pod('vip')!.status.conditions).toMatchObject([{ reason: 'Unschedulable', message: ROOM }]);
    const victims = terminating(one);
    expect(victims).toHaveLength(2);
    for (const victim of victims) {
      expect(one.pod(victim)!.status.conditions).toContainEqual(
        expect.objectContaining({
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'PreemptionByScheduler',
          message: 'default-scheduler: preempting to accommodate a higher priority pod',
        }),
      );
      const told = { name: victim, reason: 'Preempted', message: 'Preempted by pod pod-vip on node n1' };
      expect(one.events()).toContainEqual(expect.objectContaining(told));
    }
    one.removePod(victims[0]!);
    one.run(4);
    expect(one.pod('vip')!.status).toMatchObject({ nominatedNodeName: 'n1', conditions: [{ message: WAITS }] });
    one.removePod(victims[1]!);
    one.run(5);
    expect(one.pod('vip')!.spec.nodeName).toBe('n1');
    expect(one.pod('vip')!.status.nominatedNodeName).toBeUndefined();
    expect(one.world.scheduler.cluster.nominations.size).toBe(0);
    expect(terminating(one)).toEqual([]); // two were enough
  });

  test('keeps the room of its victims from pods that are no more urgent', () => {
    const one = fullNode();
    one.addPod(pod('vip', 2, { priority: 1_000 }));
    one.run(3);
    one.addPod(pod('equal', 1, { priority: 1_000, preemptionPolicy: 'Never' }));
    one.removePod(terminating(one)[0]!);
    one.run(4);
    expect(one.pod('equal')!.spec.nodeName).toBeUndefined();
    one.addPod(pod('higher', 1, { priority: 1_001 }));
    one.run(5);
    expect(one.pod('higher')!.spec.nodeName).toBe('n1');
  });

  test('pushes less urgent pods off the node that it is nominated for', () => {
    const one = fullNode();
    one.addPod(pod('vip', 1, { priority: 1_000 }));
    one.run(3);
    expect(one.pod('vip')!.status.nominatedNodeName).toBe('n1');
    one.addPod(pod('emperor', 4, { priority: 2_000 }));
    one.run(4);
    expect(one.pod('emperor')!.status.nominatedNodeName).toBe('n1');
    expect(one.pod('vip')!.status.nominatedNodeName).toBeUndefined();
    expect(terminating(one)).toHaveLength(4);
  });

  test('is not tried while its victims are being evicted, whatever happens', () => {
    const one = fullNode();
    one.addPod(pod('vip', 4, { priority: 1_000 }));
    const begun = runUntilPreempting(one);
    one.addNode(node('n2', 8));
    one.run(begun + 0.012);
    expect(one.world.scheduler.queue.preempting.size).toBe(1);
    expect(one.pod('vip')!.spec.nodeName).toBeUndefined();
    one.run(4);
    // The gate is open, but a gated pod listens to nothing but the end of others.
    expect(one.pod('vip')!.spec.nodeName).toBeUndefined();
    one.removePod('low-1');
    one.run(5);
    expect(one.pod('vip')!.spec.nodeName).toBe('n2');
  });

  test('finds other victims when its node goes', () => {
    const one = fullNode();
    one.addNode(node('n2', 4));
    one.run(2.5);
    one.addPod(pod('mid', 4, { priority: 500 }));
    one.run(3);
    expect(one.pod('mid')!.spec.nodeName).toBe('n2');
    one.addPod(pod('vip', 1, { priority: 1_000 }));
    one.run(4);
    expect(one.pod('vip')!.status.nominatedNodeName).toBe('n1');
    one.changeNode('n1', (before) => ({ ...before, spec: { unschedulable: true } }));
    one.run(5);
    one.removePod(terminating(one)[0]!);
    one.run(7);
    expect(one.pod('vip')!.status.nominatedNodeName).toBe('n2');
    expect(isTerminating(one, 'mid')).toBe(true);
  });

  test('does nothing more about victims that are gone already', () => {
    const one = fullNode();
    one.addPod(pod('vip', 4, { priority: 1_000 }));
    runUntilPreempting(one);
    for (let index = 1; index <= 4; index++) one.removePod(`low-${index}`);
    one.run(4);
    expect(one.pod('vip')!.spec.nodeName).toBe('n1');
    expect(one.events().filter(({ reason }) => reason === 'Preempted')).toEqual([]);
  });
});

describe('a pod that may not preempt', () => {
  test('waits, and says why', () => {
    const one = fullNode();
    one.addPod(pod('shy', 1, { priority: 1_000, preemptionPolicy: 'Never' }));
    one.run(3);
    expect(one.events().at(-1)!.message).toBe(
      `${ROOM} no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.`,
    );
    expect(terminating(one)).toEqual([]);
  });

  test('neither does one that would not fit anyway', () => {
    const one = fullNode();
    one.addPod(pod('peer', 1, { priority: 1 }));
    one.addPod(pod('huge', 5, { priority: 1_000 }));
    one.run(3);
    expect(terminating(one)).toEqual([]);
  });
});

test('a victim whose claims are still being bound loses its node without being deleted', () => {
  const one = zonedWorld();
  insertObject(one.world, claimOf('data', undefined, 'cloud'));
  one.addPod(pod('low', 3, { ...mounting('data'), nodeSelector: { [ZONE]: 'b' }, priority: 1 }));
  one.run(4);
  expect(one.world.scheduler.cluster.pods.has('pod-low')).toBe(true);
  expect(one.pod('low')!.spec.nodeName).toBeUndefined();
  one.addPod(pod('vip', 3, { nodeSelector: { [ZONE]: 'b' }, priority: 1_000 }));
  one.run(9);
  expect(one.events()).toContainEqual(
    expect.objectContaining({
      name: 'low',
      message: 'Preempted by pod pod-vip on node b1 (in kube-scheduler memory).',
    }),
  );
  expect(one.pod('vip')!.spec.nodeName).toBe('b1');
  expect(one.pod('low')!.metadata.deletionTimestamp).toBeUndefined();
  // What was under way for it has ended, and its number is free again.
  expect(one.world.scheduler.bindings.filter((binding) => binding !== undefined)).toEqual([]);
  expect(new Set(one.world.scheduler.freeBindings).size).toBe(one.world.scheduler.bindings.length);
  expect(one.world.scheduler.freeBindings).toHaveLength(one.world.scheduler.bindings.length);
});

test('a pod that is nominated when it comes keeps its room, until it goes', () => {
  const one = schedulerWorld();
  one.addNode(node('n1', 4));
  one.run(1);
  one.addPod(pod('first', 3, { priority: 10, nodeSelector: { disk: 'ssd' } }));
  one.run(2);
  one.changePod('first', (first) => ({ ...first, status: { ...first.status, nominatedNodeName: 'n1' } }));
  one.run(3);
  one.addPod(pod('second', 2, { priority: 10, preemptionPolicy: 'Never' }));
  one.run(4);
  expect(one.pod('second')!.spec.nodeName).toBeUndefined();
  one.removePod('first');
  one.run(5);
  expect(one.pod('second')!.spec.nodeName).toBe('n1');
});
