import { recordEvent } from '../api/event-recorder.js';
import { recordOf } from './pod-table.js';
import type { NodesWorld } from './world.js';

/** Records a Kubernetes Event about a pod, or one of its containers, in the name of its node's kubelet. */
export function podEvent(
  world: NodesWorld,
  podIndex: number,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  container = '',
): void {
  const { pods, hosts } = world.nodes;
  const host = hosts.records[pods.node[podIndex]!]!;
  recordEvent(world, host.eventClient, recordOf(world, podIndex).pod, type, reason, message, container);
}
