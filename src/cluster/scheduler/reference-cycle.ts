import type { ClusterState } from './cluster.js';
import { scorePod } from './explain.js';
import { type Filters, hasFailed } from './filter-node.js';
import { FEASIBLE } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import { filterWithNominated } from './preemption/trial.js';
import { feasibleNodesToFind } from './sampling.js';

/**
 * The plain cycle of O(nodes x plugins): every filter is asked about every node that the search comes by, every score about every
 * feasible one, and nothing is remembered. What `schedulePod` does with tables and counters must come to the same.
 */

/** As `search` in schedule-pod.ts: fills `feasible` in the order found, and gives the number of nodes evaluated. */
export function searchPlainly(cluster: ClusterState, filters: Filters, candidates: Int32Array, uid: string): number {
  const count = candidates.length;
  const enough = feasibleNodesToFind(count, filters.pod.profile.percentageOfNodesToScore);
  const start = count === 0 ? 0 : cluster.nextStart % count;
  cluster.feasibleCount = 0;
  for (let evaluated = 0; evaluated < count; evaluated++) {
    const node = candidates[(start + evaluated) % count]!;
    if (filterWithNominated(cluster, filters, uid, node) !== FEASIBLE) {
      if (hasFailed(filters)) return evaluated;
      continue;
    }
    if (cluster.feasibleCount === enough) return evaluated;
    cluster.feasible[cluster.feasibleCount++] = node;
  }
  return count;
}

/** Fills `totals` of the feasible nodes. */
export function scorePlainly(cluster: ClusterState, pod: PodClass): void {
  const feasible = [...cluster.feasible.subarray(0, cluster.feasibleCount)];
  const { totals } = scorePod(cluster, pod, feasible);
  for (const [index, node] of feasible.entries()) cluster.totals[index] = totals.get(node)!;
}

/** Position of the feasible node that a heap of them has at its root, as Go's container/heap builds it (reference/scheduling.md 2.3). */
export function heapRoot({ totals, feasibleCount }: Pick<ClusterState, 'totals' | 'feasibleCount'>): number {
  const heap = Array.from({ length: feasibleCount }, (_unused, position) => position);
  const isBetter = (left: number, right: number): boolean => totals[heap[left]!]! > totals[heap[right]!]!;
  for (let top = (feasibleCount >> 1) - 1; top >= 0; top--) {
    for (let parent = top; ; ) {
      let child = 2 * parent + 1;
      if (child >= feasibleCount) break;
      if (child + 1 < feasibleCount && isBetter(child + 1, child)) child += 1;
      if (!isBetter(child, parent)) break;
      [heap[parent], heap[child]] = [heap[child]!, heap[parent]!];
      parent = child;
    }
  }
  return heap[0]!;
}
