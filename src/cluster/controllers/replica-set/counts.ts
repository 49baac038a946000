import type { Micros } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import { isActive, isReady, isTerminating } from '../../api/pod-predicates.js';
import { matchesPairs } from '../../api/selectors.js';
import { type Availability, availabilityAfter, countReadySince, type ReadySince } from '../shared/ready-since.js';
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

/** Since which second the active pods have been ready. */
export function readySinceOf(pods: Iterable<Pod>): ReadySince {
  const readySince: ReadySince = new Map();
  for (const pod of pods) if (isActive(pod)) countReadySince(readySince, pod, 1);
  return readySince;
}

export function availabilityOf(
  { ready }: PodCounts,
  readySince: ReadonlyMap<number, number>,
  minReadySeconds: number,
  now: Micros,
): Availability {
  if (minReadySeconds === 0) return { available: ready, nextUs: undefined };
  return availabilityAfter(minReadySeconds, readySince, now);
}
