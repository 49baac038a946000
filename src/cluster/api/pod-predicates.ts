import { SECOND_US, type Micros, wholeSeconds } from '../../kernel/time.js';
import { conditionOf } from './conditions.js';
import type { Condition } from './objects/meta.js';
import type { Pod } from './objects/pod.js';

/**
 * What controllers ask about a pod.
 * Source: kubernetes v1.36.3 pkg/controller/controller_utils.go, pkg/api/v1/pod/util.go; reference/workloads.md 1.3.
 */

/** Has the pod ended: Succeeded or Failed? */
export function isTerminal(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** Neither ended nor being deleted. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Being deleted, not ended yet. */
export function isTerminating(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

export function podCondition(pod: Pod, type: string): Condition | undefined {
  return conditionOf(pod.status.conditions, type);
}

export function isReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Ready for `minReadySeconds`, counted from the stored time, which has whole seconds. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: Micros): boolean {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return false;
  return minReadySeconds === 0 || availableAt(ready, minReadySeconds) <= now;
}

/** Time until the next of these pods becomes available by waiting alone; undefined if none will. */
export function nextAvailabilityUs(pods: readonly Pod[], minReadySeconds: number, now: Micros): Micros | undefined {
  let next: Micros | undefined;
  for (const pod of pods) {
    const ready = podCondition(pod, 'Ready');
    if (ready?.status !== 'True') continue;
    const wait = availableAt(ready, minReadySeconds) - now;
    if (wait > 0 && (next === undefined || wait < next)) next = wait;
  }
  return next;
}

function availableAt(ready: Condition, minReadySeconds: number): Micros {
  return (wholeSeconds(ready.lastTransitionTime ?? 0) + minReadySeconds) * SECOND_US;
}
