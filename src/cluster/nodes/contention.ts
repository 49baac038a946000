import type { PodRecord } from './pod-record.js';
import type { NodesWorld } from './world.js';

/** Each further pod in the slow steps at the same time slows all of them by so much, up to the cap (node 3, an estimate). */
const SLOWDOWN_PER_POD = 0.05;
const SLOWDOWN_MAXIMUM = 8;

/** The pod enters the steps that slow each other down: sandbox, container creation and start. */
export function enterStarting(world: NodesWorld, node: number, record: PodRecord): void {
  if (record.isStarting) return;
  record.isStarting = true;
  world.nodes.hosts.starting[node]! += 1;
}

export function leaveStarting(world: NodesWorld, node: number, record: PodRecord): void {
  if (!record.isStarting) return;
  record.isStarting = false;
  world.nodes.hosts.starting[node]! -= 1;
}

/** Factor on the time of a step that begins now. */
export function slowdown(world: NodesWorld, node: number): number {
  return Math.min(SLOWDOWN_MAXIMUM, 1 + SLOWDOWN_PER_POD * (world.nodes.hosts.starting[node]! - 1));
}
