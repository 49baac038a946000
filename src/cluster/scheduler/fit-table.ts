import { CHANGES_REMEMBERED, type ClusterState, type NodeIndex, type ResourceVector } from './cluster.js';
import { noteFilled } from './filled.js';
import {
  isDefaultBalance,
  scoreBalanceOf,
  scoreBalancedAllocation,
  skipsBalancedAllocation,
} from './plugins/node-resources-balanced-allocation.js';
import {
  filterResources,
  isDefaultStrategy,
  scoreByStrategy,
  scoreLeastAllocated,
} from './plugins/node-resources-fit.js';
import { FEASIBLE } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import type { SchedulingProfile } from './profile.js';
import type { ScoredResource } from './resources.js';

/**
 * What the filters that look at one node alone (up to NodeResourcesFit, host ports aside) and the scores of resources
 * say of every node, for all pods of one profile with the same placement rules and requests. A node is judged again only after it
 * changed and when a search comes by.
 */
export interface FitTable {
  readonly filtersResources: boolean;
  /** Both scores are of CPU and memory, as they are without arguments. */
  readonly isDefault: boolean;
  /** Weights of NodeResourcesFit and NodeResourcesBalancedAllocation; 0 if it does not score the pod. */
  readonly fitWeight: number;
  readonly balancedWeight: number;
  /** By node: what the two add to the total, or one of the two below. */
  scores: Int16Array | Int32Array;
  /** Number of the cluster's changes that it has taken in. */
  seenChanges: number;
}

const MAXIMUM_SCORE = 100;
const LARGEST_INT16 = 32_767;

const REJECTED = -1;
export const UNKNOWN = -2;

/** Requests of the pods that share a table. */
interface Requests {
  readonly request: ResourceVector;
  readonly scored: ResourceVector;
  readonly balancedResources: readonly ScoredResource[];
}

export function fitTableOf(
  cluster: ClusterState,
  { filters, weights, args }: SchedulingProfile,
  placementKey: string,
  { request, scored, balancedResources }: Requests,
): FitTable {
  const key = [...request, '', ...scored, placementKey].join(' ');
  let table = cluster.fitTables.get(key);
  if (table === undefined) {
    const isLarge =
      MAXIMUM_SCORE * (weights.NodeResourcesFit + weights.NodeResourcesBalancedAllocation) > LARGEST_INT16;
    table = {
      filtersResources: filters.includes('NodeResourcesFit'),
      isDefault: isDefaultStrategy(args.scoringStrategy) && isDefaultBalance(args.balancedResources),
      fitWeight: weights.NodeResourcesFit,
      balancedWeight: skipsBalancedAllocation(balancedResources) ? 0 : weights.NodeResourcesBalancedAllocation,
      scores: isLarge ? new Int32Array(0) : new Int16Array(0),
      seenChanges: 0,
    };
    cluster.fitTables.set(key, table);
  }
  return table;
}

/** Forgets what is known of nodes that have changed. */
export function refreshFit(cluster: ClusterState, table: FitTable): void {
  const { changes, changedNodes, capacity } = cluster;
  if (table.scores.length < capacity || changes - table.seenChanges > CHANGES_REMEMBERED) {
    if (table.scores.length < capacity) makeRoom(cluster, table);
    table.scores.fill(UNKNOWN);
  } else {
    const { scores } = table;
    for (let change = table.seenChanges; change < changes; change++) {
      scores[changedNodes[change % CHANGES_REMEMBERED]!] = UNKNOWN;
    }
  }
  table.seenChanges = changes;
}

/** Where every pod asks for something else, the table that has been there longest forgets all. */
function makeRoom(cluster: ClusterState, table: FitTable): void {
  const oldest = noteFilled(cluster.filledFitTables, table);
  if (oldest !== undefined) resize(oldest, 0);
  resize(table, cluster.capacity);
}

function resize(table: FitTable, length: number): void {
  table.scores = table.scores instanceof Int32Array ? new Int32Array(length) : new Int16Array(length);
}

/** Judges one node; its placement rules are up to date. */
export function judge(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  const { fit, placement } = pod;
  let score = REJECTED;
  const isFeasible =
    placement.verdicts[node] === FEASIBLE &&
    (!fit.filtersResources || filterResources(cluster, pod, node) === FEASIBLE);
  if (isFeasible) score = fit.isDefault ? defaultScore(cluster, pod, node) : otherScore(cluster, pod, node);
  fit.scores[node] = score;
  return score;
}

function defaultScore(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  const { fitWeight, balancedWeight } = pod.fit;
  const fit = fitWeight === 0 ? 0 : fitWeight * scoreLeastAllocated(cluster, pod, node);
  return balancedWeight === 0 ? fit : fit + balancedWeight * scoreBalancedAllocation(cluster, pod, node);
}

function otherScore(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  const { fitWeight, balancedWeight } = pod.fit;
  const fit = fitWeight === 0 ? 0 : fitWeight * scoreByStrategy(cluster, pod, node);
  return balancedWeight === 0 ? fit : fit + balancedWeight * scoreBalanceOf(cluster, pod, node);
}
