import type { DeviceClass, ResourceClaim, ResourceSlice } from '../api/objects/devices.js';
import type { Node } from '../api/objects/node.js';
import type { Pod } from '../api/objects/pod.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageCapacity,
  StorageClass,
  StorageDriver,
  StorageNode,
  VolumeAttachment,
} from '../api/objects/storage.js';
import { sameData } from '../api/patch.js';
import { podRequests, resourceNumbers } from '../api/pod-resources.js';
import type { PodClass } from './pod-class.js';

/** An object of which a plugin wants to know when it changes; without `before` it is new. */
interface Changed<Type extends string, T> {
  readonly type: Type;
  readonly before?: T | undefined;
  readonly object: T;
}

/** Something that happened in the cluster and that may let a pod be scheduled (reference/scheduling.md 1.3). */
export type ClusterEvent =
  | { readonly type: 'NodeAdd' | 'NodeDelete'; readonly node: Node }
  | {
      readonly type: 'NodeTaint' | 'NodeAllocatable' | 'NodeLabel' | 'NodeFeatures';
      readonly before: Node;
      readonly node: Node;
    }
  | { readonly type: 'PodAdd'; readonly pod: Pod }
  /** With the class that several plugins ask for. */
  | { readonly type: 'PodDelete'; readonly pod: Pod; readonly podClass: PodClass }
  | { readonly type: `Pod${PodChange}`; readonly before: Pod; readonly pod: Pod }
  /** Changes of the pending pod itself: told to nobody else. */
  | { readonly type: `Own${PodChange | 'Gates' | 'Claims'}`; readonly before: Pod; readonly pod: Pod }
  | Changed<'Claim', PersistentVolumeClaim>
  | Changed<'Volume', PersistentVolume>
  | Changed<'StorageClass', StorageClass>
  | Changed<'StorageNode', StorageNode>
  | Changed<'StorageDriver', StorageDriver>
  | Changed<'StorageCapacity', StorageCapacity>
  | Changed<'ResourceClaim', ResourceClaim>
  | Changed<'DeviceClass', DeviceClass>
  | Changed<'ResourceSlice', ResourceSlice>
  | { readonly type: 'AttachmentDelete'; readonly object: VolumeAttachment }
  /** The wildcard that retries leftovers whatever rejected them. */
  | { readonly type: 'Timeout' };

type PodChange = 'Label' | 'ScaleDown' | 'Toleration';

/**
 * kubernetes v1.36.3 pkg/scheduler/framework/events.go: NodeSchedulingPropertiesChange. Heartbeats change nothing; no
 * plugin of the profile listens to conditions and annotations.
 */
export function nodeChanges(before: Node, node: Node): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const uncordoned = before.spec.unschedulable === true && node.spec.unschedulable !== true;
  if (uncordoned) events.push({ type: 'NodeTaint', before, node });
  if (!sameData(before.status.allocatable, node.status.allocatable)) {
    events.push({ type: 'NodeAllocatable', before, node });
  }
  if (!sameData(before.metadata.labels, node.metadata.labels)) events.push({ type: 'NodeLabel', before, node });
  if (!sameData(before.spec.taints, node.spec.taints)) events.push({ type: 'NodeTaint', before, node });
  if (!sameData(before.status.declaredFeatures, node.status.declaredFeatures)) {
    events.push({ type: 'NodeFeatures', before, node });
  }
  return events;
}

/** framework/events.go: PodSchedulingPropertiesChange, for pods that have a node. */
export function podChanges(before: Pod, pod: Pod): ClusterEvent[] {
  return changesOf(before, pod).map((change) => ({ type: `Pod${change}` as const, before, pod }));
}

/** The same for a pod that waits for one. */
export function ownChanges(before: Pod, pod: Pod): ClusterEvent[] {
  const changes = changesOf(before, pod).map((change): ClusterEvent => ({ type: `Own${change}`, before, pod }));
  if (gates(before) > 0 && gates(pod) === 0) changes.push({ type: 'OwnGates', before, pod });
  const [claims, now] = [before.status.resourceClaimStatuses, pod.status.resourceClaimStatuses];
  if (claims !== now && !sameData(claims, now)) changes.push({ type: 'OwnClaims', before, pod });
  return changes;
}

function changesOf(before: Pod, pod: Pod): PodChange[] {
  const changes: PodChange[] = [];
  if (!sameData(before.metadata.labels, pod.metadata.labels)) changes.push('Label');
  if (before.spec === pod.spec) return changes;
  if (!sameData(before.spec.containers, pod.spec.containers) && requestsLess(before, pod)) changes.push('ScaleDown');
  if ((before.spec.tolerations ?? []).length !== (pod.spec.tolerations ?? []).length) changes.push('Toleration');
  return changes;
}

function gates(pod: Pod): number {
  return pod.spec.schedulingGates?.length ?? 0;
}

/** Does some resource ask for less than before? */
function requestsLess(before: Pod, pod: Pod): boolean {
  const was = resourceNumbers(podRequests(before.spec));
  const is = resourceNumbers(podRequests(pod.spec));
  if (is.milliCpu < was.milliCpu || is.memory < was.memory || is.ephemeralStorage < was.ephemeralStorage) return true;
  for (const [name, amount] of was.scalar) if ((is.scalar.get(name) ?? 0) < amount) return true;
  return false;
}
