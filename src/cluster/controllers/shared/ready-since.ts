import { type Micros, SECOND_US, wholeSeconds } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import { podCondition } from '../../api/pod-predicates.js';

/** How many pods of an owner with minReadySeconds have been ready since which second of virtual time. */
export type ReadySince = Map<number, number>;

/** How many pods are available, and how long it is until the next one is by waiting alone. */
export interface Availability {
  readonly available: number;
  readonly nextUs: Micros | undefined;
}

/** Counts a pod under the second since which it has been ready, if it is (`by` 1), or no longer (`by` -1). */
export function countReadySince(readySince: ReadySince, pod: Pod, by: 1 | -1): void {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return;
  const second = wholeSeconds(ready.lastTransitionTime ?? 0);
  const count = (readySince.get(second) ?? 0) + by;
  if (count === 0) readySince.delete(second);
  else readySince.set(second, count);
}

/** Who of them has been ready for long enough. */
export function availabilityAfter(
  minReadySeconds: number,
  readySince: ReadonlyMap<number, number>,
  now: Micros,
): Availability {
  let available = 0;
  let nextUs: Micros | undefined;
  for (const [second, count] of readySince) {
    const waitUs = (second + minReadySeconds) * SECOND_US - now;
    if (waitUs <= 0) available += count;
    else nextUs = Math.min(waitUs, nextUs ?? waitUs);
  }
  return { available, nextUs };
}
