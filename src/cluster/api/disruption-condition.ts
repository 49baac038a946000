import { conditionOf } from './conditions.js';
import type { Micros } from '../../kernel/time.js';
import type { Condition } from './objects/meta.js';
import type { PodDisruptionBudgetStatus } from './objects/policy.js';

const DISRUPTION_ALLOWED = 'DisruptionAllowed';

/**
 * The status with the condition that says whether a pod may be disrupted.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/component-helpers/apps/poddisruptionbudget: UpdateDisruptionAllowedCondition.
 */
export function withDisruptionCondition(status: PodDisruptionBudgetStatus, now: Micros): PodDisruptionBudgetStatus {
  const isAllowed = status.disruptionsAllowed > 0;
  const reason = isAllowed ? 'SufficientPods' : 'InsufficientPods';
  return withAllowed(status, { status: isAllowed ? 'True' : 'False', reason, message: '' }, now);
}

/** Nothing may be disrupted, as the budget could not be worked out (disruption.go: failSafe). */
export function withSyncFailure(
  status: PodDisruptionBudgetStatus,
  message: string,
  now: Micros,
): PodDisruptionBudgetStatus {
  return withAllowed({ ...status, disruptionsAllowed: 0 }, { status: 'False', reason: 'SyncFailed', message }, now);
}

/** Source: poddisruptionbudget: ConditionsAreUpToDate. */
export function isDisruptionConditionCurrent(status: PodDisruptionBudgetStatus): boolean {
  const condition = allowedCondition(status);
  if (condition === undefined || condition.observedGeneration !== status.observedGeneration) return false;
  return status.disruptionsAllowed > 0
    ? condition.status === 'True' && condition.reason === 'SufficientPods'
    : condition.status === 'False' && condition.reason === 'InsufficientPods';
}

function allowedCondition({ conditions }: PodDisruptionBudgetStatus): Condition | undefined {
  return conditionOf(conditions, DISRUPTION_ALLOWED);
}

function withAllowed(
  status: PodDisruptionBudgetStatus,
  wanted: Pick<Condition, 'status' | 'reason' | 'message'>,
  now: Micros,
): PodDisruptionBudgetStatus {
  const before = allowedCondition(status);
  const since = before?.status === wanted.status ? before.lastTransitionTime : now;
  const { observedGeneration } = status;
  const condition: Condition = {
    type: DISRUPTION_ALLOWED,
    ...wanted,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(since === undefined ? {} : { lastTransitionTime: since }),
  };
  const others = (status.conditions ?? []).filter(({ type }) => type !== DISRUPTION_ALLOWED);
  return { ...status, conditions: [...others, condition] };
}
