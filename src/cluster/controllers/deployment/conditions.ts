import type { Micros } from '../../../kernel/time.js';
import { conditionOf } from '../../api/conditions.js';
import type { Condition, ConditionStatus } from '../../api/objects/meta.js';

/** Conditions of a Deployment. Source: kubernetes v1.36.3 pkg/controller/deployment/util/deployment_util.go. */

export const AVAILABLE = 'Available';
export const PROGRESSING = 'Progressing';
export const REPLICA_FAILURE = 'ReplicaFailure';

/** A condition that changes now. */
export function conditionAt(
  now: Micros,
  type: string,
  status: ConditionStatus,
  reason: string,
  message: string,
): Condition {
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

export function withoutCondition(conditions: readonly Condition[], type: string): readonly Condition[] {
  return conditions.some((condition) => condition.type === type)
    ? conditions.filter((condition) => condition.type !== type)
    : conditions;
}

/**
 * Sets a condition, as the last one. Nothing happens where status and reason are what they were; the time of transition
 * stays where the status does.
 */
export function withCondition(conditions: readonly Condition[], condition: Condition): readonly Condition[] {
  const current = conditionOf(conditions, condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return conditions;
  const others = withoutCondition(conditions, condition.type);
  if (current?.status !== condition.status || current.lastTransitionTime === undefined) return [...others, condition];
  return [...others, { ...condition, lastTransitionTime: current.lastTransitionTime }];
}
