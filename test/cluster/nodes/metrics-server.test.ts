import { expect, test } from 'vitest';
import { insertObject, removeObject } from '../../../src/cluster/api/writes.js';
import { stopKubelet } from '../../../src/cluster/nodes/faults.js';
import { podCpu } from '../../../src/cluster/nodes/metrics-server.js';
import type { PodUsage } from '../../../src/cluster/nodes/workload.js';
import type { NodesWorld } from '../../../src/cluster/nodes/world.js';
import { digestHex } from '../../../src/kernel/digest.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { boundPod, nodesStage, play, plainObject } from './nodes-world.js';

const LOAD_FROM_US = 60 * SECOND_US;
/** Nothing for a minute, then 300m all the time. */
const usage: PodUsage<NodesWorld> = {
  cpuUs: (world) => Math.max(0, world.kernel.now - LOAD_FROM_US) * 0.3,
  inFlight: () => 0,
};
const SELECTOR = { matchLabels: { app: 'web' } };

function stageWithAutoscaler() {
  const stage = nodesStage({ nodes: 2, usage });
  const autoscaler = plainObject('autoscaling/v2', 'HorizontalPodAutoscaler', 'default', 'web');
  insertObject(stage.world, autoscaler);
  insertObject(stage.world, boundPod('web', 'n-1'));
  return { stage, autoscaler };
}

test('a pod is listed 10 to 30 s after its start, with the window of its last two samples', () => {
  const { stage } = stageWithAutoscaler();
  const { world } = stage;
  play(stage, 10);
  expect(podCpu(world, 'default', SELECTOR).size).toBe(0);
  play(stage, 35);
  const metric = podCpu(world, 'default', SELECTOR).get('web')!;
  expect(metric.milli).toBe(0);
  expect(metric.windowUs).toBeGreaterThanOrEqual(10 * SECOND_US);
  expect(metric.windowUs).toBeLessThanOrEqual(30 * SECOND_US);
  expect(podCpu(world, 'default', { matchLabels: { app: 'other' } }).size).toBe(0);
  expect(podCpu(world, 'other', SELECTOR).size).toBe(0);
});

test('a step in load is seen diluted at first, whole within a minute', () => {
  const { stage } = stageWithAutoscaler();
  const { world } = stage;
  play(stage, 59);
  const before = podCpu(world, 'default', SELECTOR).get('web')!;
  expect(before.milli).toBe(0);
  expect(world.kernel.now - before.timestampUs).toBeLessThanOrEqual(30 * SECOND_US);
  play(stage, 125);
  expect(podCpu(world, 'default', SELECTOR).get('web')!.milli).toBe(300);
});

test('pods of a node whose kubelet is silent vanish from the answer', () => {
  const { stage } = stageWithAutoscaler();
  play(stage, 60);
  stopKubelet(stage.world, 0);
  play(stage, 80);
  expect(podCpu(stage.world, 'default', SELECTOR).size).toBe(0);
});

test('without an autoscaler nothing is sampled', () => {
  const { stage, autoscaler } = stageWithAutoscaler();
  play(stage, 60);
  removeObject(stage.world, autoscaler);
  play(stage, 100);
  const events = digestHex(stage.world.kernel.digest);
  play(stage, 10_000);
  expect(digestHex(stage.world.kernel.digest)).toBe(events);
});
