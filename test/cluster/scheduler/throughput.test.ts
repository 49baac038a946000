import { describe, expect, test } from 'vitest';
import { issue, takeResult } from '../../../src/cluster/api/calls.js';
import { openClient } from '../../../src/cluster/api/clients.js';
import { API_PRESETS, type ApiParameters } from '../../../src/cluster/api/parameters.js';
import { SCHEDULER_PRESETS, type SchedulerParameters } from '../../../src/cluster/scheduler/parameters.js';
import { constant } from '../../../src/kernel/distributions.js';
import { defineEvents } from '../../../src/kernel/events.js';
import { schedule } from '../../../src/kernel/simulation.js';
import { node, pod, schedulerWorld } from './scheduler-world.js';

type Tank = ReturnType<typeof schedulerWorld>;

/**
 * recordings/scheduler-throughput: API server, etcd and scheduler on 2 cores, nothing else. Without the scheduler's their CPU is 0.84
 * to 0.94 ms a request (2 requests a pod in a backlog, 3 while pods are created).
 */
const MACHINE = { ...API_PRESETS.recorded, service: constant(890) };
const UNLIMITED: Partial<SchedulerParameters> = { qps: 5_000, burst: 10_000 };
const RECORDED = { ...SCHEDULER_PRESETS.recorded, ...UNLIMITED };
const CREATORS = 30;

function clusterOf(nodes: number, parameters: SchedulerParameters, api: ApiParameters): Tank {
  const one = schedulerWorld('throughput', parameters, api);
  for (let index = 0; index < nodes; index++) {
    const plain = node(`n${index}`);
    const labels = { ...plain.metadata.labels, 'topology.kubernetes.io/zone': `z${index % 3}` };
    one.addNode({ ...plain, metadata: { ...plain.metadata, labels } });
  }
  one.run(1);
  return one;
}

/** When the pods of a backlog were bound: all are there before the scheduler sees the first. */
function backlog(nodes: number, pods: number, parameters: SchedulerParameters, api: ApiParameters): readonly number[] {
  const one = clusterOf(nodes, parameters, api);
  for (let index = 0; index < pods; index++) one.addPod(pod(`p${index}`, '100m'));
  return boundOf(one, pods);
}

/** The same while clients create the pods, each one after the other. */
function live(nodes: number, pods: number, parameters: SchedulerParameters, api: ApiParameters): readonly number[] {
  const one = clusterOf(nodes, parameters, api);
  const { world, handlers } = one;
  const { Created } = defineEvents('test-throughput', 1200, ['Created']);
  const client = openClient(world, 'creators', { qps: 0, burst: 0 });
  let created = 0;
  const create = (): void => {
    if (created === pods) return;
    const body = pod(`p${created++}`, '100m');
    issue(world, client, { verb: 'create', kind: 'Pod', namespace: 'default', name: '', body }, Created);
  };
  handlers.on(Created, (_world, _subject, call) => {
    if (call >= 0) takeResult(world, call);
    create();
  });
  for (let index = 0; index < CREATORS; index++) schedule(world, 0, Created, 0, -1);
  return boundOf(one, pods);
}

function boundOf(one: Tank, pods: number): readonly number[] {
  for (let second = 2; one.boundAt.length < pods; second++) {
    expect(second).toBeLessThan(60);
    one.run(second);
  }
  return one.boundAt;
}

/** Pods a second from the first binding to the last. */
function rate(bound: readonly number[]): number {
  return (bound.length - 1) / (bound.at(-1)! - bound[0]!);
}

describe('pods a second on the recorded machine, within 20 %', () => {
  test.each([
    ['a backlog', 500, 743, backlog],
    ['a backlog', 1_000, 571, backlog],
    ['pods that are being created', 500, 516, live],
    ['pods that are being created', 1_000, 449, live],
  ] as const)('of %s on %d nodes: %d', (_what, nodes, real, play) => {
    const played = rate(play(nodes, 3_000, RECORDED, MACHINE));
    expect(played).toBeGreaterThan(real * 0.8);
    expect(played).toBeLessThan(real * 1.2);
  });

  test.each([
    [500, 743],
    [1_000, 571],
  ])('of a backlog on %d nodes with the preset managed: %d', (nodes, real) => {
    const played = rate(backlog(nodes, 3_000, { ...SCHEDULER_PRESETS.managed, ...UNLIMITED }, API_PRESETS.managed));
    expect(played).toBeGreaterThan(real * 0.8);
    expect(played).toBeLessThan(real * 1.2);
  });

  test('under the default client limit: 52.6 on 1,000 nodes, and 50 in every second after the first', () => {
    const bound = backlog(1_000, 2_000, SCHEDULER_PRESETS.recorded, MACHINE);
    expect(rate(bound)).toBeGreaterThan(52);
    expect(rate(bound)).toBeLessThan(53.5);
    const perSecond = Array.from({ length: 30 }, (_, second) => {
      const from = bound[0]! + 1 + second;
      return bound.filter((at) => at >= from && at < from + 1).length;
    });
    expect(Math.min(...perSecond)).toBeGreaterThanOrEqual(48);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(52);
  });
});
