import type { Micros } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../api/objects/workload.js';
import { isAvailable, isReady } from '../../api/pod-predicates.js';
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

/** Source: kubernetes v1.36.3 pkg/controller/statefulset/stateful_set_control.go: computeReplicaStatus. */
export function statusOf(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update, collisionCount }: Revisions,
  now: Micros,
): StatefulSetStatus {
  const counts = { readyReplicas: 0, availableReplicas: 0, currentReplicas: 0, updatedReplicas: 0 };
  for (const pod of pods) {
    if (isRunningAndReady(pod)) {
      counts.readyReplicas += 1;
      if (isAvailable(pod, set.spec.minReadySeconds ?? 0, now)) counts.availableReplicas += 1;
    }
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    if (revisionOf(pod) === current.metadata.name) counts.currentReplicas += 1;
    if (revisionOf(pod) === update.metadata.name) counts.updatedReplicas += 1;
  }
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    ...counts,
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
