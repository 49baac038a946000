import type { Pod } from '../../api/objects/pod.js';
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../api/objects/workload.js';
import { isReady } from '../../api/pod-predicates.js';
import { REVISION_LABEL } from '../shared/revision-history.js';
import { replicasOf } from './ordinals.js';

/** What a StatefulSet's pods are made of now, and what they shall become. */
export interface Revisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** Name of the revision that a pod was made of. */
export function revisionOf({ metadata }: Pod): string {
  return metadata.labels?.[REVISION_LABEL] ?? '';
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status.phase === 'Running' && isReady(pod);
}

/** What the status of a set says about its pods. */
export interface PodCounts {
  replicas: number;
  ready: number;
  /** How many were made of each revision. */
  readonly ofRevision: Map<string, number>;
  /** Those of them that are not being deleted. */
  readonly staying: Map<string, number>;
}

export function countPods(pods: readonly Pod[]): PodCounts {
  const counts: PodCounts = { replicas: 0, ready: 0, ofRevision: new Map(), staying: new Map() };
  for (const pod of pods) countPod(counts, pod, 1);
  return counts;
}

/** Adds a pod to the counts (`by` 1), or takes it out (`by` -1). */
export function countPod(counts: PodCounts, pod: Pod, by: 1 | -1): void {
  counts.replicas += by;
  if (isRunningAndReady(pod)) counts.ready += by;
  addTo(counts.ofRevision, revisionOf(pod), by);
  if (pod.metadata.deletionTimestamp === undefined) addTo(counts.staying, revisionOf(pod), by);
}

function addTo(counts: Map<string, number>, revision: string, by: 1 | -1): void {
  const count = (counts.get(revision) ?? 0) + by;
  if (count === 0) counts.delete(revision);
  else counts.set(revision, count);
}

/** Source: kubernetes v1.36.3 pkg/controller/statefulset/stateful_set_control.go: computeReplicaStatus. */
export function statusOf(
  set: StatefulSet,
  { replicas, ready, staying }: PodCounts,
  available: number,
  { current, update, collisionCount }: Revisions,
): StatefulSetStatus {
  return {
    observedGeneration: set.metadata.generation,
    replicas,
    readyReplicas: ready,
    availableReplicas: available,
    currentReplicas: staying.get(current.metadata.name) ?? 0,
    updatedReplicas: staying.get(update.metadata.name) ?? 0,
    currentRevision: current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount,
  };
}

/** A rolling update that is through makes the new revision the current one. Source: completeRollingUpdate. */
export function withCompletion(set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const wanted = replicasOf(set);
  const { replicas, readyReplicas, updatedReplicas, updateRevision } = status;
  const isComplete = updatedReplicas === wanted && readyReplicas === wanted && replicas === wanted;
  if (set.spec.updateStrategy?.type !== 'RollingUpdate' || !isComplete) return status;
  return { ...status, currentReplicas: wanted, currentRevision: updateRevision! };
}

/** Source: inconsistentStatus. */
export function isWorthWriting(status: StatefulSetStatus, before: StatefulSetStatus): boolean {
  return (
    status.observedGeneration! > (before.observedGeneration ?? 0) ||
    status.replicas !== before.replicas ||
    status.currentReplicas !== (before.currentReplicas ?? 0) ||
    status.readyReplicas !== (before.readyReplicas ?? 0) ||
    status.updatedReplicas !== (before.updatedReplicas ?? 0) ||
    status.availableReplicas !== (before.availableReplicas ?? 0) ||
    status.currentRevision !== before.currentRevision ||
    status.updateRevision !== before.updateRevision
  );
}
