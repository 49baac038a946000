import { describe, expect, test } from 'vitest';
import type { Affinity } from '../../../src/cluster/api/objects/pod.js';
import { replaceObject } from '../../../src/cluster/api/writes.js';
import { constant } from '../../../src/kernel/distributions.js';
import { checkpoint, restore } from '../../../src/kernel/checkpoint.js';
import { digestHex } from '../../../src/kernel/digest.js';
import { runUntil } from '../../../src/kernel/simulation.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { SCHEDULER_PRESETS } from '../../../src/cluster/scheduler/parameters.js';
import { node, pod, schedulerWorld } from './scheduler-world.js';

const NO_ROOM =
  '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, ' +
  'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';
const TOO_BIG =
  '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, ' +
  'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

/** When the attempts at the only pod failed, in rounded seconds; Events don't tell, as equal ones become one series. */
function attemptTimes(one: ReturnType<typeof schedulerWorld>, seconds: number): number[] {
  const times = new Set<number>();
  for (let second = 0; second <= seconds; second++) {
    one.run(Math.max(second, 1));
    for (const { timestamp, rejections, errors } of one.world.scheduler.queue.pods.values()) {
      if (rejections + errors > 0) times.add(Math.round(timestamp / SECOND_US));
    }
  }
  return [...times];
}

describe('a pod that fits', () => {
  test('is bound within tens of milliseconds, and an event says so', () => {
    const one = schedulerWorld();
    one.addNode(node('n1'));
    one.run(1);
    one.addPod(pod('p1'));
    one.run(2);
    expect(one.pod('p1')!.spec.nodeName).toBe('n1');
    const [event] = one.events();
    expect(event).toMatchObject({ reason: 'Scheduled', message: 'Successfully assigned default/p1 to n1' });
    expect(event!.at).toBeLessThan(1.2);
  });

  test('waits for the client: 100 bindings at once, then 50 a second', () => {
    const one = schedulerWorld();
    for (let index = 0; index < 10; index++) one.addNode(node(`n${index}`, 64));
    one.run(1);
    for (let index = 0; index < 250; index++) one.addPod(pod(`p${index}`, '10m'));
    one.run(10);
    const times = one.events().map(({ at }) => at);
    expect(times).toHaveLength(250);
    expect(times.filter((at) => at < 1.5).length).toBeGreaterThan(100);
    expect(times.filter((at) => at < 1.5).length).toBeLessThan(135);
    expect(times.at(-1)!).toBeGreaterThan(3.9);
    expect(times.at(-1)!).toBeLessThan(4.3);
  });
});

describe('a pod that does not fit', () => {
  test('is told why, in an event and in its condition', () => {
    const one = schedulerWorld();
    one.addNode(node('n1', 4));
    one.run(1);
    one.addPod(pod('p1', 5));
    one.run(2);
    expect(one.events()).toMatchObject([{ name: 'p1', reason: 'FailedScheduling', message: TOO_BIG }]);
    expect(one.pod('p1')!.status.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: TOO_BIG },
    ]);
  });

  test('is tried again when a pod leaves, not before', () => {
    const one = schedulerWorld();
    one.addNode(node('n1', 4));
    one.run(1);
    one.addPod(pod('p1', 3));
    one.run(2);
    one.addPod(pod('p2', 3));
    one.run(60);
    expect(one.events().map(({ reason }) => reason)).toEqual(['Scheduled', 'FailedScheduling']);
    expect(one.events()[1]!.message).toBe(NO_ROOM);
    one.removePod('p1');
    one.run(61);
    expect(one.pod('p2')!.spec.nodeName).toBe('n1');
  });

  test('is tried again when a node comes that has room', () => {
    const one = schedulerWorld();
    one.addNode(node('n1', 1));
    one.run(1);
    one.addPod(pod('p1', 2));
    one.run(10);
    one.addNode(node('n2', 1));
    one.run(20);
    expect(one.events()).toHaveLength(1); // the empty node is too small as well: not worth a try
    one.addNode(node('n3', 8));
    one.run(21);
    expect(one.pod('p1')!.spec.nodeName).toBe('n3');
  });

  test('is tried again when a taint goes', () => {
    const one = schedulerWorld();
    one.addNode(node('n1', 4, { taints: [{ key: 'k', effect: 'NoSchedule' }] }));
    one.run(1);
    one.addPod(pod('p1'));
    one.run(10);
    expect(one.events()[0]!.message).toContain('1 node(s) had untolerated taint(s)');
    one.changeNode('n1', (before) => ({ ...before, spec: {} }));
    one.run(11);
    expect(one.pod('p1')!.spec.nodeName).toBe('n1');
  });

  test('is tried again after five minutes whatever happened, looked at every 30 s', () => {
    const one = schedulerWorld();
    one.addNode(node('n1', 1));
    one.run(1);
    one.addPod(pod('p1', 2));
    expect(attemptTimes(one, 1_000)).toEqual([1, 330, 660, 990]);
  });

  test('waits for a node while there is none, as after an error', () => {
    const one = schedulerWorld();
    one.addPod(pod('p1'));
    // back-off of 1, 2, 4, 8 s, each to the next whole second
    expect(attemptTimes(one, 20)).toEqual([0, 2, 5, 10, 19]);
    expect(one.events()[0]!.message).toBe('no nodes available to schedule pods');
    one.addNode(node('n1'));
    one.run(40);
    expect(one.pod('p1')!.spec.nodeName).toBe('n1');
  });
});

