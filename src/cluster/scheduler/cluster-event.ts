import type { Node } from '../api/objects/node.js';
import type { Pod } from '../api/objects/pod.js';
import type { PersistentVolumeClaim } from '../api/objects/storage.js';
import { sameData } from '../api/patch.js';
import { podRequests, resourceNumbers } from '../api/pod-resources.js';

/** Something that happened in the cluster and that may let a pod be scheduled (reference/scheduling.md 1.3). */
export type ClusterEvent =
  | { readonly type: 'NodeAdd' | 'NodeDelete'; readonly node: Node }
  | { readonly type: 'NodeTaint' | 'NodeAllocatable' | 'NodeLabel'; readonly before: Node; readonly node: Node }
  | { readonly type: 'PodAdd' | 'PodDelete'; readonly pod: Pod }
  | { readonly type: 'PodLabel' | 'PodScaleDown' | 'PodToleration'; readonly before: Pod; readonly pod: Pod }
  | { readonly type: 'ClaimAdd' | 'ClaimUpdate'; readonly claim: PersistentVolumeClaim }
  | { readonly type: 'VolumeAdd' | 'VolumeUpdate' | 'ClassAdd' | 'ClassTopology' }
  /** The wildcard that retries leftovers whatever rejected them. */
  | { readonly type: 'Timeout' };

/** A change of the pending pod itself. */
export type OwnEvent = 'Gates' | 'Label' | 'ScaleDown' | 'Toleration';

/** kubernetes v1.36.3 pkg/scheduler/framework/events.go: NodeSchedulingPropertiesChange. Heartbeats change nothing. */
export function nodeChanges(before: Node, node: Node): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const uncordoned = before.spec.unschedulable === true && node.spec.unschedulable !== true;
  if (uncordoned) events.push({ type: 'NodeTaint', before, node });
  if (!sameData(before.status.allocatable, node.status.allocatable)) {
    events.push({ type: 'NodeAllocatable', before, node });
  }
  if (!sameData(before.metadata.labels, node.metadata.labels)) events.push({ type: 'NodeLabel', before, node });
  if (!uncordoned && !sameData(before.spec.taints, node.spec.taints)) events.push({ type: 'NodeTaint', before, node });
  return events;
}

/** framework/events.go: PodSchedulingPropertiesChange, for pods that have a node. */
export function podChanges(before: Pod, pod: Pod): ClusterEvent[] {
  return ownChanges(before, pod).flatMap((change) =>
    change === 'Gates' ? [] : [{ type: `Pod${change}` as const, before, pod }],
  );
}

export function ownChanges(before: Pod, pod: Pod): OwnEvent[] {
  const changes: OwnEvent[] = [];
  if (!sameData(before.metadata.labels, pod.metadata.labels)) changes.push('Label');
  if (before.spec === pod.spec) return changes;
  if (!sameData(before.spec.containers, pod.spec.containers) && requestsLess(before, pod)) changes.push('ScaleDown');
  if (gates(before) > 0 && gates(pod) === 0) changes.push('Gates');
  if ((before.spec.tolerations ?? []).length !== (pod.spec.tolerations ?? []).length) changes.push('Toleration');
  return changes;
}

function gates(pod: Pod): number {
  return pod.spec.schedulingGates?.length ?? 0;
}

/** Does some resource ask for less than before? */
export function requestsLess(before: Pod, pod: Pod): boolean {
  const was = resourceNumbers(podRequests(before.spec));
  const is = resourceNumbers(podRequests(pod.spec));
  if (is.milliCpu < was.milliCpu || is.memory < was.memory || is.ephemeralStorage < was.ephemeralStorage) return true;
  for (const [name, amount] of was.scalar) if ((is.scalar.get(name) ?? 0) < amount) return true;
  return false;
}
