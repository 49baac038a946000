import { CHANGES_REMEMBERED, type ClusterState, type NodeIndex, type ResourceVector } from './cluster.js';
import { scoreBalancedAllocation, skipsBalancedAllocation } from './plugins/node-resources-balanced-allocation.js';
import { filterResources, scoreLeastAllocated } from './plugins/node-resources-fit.js';
import { FEASIBLE } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';

/**
 * What the filters that look at one node alone (up to NodeResourcesFit, host ports aside) and the scores of resources
 * say of every node, for all pods with the same placement rules and requests. A node is judged again only after it
 * changed and when a search comes by.
 */
export interface FitTable {
  /** PreScore of NodeResourcesBalancedAllocation. */
  readonly skipsBalanced: boolean;
  /** By node: least allocated + balanced allocation, or one of the two below. */
  scores: Int16Array;
  /** Number of the cluster's changes that it has taken in. */
  seenChanges: number;
}

export const REJECTED = -1;
export const UNKNOWN = -2;

export function fitTableOf(
  cluster: ClusterState,
  placementKey: string,
  request: ResourceVector,
  scoredCpu: number,
  scoredMemory: number,
): FitTable {
  const key = [...request, scoredCpu, scoredMemory, placementKey].join(' ');
  let table = cluster.fitTables.get(key);
  if (table === undefined) {
    table = { skipsBalanced: skipsBalancedAllocation({ request }), scores: new Int16Array(0), seenChanges: 0 };
    cluster.fitTables.set(key, table);
  }
  return table;
}

/** Forgets what is known of nodes that have changed. */
export function refreshFit(cluster: ClusterState, table: FitTable): void {
  const { changes, changedNodes, capacity } = cluster;
  if (table.scores.length < capacity || changes - table.seenChanges > CHANGES_REMEMBERED) {
    if (table.scores.length < capacity) table.scores = new Int16Array(capacity);
    table.scores.fill(UNKNOWN);
  } else {
    const { scores } = table;
    for (let change = table.seenChanges; change < changes; change++) {
      scores[changedNodes[change % CHANGES_REMEMBERED]!] = UNKNOWN;
    }
  }
  table.seenChanges = changes;
}

/** Judges one node; its placement rules are up to date. */
export function judge(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  const { fit, placement } = pod;
  let score = REJECTED;
  if (placement.verdicts[node] === FEASIBLE && filterResources(cluster, pod, node) === FEASIBLE) {
    score = scoreLeastAllocated(cluster, pod, node);
    if (!fit.skipsBalanced) score += scoreBalancedAllocation(cluster, pod, node);
  }
  fit.scores[node] = score;
  return score;
}
