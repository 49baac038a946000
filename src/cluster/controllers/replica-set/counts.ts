import type { Micros } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import { isActive, isAvailable, isReady, isTerminating } from '../../api/pod-predicates.js';
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

/** Adds an active pod to the numbers by node (`by` 1), or takes it out (`by` -1). Those without a node stand under ''. */
export function countOnNode(byNode: Map<string, number>, pod: Pod, by: 1 | -1): void {
  if (!isActive(pod)) return;
  const { nodeName = '' } = pod.spec;
  byNode.set(nodeName, (byNode.get(nodeName) ?? 0) + by);
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
  if (!selects(owner, labels)) {
    counts.strangers += by;
    return;
  }
  const templateLabels = owner.spec.template.metadata?.labels ?? {};
  counts.active += by;
  // Pods made from the template share its labels.
  if (labels === templateLabels || matchesPairs(templateLabels, labels)) counts.fullyLabeled += by;
  if (isReady(pod)) counts.ready += by;
}

export function countAvailable(active: readonly Pod[], minReadySeconds: number, now: Micros): number {
  return active.reduce((count, pod) => count + Number(isAvailable(pod, minReadySeconds, now)), 0);
}
