import { describe, expect, test } from 'vitest';
import { SECOND_US } from '../../../src/kernel/time.js';
import { SCHEDULER_PRESETS, type SchedulerParameters } from '../../../src/cluster/scheduler/parameters.js';
import { DEFAULT_PROFILE } from '../../../src/cluster/scheduler/profile.js';
import { profileWith } from './plugins/scored.js';
import { node, pod, schedulerWorld } from './scheduler-world.js';

const CPU_AND_MEMORY = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

const PACKER = profileWith(
  { scoringStrategy: { type: 'MostAllocated', resources: CPU_AND_MEMORY, shape: [] } },
  { schedulerName: 'packer' },
);

function worldWith(parameters: Partial<SchedulerParameters>, seed = 'test') {
  return schedulerWorld(seed, { ...SCHEDULER_PRESETS.managed, ...parameters });
}

describe('profiles', () => {
  test('a pod is scheduled as the profile of its schedulerName says, and the Event bears its name', () => {
    const one = worldWith({ profiles: [DEFAULT_PROFILE, PACKER] });
    one.addNode(node('n1'));
    one.addNode(node('n2'));
    one.run(1);
    one.addPod(pod('first', 1));
    one.run(2);
    one.addPod(pod('packed', 1, { schedulerName: 'packer' }));
    one.run(3);
    one.addPod(pod('spread', 1));
    one.run(4);
    const places = ['first', 'packed', 'spread'].map((name) => one.pod(name)!.spec.nodeName);
    expect(places).toEqual(['n1', 'n1', 'n2']);
    const { columns } = one.world.kernel.probe.tables.get('events')!;
    expect([...columns[1]!].slice(0, 3)).toEqual(['default-scheduler', 'packer', 'default-scheduler']);
  });

  test('where no profile is called default-scheduler, pods that name none stay Pending', () => {
    const one = worldWith({ profiles: [PACKER] });
    one.addNode(node('n1'));
    one.run(1);
    one.addPod(pod('plain'));
    one.addPod(pod('packed', 1, { schedulerName: 'packer' }));
    one.run(400);
    expect(one.pod('plain')!.spec.nodeName).toBeUndefined();
    expect(one.pod('packed')!.spec.nodeName).toBe('n1');
    expect(one.events()).toHaveLength(1);
  });

  test('pods of two profiles with one template are two classes', () => {
    const unfiltered = { ...DEFAULT_PROFILE, schedulerName: 'lax', filters: ['NodeName'] as const };
    const one = worldWith({ profiles: [DEFAULT_PROFILE, unfiltered] });
    one.addNode(node('n1', 1, { unschedulable: true }));
    one.run(1);
    one.addPod(pod('strict', 4));
    one.addPod(pod('lax', 4, { schedulerName: 'lax' }));
    one.run(2);
    expect(one.pod('strict')!.spec.nodeName).toBeUndefined();
    expect(one.pod('lax')!.spec.nodeName).toBe('n1');
  });
});

test('a failed attempt tells what the PostFilter plugins of the profile say, and nothing without any', () => {
  const profiles = [
    { ...DEFAULT_PROFILE, schedulerName: 'mute', postFilters: [] },
    { ...DEFAULT_PROFILE, schedulerName: 'preempting', postFilters: ['DefaultPreemption'] as const },
  ];
  const one = worldWith({ profiles });
  one.addNode(node('n1', 1));
  one.run(1);
  for (const { schedulerName } of profiles) one.addPod(pod(schedulerName, 4, { schedulerName }));
  one.run(2);
  expect(one.events().map(({ name, message }) => [name, message])).toEqual([
    ['mute', '0/1 nodes are available: 1 Insufficient cpu.'],
    [
      'preempting',
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    ],
  ]);
});

test('a profile without SchedulingGates does not wait for gates', () => {
  const profiles = [DEFAULT_PROFILE, { ...DEFAULT_PROFILE, schedulerName: 'open', preEnqueue: [] }];
  const one = worldWith({ profiles });
  one.addNode(node('n1'));
  one.run(1);
  const gated = { schedulingGates: [{ name: 'wait' }] };
  one.addPod(pod('waits', 1, gated));
  one.addPod(pod('goes', 1, { ...gated, schedulerName: 'open' }));
  one.run(2);
  const tried = [...one.world.scheduler.queue.pods.values()].filter(({ attempts }) => attempts > 0);
  const isBound =
    one.pod('goes')!.spec.nodeName !== undefined || tried.some(({ pod: { metadata } }) => metadata.name === 'goes');
  expect([one.pod('waits')!.spec.nodeName, isBound]).toEqual([undefined, true]);
});

test('back-offs are as long as the configuration says', () => {
  const one = worldWith({ initialBackoffUs: 4 * SECOND_US, maximumBackoffUs: 5 * SECOND_US });
  one.run(1);
  one.addPod(pod('p1'));
  const attempts = new Set<number>();
  for (let second = 1; second <= 15; second++) {
    one.run(second);
    for (const { timestamp } of one.world.scheduler.queue.pods.values())
      attempts.add(Math.round(timestamp / SECOND_US));
  }
  // Back-offs of 4 and 5 s, each up to the end of its last second.
  expect([...attempts]).toEqual([1, 6, 12]);
});

describe('uniform ties', () => {
  const winners = (seed: string): (string | undefined)[] => {
    const one = worldWith({ ties: 'uniform' }, seed);
    for (let index = 0; index < 5; index++) one.addNode(node(`n${index}`, 64));
    one.run(1);
    const places: (string | undefined)[] = [];
    for (let index = 0; index < 100; index++) {
      one.addPod(pod(`p${index}`, 1));
      one.run(1 + (index + 1) / 10);
      places.push(one.pod(`p${index}`)!.spec.nodeName);
      one.removePod(`p${index}`);
    }
    return places;
  };

  test('every node has its share, whatever its place in the list', () => {
    const places = winners('test');
    for (let index = 0; index < 5; index++) {
      const share = places.filter((place) => place === `n${index}`).length;
      expect(share).toBeGreaterThan(8);
      expect(share).toBeLessThan(36);
    }
  });

  test('the draws are those of the seed, and of nothing else', () => {
    expect(winners('test')).toEqual(winners('test'));
    expect(winners('test')).not.toEqual(winners('other'));
  });
});
