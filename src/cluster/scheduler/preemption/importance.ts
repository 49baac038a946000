import { wholeSeconds } from '../../../kernel/time.js';
import type { PlacedPod } from '../cluster.js';

/**
 * The most important first: priority, then who has run longest; among equals the one that came to the node first (a stable sort).
 * Source: kubernetes v1.36.3 pkg/scheduler/util/utils.go: MoreImportantPod.
 */
export function byImportance(left: PlacedPod, right: PlacedPod): number {
  const byPriority = right.podClass.priority - left.podClass.priority;
  if (byPriority !== 0) return byPriority;
  const leftStart = startSecond(left);
  const rightStart = startSecond(right);
  return leftStart < rightStart ? -1 : leftStart > rightStart ? 1 : 0;
}

/** Second in which the pod started; one that has not counts as starting now, after all others. */
export function startSecond({ pod }: PlacedPod): number {
  const { startTime } = pod.status;
  return startTime === undefined ? Number.POSITIVE_INFINITY : wholeSeconds(startTime);
}