describe('what is told of a failure', () => {
  test('an event is cut to 1,024 bytes, the condition is not', () => {
    const one = schedulerWorld();
    one.addNode(node('n1'));
    one.run(1);
    const names = Array.from(
      { length: 15 },
      (_unused, index) => `example.com/a-resource-with-quite-a-long-name-number-${index}`,
    );
    const requests = Object.fromEntries(names.map((name) => [name, 1]));
    one.addPod(pod('p1', 1, { containers: [{ name: 'c', image: 'web', resources: { requests } }] }));
    one.run(2);
    const [condition] = one.pod('p1')!.status.conditions!;
    const { message } = one.events()[0]!;
    expect(message).toHaveLength(1_024);
    expect(message).toBe(`${condition!.message!.slice(0, 1_020)} ...`);
  });

  test('the condition is written when it says something new', () => {
    const one = schedulerWorld();
    one.addNode(node('n1', 1));
    one.run(1);
    one.addPod(pod('p1', 2));
    one.run(2);
    const { resourceVersion } = one.pod('p1')!.metadata;
    one.addNode(node('n2', 1, { taints: [{ key: 'k', effect: 'NoSchedule' }] }));
    one.run(3);
    one.changeNode('n1', (before) => ({ ...before, spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } }));
    one.run(6); // tried again, with another message: there is a second node
    expect(one.pod('p1')!.metadata.resourceVersion).toBeGreaterThan(resourceVersion);
    const second = one.pod('p1')!.metadata.resourceVersion;
    one.changeNode('n1', (before) => ({ ...before, spec: {} }));
    one.run(12);
    expect(one.events()).toHaveLength(3);
    expect(one.pod('p1')!.metadata.resourceVersion).toBe(second);
  });

  test('a pod that names its node waits for the others, too, though there is none', () => {
    const one = schedulerWorld();
    one.addNode(node('n1', 1));
    one.run(1);
    one.addPod(pod('p1', 2, { affinity: nodeNamed('n1') }));
    one.run(2);
    const [queued] = one.world.scheduler.queue.pods.values();
    expect(queued!.plugins).toEqual(['NodeAffinity', 'NodeResourcesFit']);
    one.removePod('p1');
    one.addPod(pod('p2', 1, { affinity: nodeNamed('n9') }));
    one.run(3);
    expect(one.events().at(-1)!.message).toBe(
      "0/1 nodes are available: 1 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, " +
        'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    );
  });
});

function nodeNamed(...values: readonly string[]): Affinity {
  const matchFields = [{ key: 'metadata.name', operator: 'In' as const, values }];
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
  };
}

test('a pod of higher priority goes first', () => {
  const one = schedulerWorld('test', { ...SCHEDULER_PRESETS.managed, attemptUs: 50_000 });
  one.addNode(node('n1', 4));
  one.run(1);
  for (const name of ['p1', 'p2', 'p3']) one.addPod(pod(name));
  one.addPod(pod('vip', 1, { priority: 1_000 }));
  one.run(2);
  const order = one.events().map(({ name }) => name);
  expect(order.indexOf('vip')).toBeLessThan(2);
});

test('pods with scheduling gates are left alone', () => {
  const one = schedulerWorld();
  one.addNode(node('n1'));
  one.addPod(pod('p1', 1, { schedulingGates: [{ name: 'quota' }] }));
  one.run(400);
  expect(one.events()).toEqual([]);
});

test('pods of other schedulers are left alone, but take room once bound', () => {
  const one = schedulerWorld();
  one.addNode(node('n1', 4));
  one.addPod(pod('p1', 3, { schedulerName: 'mine', nodeName: 'n1' }));
  one.addPod(pod('p2', 3, { schedulerName: 'mine' }));
  one.run(1);
  one.addPod(pod('p3', 3));
  one.run(2);
  expect(one.events().map(({ name, reason }) => `${name} ${reason}`)).toEqual(['p3 FailedScheduling']);
});

test('a pod that is to be deleted while it is being bound gives its room back before it has gone', () => {
  const one = schedulerWorld('test', { ...SCHEDULER_PRESETS.managed, handOver: constant(SECOND_US) });
  one.addNode(node('n1', 4));
  one.run(1);
  one.addPod(pod('p1', 3));
  one.run(1.006); // about when the informer has it
  const p1 = one.pod('p1')!;
  replaceObject(one.world, p1, {
    ...p1,
    metadata: { ...p1.metadata, deletionTimestamp: one.world.kernel.now, finalizers: ['x'] },
  });
  one.run(1.02);
  one.addPod(pod('p2', 3));
  one.run(3);
  const ofP2 = one.events().filter(({ name }) => name === 'p2');
  expect(ofP2.map(({ reason }) => reason)).toEqual(['Scheduled']);
  expect(one.pod('p2')!.spec.nodeName).toBe('n1');
});

test('a pod deleted while it is being bound gives its room back', () => {
  const one = schedulerWorld();
  one.addNode(node('n1', 4));
  one.run(1);
  one.addPod(pod('p1', 3));
  one.run(1.006); // about when the informer has it
  one.removePod('p1');
  one.run(2);
  one.addPod(pod('p2', 3));
  one.run(3);
  expect(one.pod('p2')!.spec.nodeName).toBe('n1');
});

test('a checkpoint goes on as the run that was never interrupted', () => {
  const play = (interruptAt: number | undefined): string => {
    const one = schedulerWorld('checkpoint');
    for (let index = 0; index < 3; index++) one.addNode(node(`n${index}`, 4));
    for (let index = 0; index < 20; index++) one.addPod(pod(`p${index}`, 1));
    if (interruptAt === undefined) one.run(400);
    else one.run(interruptAt);
    const world = restore(checkpoint(one.world));
    runUntil(world, one.handlers, 400 * SECOND_US);
    return digestHex(world.kernel.digest);
  };
  const whole = play(undefined);
  for (const at of [0, 0.01, 0.02, 0.1, 1, 330]) expect(play(at)).toBe(whole);
});
