import { conditionOf } from '../../api/conditions.js';
import type { Micros } from '../../../kernel/time.js';
import type { Condition } from '../../api/objects/meta.js';
import type { ReplicaSetStatus } from '../../api/objects/workload.js';
import { sameData } from '../../api/patch.js';
import type { PodCounts } from './counts.js';
import { isReplicationController, type ReplicaOwner } from './replica-owner.js';

const REPLICA_FAILURE = 'ReplicaFailure';

/** Source: kubernetes v1.36.3 pkg/controller/replicaset/replica_set_utils.go: calculateStatus; reference/workloads.md 3.5. */
export function calculateStatus(
  owner: ReplicaOwner,
  counts: PodCounts,
  available: number,
  failure: string | undefined,
  now: Micros,
): ReplicaSetStatus {
  return {
    replicas: counts.active,
    fullyLabeledReplicas: counts.fullyLabeled,
    readyReplicas: counts.ready,
    availableReplicas: available,
    // The older API has no such field.
    ...(isReplicationController(owner) ? {} : { terminatingReplicas: counts.terminating }),
    observedGeneration: owner.metadata.generation,
    conditions: failureConditions(owner, counts.active, failure, now),
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
  const isReported = conditionOf(conditions, REPLICA_FAILURE) !== undefined;
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
