import { type Micros, SECOND_US, wholeSeconds } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import { isActive, isReady, isTerminating, podCondition } from '../../api/pod-predicates.js';
import { matchesPairs } from '../../api/selectors.js';
import { type ReplicaOwner, selects } from './replica-owner.js';

/** What the status of an owner says about its pods. */
export interface PodCounts {
  active: number;
  terminating: number;
  fullyLabeled: number;
  ready: number;
  /** Active pods that the selector no longer matches: they are to be released, and are in no other count. */
  strangers: number;
}

/** How many pods are available, and how long it is until the next one is by waiting alone. */
export interface Availability {
  readonly available: number;
  readonly nextUs: Micros | undefined;
}

/** Counts the pods that a controller reference binds to the owner. */
export function countPods(owner: ReplicaOwner, own: Iterable<Pod>): PodCounts {
  const counts: PodCounts = { active: 0, terminating: 0, fullyLabeled: 0, ready: 0, strangers: 0 };
  for (const pod of own) countPod(counts, owner, pod, 1);
  return counts;
}

/** Adds a pod of the owner to its counts (`by` 1), or takes it out (`by` -1). */
export function countPod(counts: PodCounts, owner: ReplicaOwner, pod: Pod, by: 1 | -1): void {
  const { labels } = pod.metadata;
  if (isTerminating(pod)) {
    if (selects(owner, labels)) counts.terminating += by;
    return;
  }
  if (!isActive(pod)) return;
  const templateLabels = owner.spec.template.metadata?.labels ?? {};
  // Pods made from the template share its labels, which the selector has to match.
  const hasTemplateLabels = labels === templateLabels;
  if (!hasTemplateLabels && !selects(owner, labels)) {
    counts.strangers += by;
    return;
  }
  counts.active += by;
  if (hasTemplateLabels || matchesPairs(templateLabels, labels)) counts.fullyLabeled += by;
  if (isReady(pod)) counts.ready += by;
}

/** How many active pods have been ready since which second. */
export function readySinceOf(pods: Iterable<Pod>): Map<number, number> {
  const readySince = new Map<number, number>();
  for (const pod of pods) countReadySince(readySince, pod, 1);
  return readySince;
}

/** Counts an active pod under the second since which it has been ready, if it is (`by` 1), or no longer (`by` -1). */
export function countReadySince(readySince: Map<number, number>, pod: Pod, by: 1 | -1): void {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True' || !isActive(pod)) return;
  const second = wholeSeconds(ready.lastTransitionTime ?? 0);
  const count = (readySince.get(second) ?? 0) + by;
  if (count === 0) readySince.delete(second);
  else readySince.set(second, count);
}

export function availabilityOf(
  { ready }: PodCounts,
  readySince: ReadonlyMap<number, number>,
  minReadySeconds: number,
  now: Micros,
): Availability {
  if (minReadySeconds === 0) return { available: ready, nextUs: undefined };
  let available = 0;
  let nextUs: Micros | undefined;
  for (const [second, count] of readySince) {
    const waitUs = (second + minReadySeconds) * SECOND_US - now;
    if (waitUs <= 0) available += count;
    else nextUs = Math.min(waitUs, nextUs ?? waitUs);
  }
  return { available, nextUs };
}
