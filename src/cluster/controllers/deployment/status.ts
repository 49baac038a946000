import { conditionOf } from '../../api/conditions.js';
import { SECOND_US, type Micros, wholeSeconds } from '../../../kernel/time.js';
import type { Condition } from '../../api/objects/meta.js';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/objects/workload.js';
import { AVAILABLE, conditionAt, PROGRESSING, REPLICA_FAILURE, withCondition, withoutCondition } from './conditions.js';
import { maxUnavailableOf, replicasOf } from './fenceposts.js';
import { actualTotal, availableTotal, readyTotal, specTotal } from './replica-sets.js';
import { MAXIMUM_INT32 } from './revisions.js';

/**
 * The status of a Deployment, its progress and its deadline.
 * Source: kubernetes v1.36.3 pkg/controller/deployment/{sync,progress}.go; reference/workloads.md 4.7.
 */

/** What the ReplicaSets add up to, with the condition Available. Source: sync.go: calculateStatus. */
export function calculateStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: Micros,
): DeploymentStatus {
  const available = availableTotal(all);
  const hasMinimum = available >= replicasOf(deployment) - maxUnavailableOf(deployment);
  const availability = hasMinimum
    ? conditionAt(now, AVAILABLE, 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : conditionAt(
        now,
        AVAILABLE,
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
      );
  const { collisionCount, conditions = [] } = deployment.status;
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: actualTotal(all),
    updatedReplicas: newSet?.status.replicas ?? 0,
    readyReplicas: readyTotal(all),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, specTotal(all) - available),
    terminatingReplicas: all.reduce((sum, set) => sum + (set.status.terminatingReplicas ?? 0), 0),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(conditions, availability),
  };
}

/** The status during a rollout, with the condition Progressing. Source: progress.go: syncRolloutStatus. */
export function rolloutStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: Micros,
): DeploymentStatus {
  const status = calculateStatus(deployment, all, newSet, now);
  let conditions = status.conditions ?? [];
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, PROGRESSING);
  else if (!isCompleteAlready(deployment, status)) {
    conditions = progressConditions(deployment, { ...status, conditions }, newSet, now);
  }
  const failure = replicaFailure(all, newSet);
  conditions =
    failure === undefined ? withoutCondition(conditions, REPLICA_FAILURE) : withCondition(conditions, failure);
  return { ...status, conditions };
}

function isCompleteAlready(deployment: Deployment, status: DeploymentStatus): boolean {
  const current = conditionOf(deployment.status.conditions, PROGRESSING);
  return status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
}

function progressConditions(
  deployment: Deployment,
  status: DeploymentStatus,
  newSet: ReplicaSet | undefined,
  now: Micros,
): readonly Condition[] {
  const conditions = status.conditions ?? [];
  const who =
    newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${who} has successfully progressed.`;
    return withCondition(conditions, conditionAt(now, PROGRESSING, 'True', 'NewReplicaSetAvailable', message));
  }
  if (isProgressing(deployment.status, status)) {
    const condition = conditionAt(now, PROGRESSING, 'True', 'ReplicaSetUpdated', `${who} is progressing.`);
    // Every progress moves the time of the last update, even under the same reason: the deadline counts from it.
    const current = conditionOf(deployment.status.conditions, PROGRESSING);
    const since = current?.status === 'True' ? current.lastTransitionTime : undefined;
    const others = current === undefined ? conditions : withoutCondition(conditions, PROGRESSING);
    return withCondition(others, since === undefined ? condition : { ...condition, lastTransitionTime: since });
  }
  if (hasTimedOut(deployment, status, now)) {
    const message = `${who} has timed out progressing.`;
    return withCondition(conditions, conditionAt(now, PROGRESSING, 'False', 'ProgressDeadlineExceeded', message));
  }
  return conditions;
}

/** The new ReplicaSet's failure first, else any. Source: progress.go: getReplicaFailures. */
function replicaFailure(all: readonly ReplicaSet[], newSet: ReplicaSet | undefined): Condition | undefined {
  const own = conditionOf(newSet?.status.conditions, REPLICA_FAILURE);
  if (own !== undefined) return own;
  for (const set of all) {
    const failure = conditionOf(set.status.conditions, REPLICA_FAILURE);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

export function hasProgressDeadline(deployment: Deployment): boolean {
  const { progressDeadlineSeconds } = deployment.spec;
  return progressDeadlineSeconds !== undefined && progressDeadlineSeconds !== MAXIMUM_INT32;
}

/** Has the rollout reached its end? */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= deployment.metadata.generation
  );
}

function isProgressing(before: DeploymentStatus, status: DeploymentStatus): boolean {
  const oldPods = (of: DeploymentStatus): number => (of.replicas ?? 0) - (of.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldPods(status) < oldPods(before) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: Deployment, status: DeploymentStatus, now: Micros): boolean {
  const condition = conditionOf(status.conditions, PROGRESSING);
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return deadlineOf(deployment, condition) < now;
}

function deadlineOf(deployment: Deployment, condition: Condition): Micros {
  return (wholeSeconds(condition.lastUpdateTime ?? 0) + deployment.spec.progressDeadlineSeconds!) * SECOND_US;
}

/**
 * When to look again at a rollout that does not move, so that its deadline is noticed; undefined if there is none to
 * notice. Source: progress.go: requeueStuckDeployment. Unlike there, a rollout that was once complete is not looked at
 * again and again (10 times a second): it can no longer miss its deadline, so these looks would find nothing.
 */
export function deadlineCheckUs(deployment: Deployment, status: DeploymentStatus, now: Micros): Micros | undefined {
  const condition = conditionOf(deployment.status.conditions, PROGRESSING);
  if (!hasProgressDeadline(deployment) || condition === undefined) return undefined;
  if (isComplete(deployment, status) || condition.reason === 'ProgressDeadlineExceeded') return undefined;
  if (condition.reason === 'NewReplicaSetAvailable') return undefined;
  const left = deadlineOf(deployment, condition) - now;
  return left < SECOND_US ? CLOSE_LOOK_US : left + SECOND_US;
}

/** A rate-limited look again, when less than a second is left (client-go util/workqueue: first delay). */
const CLOSE_LOOK_US = 5_000;
