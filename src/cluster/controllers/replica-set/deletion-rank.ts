import { type Micros, wholeSeconds, SECOND_US } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import { isReady, podCondition } from '../../api/pod-predicates.js';
import { restartsOf, stageOf } from '../shared/pod-order.js';

/**
 * Which pods a ReplicaSet gives up first.
 * Source: kubernetes v1.36.3 pkg/controller/controller_utils.go: ActivePodsWithRanks.Less; reference/workloads.md 3.4.
 */

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * The first `count` pods in the order in which they are to be deleted; those that no rule tells apart keep their order.
 * `ranks`: pods of this and of sibling ReplicaSets by node: where they are many, one can be spared.
 */
export function inDeletionOrder(
  pods: readonly Pod[],
  ranks: ReadonlyMap<string, number>,
  now: Micros,
  count: number,
): Pod[] {
  const rankOf = (pod: Pod): number => ranks.get(pod.spec.nodeName ?? '') ?? 0;
  const compare = (left: Pod, right: Pod): number =>
    firstRulesOf(left) - firstRulesOf(right) ||
    rankOf(right) - rankOf(left) ||
    compareReadySince(left, right, now) ||
    restartsOf(right) - restartsOf(left) ||
    compareAges(left.metadata.creationTimestamp, right.metadata.creationTimestamp, left, right, now);
  return pods.length <= INSERTION_SORT_MAXIMUM
    ? sortedAsGo(pods, compare).slice(0, count)
    : firstOf(pods, compare, count);
}

/** Up to here Go's sort.Sort is a plain insertion sort. */
const INSERTION_SORT_MAXIMUM = 12;

/**
 * The rules contradict each other now and then: of three pods, the first two may be equal to each other (ready since the
 * same second) and yet on different sides of the third (whose uid lies between theirs). The way of sorting then decides.
 */
function sortedAsGo(pods: readonly Pod[], compare: (left: Pod, right: Pod) => number): Pod[] {
  const sorted = [...pods];
  for (let end = 1; end < sorted.length; end++) {
    for (let at = end; at > 0 && compare(sorted[at]!, sorted[at - 1]!) < 0; at--) {
      [sorted[at - 1], sorted[at]] = [sorted[at]!, sorted[at - 1]!];
    }
  }
  return sorted;
}

/** The first `count` in order: each pod is compared with the last of those found so far, and mostly with no other. */
function firstOf(pods: readonly Pod[], compare: (left: Pod, right: Pod) => number, count: number): Pod[] {
  const first: Pod[] = [];
  for (const pod of pods) {
    if (first.length === count && compare(pod, first[count - 1]!) >= 0) continue;
    let low = 0;
    for (let high = first.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (compare(pod, first[middle]!) < 0) high = middle;
      else low = middle + 1;
    }
    if (first.length === count) first.pop();
    first.splice(low, 0, pod);
  }
  return first;
}

const INT32_LIMIT = 2_147_483_648;
const UINT32_LIMIT = 2 * INT32_LIMIT;

/** One number for the rules that come before the pods of the node: how far the pod has got, then what its deletion costs. */
export function firstRulesOf(pod: Pod): number {
  return stageOf(pod) * UINT32_LIMIT + deletionCost(pod);
}

/** Anything but a plain 32-bit integer counts as 0. Source: pkg/apis/core/helper: GetDeletionCostFromPodAnnotations. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  if (text === undefined || !/^(0|-?[1-9][0-9]*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -INT32_LIMIT && cost < INT32_LIMIT ? cost : 0;
}

function compareReadySince(left: Pod, right: Pod, now: Micros): number {
  if (!isReady(left) || !isReady(right)) return 0;
  const leftSince = podCondition(left, 'Ready')!.lastTransitionTime;
  const rightSince = podCondition(right, 'Ready')!.lastTransitionTime;
  if (leftSince === undefined || rightSince === undefined) {
    return Number(leftSince !== undefined) - Number(rightSince !== undefined);
  }
  return compareAges(leftSince, rightSince, left, right, now);
}

/** Younger first by powers of two of the age; within one, by uid, so that the choice is even. */
function compareAges(leftAt: Micros, rightAt: Micros, left: Pod, right: Pod, now: Micros): number {
  const leftSecond = wholeSeconds(leftAt);
  const rightSecond = wholeSeconds(rightAt);
  if (leftSecond === rightSecond) return 0;
  const difference = ageBucket(now - leftSecond * SECOND_US) - ageBucket(now - rightSecond * SECOND_US);
  if (difference !== 0) return difference;
  return left.metadata.uid < right.metadata.uid ? -1 : left.metadata.uid > right.metadata.uid ? 1 : 0;
}

const NANOSECONDS_PER_MICRO = 1_000;

/** Ages up to 2^64 ns (585 years) and no age. */
export const AGE_BUCKETS = 65;

/** floor(log2) of an age in nanoseconds, and one more; 0 where there is no age. Dividing by a power of two is exact. */
export function ageBucket(ageUs: Micros): number {
  if (ageUs <= 0) return 0;
  const age = ageUs * NANOSECONDS_PER_MICRO;
  return age < UINT32_LIMIT ? 32 - Math.clz32(age) : 64 - Math.clz32(age / UINT32_LIMIT);
}
