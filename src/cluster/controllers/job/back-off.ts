import { MINUTE_US, SECOND_US, type Micros } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import { failuresBefore, finishedAt, ignoredFailuresBefore } from './pods.js';

/** Wait after a first failure; it doubles with each further one (job_controller.go: DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff). */
const FIRST_WAIT_US = 10 * SECOND_US;
const LONGEST_WAIT_US = 10 * MINUTE_US;

/** Failures of a Job since its last success. */
export interface BackOffRecord {
  readonly failures: number;
  readonly lastFailureAt: Micros;
}

export const NO_FAILURES: BackOffRecord = { failures: 0, lastFailureAt: 0 };

/** The record after pods have ended. Source: backoff_utils.go: newBackoffRecord. */
export function recordAfter(record: BackOffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackOffRecord {
  const failures = failed.map(finishedAt);
  if (succeeded.length === 0) {
    if (failures.length === 0) return record;
    return { failures: record.failures + failures.length, lastFailureAt: Math.max(...failures) };
  }
  const lastSuccessAt = Math.max(...succeeded.map(finishedAt));
  const later = failures.filter((at) => at > lastSuccessAt);
  return later.length === 0 ? NO_FAILURES : { failures: later.length, lastFailureAt: Math.max(...later) };
}

/** Time until pods may be created again. Source: backoff_utils.go: getRemainingTimeForFailuresCount. */
export function remainingWaitUs({ failures, lastFailureAt }: BackOffRecord, now: Micros): Micros {
  if (failures === 0) return 0;
  let wait = FIRST_WAIT_US;
  for (let failure = 1; failure < failures && wait < LONGEST_WAIT_US; failure++) wait *= 2;
  return Math.max(0, Math.min(wait, LONGEST_WAIT_US) - (now - lastFailureAt));
}

/** The record of an index by the last of its pods that has failed. */
export function recordOfIndex(lastFailed: Pod): BackOffRecord {
  const failures = failuresBefore(lastFailed) + ignoredFailuresBefore(lastFailed) + 1;
  return { failures, lastFailureAt: finishedAt(lastFailed) };
}
