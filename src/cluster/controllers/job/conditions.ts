import { conditionOf } from '../../api/conditions.js';
import type { Micros } from '../../../kernel/time.js';
import type { Condition, ConditionStatus } from '../../api/objects/meta.js';

/** Conditions of a Job. SuccessCriteriaMet and FailureTarget come first: the end that they announce waits for the last pod. */
export type JobConditionType = 'Complete' | 'Failed' | 'Suspended' | 'SuccessCriteriaMet' | 'FailureTarget';

export interface JobCondition extends Condition {
  readonly type: JobConditionType;
  readonly reason: string;
  readonly message: string;
}

export function jobCondition(
  type: JobConditionType,
  status: ConditionStatus,
  reason: string,
  message: string,
  now: Micros,
): JobCondition {
  return { type, status, reason, message, lastProbeTime: now, lastTransitionTime: now };
}

export function trueCondition(conditions: readonly Condition[], type: JobConditionType): JobCondition | undefined {
  return conditions.find((condition) => condition.type === type && condition.status === 'True') as
    | JobCondition
    | undefined;
}

/**
 * The conditions with this one; the same list if it says nothing new. One that was never true is not noted as false.
 * Source: kubernetes v1.36.3 pkg/controller/job/job_controller.go: ensureJobConditionStatus.
 */
export function withCondition(conditions: readonly Condition[], wanted: JobCondition): readonly Condition[] {
  const present = conditionOf(conditions, wanted.type);
  if (present === undefined) return wanted.status === 'False' ? conditions : [...conditions, wanted];
  const { status, reason, message } = wanted;
  if (present.status === status && present.reason === reason && present.message === message) return conditions;
  return conditions.map((condition) => (condition === present ? wanted : condition));
}
