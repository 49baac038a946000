import { type Micros, SECOND_US, wholeSeconds } from '../../kernel/time.js';

/** kubernetes v1.36.3 pkg/scheduler/apis/config/v1/defaults.go: podInitialBackoffSeconds, podMaxBackoffSeconds. */
const INITIAL_US = SECOND_US;
const MAXIMUM_US = 10 * SECOND_US;

/** Back-off after so many failures in a row: 1, 2, 4, 8, 10, 10 ... s (backoff_queue.go: calculateBackoffDuration). */
export function backoffUs(failures: number): Micros {
  let duration = INITIAL_US;
  for (let doubling = 1; doubling < failures && duration < MAXIMUM_US; doubling++) duration *= 2;
  return Math.min(duration, MAXIMUM_US);
}

/** The whole second in which a pod's back-off ends; it is still backing off in that second. */
export function backoffExpirySecond(failedAt: Micros, failures: number): number {
  return wholeSeconds(failedAt + backoffUs(failures));
}

export function isBackingOff(expirySecond: number, now: Micros): boolean {
  return expirySecond >= wholeSeconds(now);
}
