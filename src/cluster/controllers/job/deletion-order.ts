import { wholeSeconds } from '../../../kernel/time.js';
import type { Job } from '../../api/objects/batch.js';
import type { Pod } from '../../api/objects/pod.js';
import { isReady, podCondition } from '../../api/pod-predicates.js';
import { restartsOf, stageOf } from '../shared/pod-order.js';
import { indexOf, isIndexed } from './pods.js';

/**
 * At least `count` of the active pods, those first that have got least far. Of pods with the same index all but one go, and all
 * without an index of the Job. Source: job_controller.go: activePodsForRemoval.
 */
export function surplusPods(job: Job, active: readonly Pod[], count: number): Pod[] {
  const [surplus, left] = isIndexed(job) ? withoutTwins(job, active) : [[], active];
  const missing = count - surplus.length;
  return missing <= 0 ? surplus : [...surplus, ...inDeletionOrder(left).slice(0, missing)];
}

function withoutTwins(job: Job, active: readonly Pod[]): [Pod[], Pod[]] {
  const byIndex = new Map<number, Pod[]>();
  const surplus: Pod[] = [];
  for (const pod of active) {
    const index = indexOf(job, pod);
    if (index === undefined) surplus.push(pod);
    else byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
  }
  const left: Pod[] = [];
  for (const [, twins] of [...byIndex].sort(([one], [other]) => one - other)) {
    const ordered = inDeletionOrder(twins);
    left.push(ordered.pop()!);
    surplus.push(...ordered);
  }
  return [surplus, left];
}

/** Source: kubernetes v1.36.3 pkg/controller/controller_utils.go: ActivePods.Less. */
function inDeletionOrder(pods: readonly Pod[]): Pod[] {
  return [...pods].sort(
    (left, right) =>
      stageOf(left) - stageOf(right) ||
      youngerFirst(readySince(left), readySince(right)) ||
      restartsOf(right) - restartsOf(left) ||
      youngerFirst(left.metadata.creationTimestamp, right.metadata.creationTimestamp),
  );
}

function readySince(pod: Pod): number {
  return isReady(pod) ? (podCondition(pod, 'Ready')!.lastTransitionTime ?? 0) : 0;
}

function youngerFirst(left: number, right: number): number {
  return wholeSeconds(right) - wholeSeconds(left);
}
