import { type Micros, SECOND_US, wholeSeconds } from '../../kernel/time.js';

export interface BackoffLimits {
  /** The first back-off of a pod. */
  readonly initialBackoffUs: Micros;
  /** The longest back-off of a pod. */
  readonly maximumBackoffUs: Micros;
}

/** kubernetes v1.36.3 pkg/scheduler/apis/config/v1/defaults.go: podInitialBackoffSeconds, podMaxBackoffSeconds. */
export const BACKOFF_LIMITS: BackoffLimits = { initialBackoffUs: SECOND_US, maximumBackoffUs: 10 * SECOND_US };

/** Back-off after so many failures in a row, by default 1, 2, 4, 8, 10, 10 ... s (backoff_queue.go: calculateBackoffDuration). */
export function backoffUs({ initialBackoffUs, maximumBackoffUs }: BackoffLimits, failures: number): Micros {
  let duration = initialBackoffUs;
  for (let doubling = 1; doubling < failures && duration < maximumBackoffUs; doubling++) duration *= 2;
  return Math.min(duration, maximumBackoffUs);
}

/** The whole second in which a pod's back-off ends; it is still backing off in that second. */
export function backoffExpirySecond(limits: BackoffLimits, failedAt: Micros, failures: number): number {
  return wholeSeconds(failedAt + backoffUs(limits, failures));
}

export function isBackingOff(expirySecond: number, now: Micros): boolean {
  return expirySecond >= wholeSeconds(now);
}
