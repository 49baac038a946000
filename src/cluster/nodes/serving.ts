import { recordOf } from './pod-table.js';
import type { NodeWiring } from './wiring.js';
import { SERVING_NOTHING, SERVING_OPEN } from './workload.js';
import type { NodesWorld } from './world.js';

/** Sets what callers meet at a pod and tells those who listen. */
export function setServing(world: NodesWorld, wiring: NodeWiring, podIndex: number, serving: number): void {
  const { pods } = world.nodes;
  const before = pods.serving[podIndex]!;
  if (before === serving) return;
  pods.serving[podIndex] = serving;
  for (const listener of wiring.listeners) listener(world, podIndex, before, serving);
}

/** A pod serves while the software in all of its regular containers listens. */
export function updateServing(world: NodesWorld, wiring: NodeWiring, podIndex: number): void {
  const { containers } = recordOf(world, podIndex);
  const { now } = world.kernel;
  const listens = containers.every(
    ({ role, run, listenAt }) => role !== 'regular' || (run?.state === 'running' && listenAt <= now),
  );
  setServing(world, wiring, podIndex, listens ? SERVING_OPEN : SERVING_NOTHING);
}
