import { SECOND_US, type Micros } from '../../kernel/time.js';

/** First wait; each further one doubles it (kubernetes v1.36.3 pkg/kubelet/kubelet.go: backOffPeriod, imageBackOffPeriod). */
export const BACK_OFF_INITIAL_US = 10 * SECOND_US;
/** Quiet time after which a back-off starts anew (pkg/kubelet/kubelet.go: crashLoopBackOff; twice MaxImageBackOff). */
export const BACK_OFF_RESET_US = 600 * SECOND_US;

/** How long a container or image that failed has to wait, and since when that holds. */
export interface BackOff {
  readonly waitUs: Micros;
  readonly since: Micros;
}

/**
 * Must a container that ended at `finishedAt` still wait? The wait counts from its end.
 * client-go v0.36.3 util/flowcontrol/backoff.go: IsInBackOffSince
 */
export function waitsToRestart(backOff: BackOff | undefined, finishedAt: Micros, now: Micros): boolean {
  return backOff !== undefined && !hasExpired(backOff, finishedAt) && now - finishedAt < backOff.waitUs;
}

/** Must a pull still wait? The wait counts from the last failure. backoff.go: IsInBackOffSinceUpdate */
export function waitsToPull(backOff: BackOff | undefined, now: Micros): boolean {
  return backOff !== undefined && !hasExpired(backOff, now) && now - backOff.since < backOff.waitUs;
}

/**
 * The wait after one more failure (image) or restart (container) now, whose cause happened at `eventAt`.
 * backoff.go: Next
 */
export function nextBackOff(backOff: BackOff | undefined, eventAt: Micros, now: Micros, maximumUs: Micros): BackOff {
  const isNew = backOff === undefined || hasExpired(backOff, eventAt);
  const waitUs = isNew ? BACK_OFF_INITIAL_US : backOff.waitUs * 2;
  return { waitUs: Math.min(waitUs, maximumUs), since: now };
}

function hasExpired(backOff: BackOff, eventAt: Micros): boolean {
  return eventAt - backOff.since > BACK_OFF_RESET_US;
}
