import type { Micros } from '../../../kernel/time.js';
import type { Condition } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ReplicaSetStatus } from '../../api/objects/workload.js';
import { sameData } from '../../api/patch.js';
import { isAvailable, isReady } from '../../api/pod-predicates.js';
import { matchesPairs } from '../../api/selectors.js';
import { isReplicationController, type ReplicaOwner } from './replica-owner.js';

const REPLICA_FAILURE = 'ReplicaFailure';

/** Source: kubernetes v1.36.3 pkg/controller/replicaset/replica_set_utils.go: calculateStatus; reference/workloads.md 3.5. */
export function calculateStatus(
  owner: ReplicaOwner,
  active: readonly Pod[],
  terminating: number,
  failure: string | undefined,
  now: Micros,
): ReplicaSetStatus {
  const { minReadySeconds = 0, template } = owner.spec;
  const templateLabels = template.metadata?.labels ?? {};
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of active) {
    // Pods made from the template share its labels.
    const { labels } = pod.metadata;
    if (labels === templateLabels || matchesPairs(templateLabels, labels)) fullyLabeled += 1;
    if (!isReady(pod)) continue;
    ready += 1;
    if (isAvailable(pod, minReadySeconds, now)) available += 1;
  }
  return {
    replicas: active.length,
    fullyLabeledReplicas: fullyLabeled,
    readyReplicas: ready,
    availableReplicas: available,
    // The older API has no such field.
    ...(isReplicationController(owner) ? {} : { terminatingReplicas: terminating }),
    observedGeneration: owner.metadata.generation,
    conditions: failureConditions(owner, active.length, failure, now),
  };
}

/** A failure stays as it was first reported until a sync without one. */
function failureConditions(
  { spec, status }: ReplicaOwner,
  active: number,
  failure: string | undefined,
  now: Micros,
): readonly Condition[] {
  const conditions = status.conditions ?? [];
  const isReported = conditions.some(({ type }) => type === REPLICA_FAILURE);
  if (failure === undefined) return isReported ? conditions.filter(({ type }) => type !== REPLICA_FAILURE) : conditions;
  if (isReported) return conditions;
  const reason = active < (spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete';
  return [...conditions, { type: REPLICA_FAILURE, status: 'True', reason, message: failure, lastTransitionTime: now }];
}

export function sameStatus(left: ReplicaSetStatus, right: ReplicaSetStatus): boolean {
  return (
    left.replicas === right.replicas &&
    left.fullyLabeledReplicas === right.fullyLabeledReplicas &&
    left.readyReplicas === right.readyReplicas &&
    left.availableReplicas === right.availableReplicas &&
    left.terminatingReplicas === right.terminatingReplicas &&
    left.observedGeneration === right.observedGeneration &&
    sameData(left.conditions ?? [], right.conditions ?? [])
  );
}
