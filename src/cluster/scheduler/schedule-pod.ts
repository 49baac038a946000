import { currentAffinityFilter } from './affinity-counts.js';
import { type ClusterState, NO_NODE, type NodeIndex } from './cluster.js';
import { nodeOrder } from './cluster-nodes.js';
import { passesRest, verdictWith } from './filter-known.js';
import { type Filters, hasFailed, prepareFilters, type Ways } from './filter-node.js';
import { FEASIBLE } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import { judge, refreshFit, UNKNOWN } from './fit-table.js';
import { refreshPlacement } from './placement-rules.js';
import { type Incoming, UNKNOWN_POD } from './preemption/nominations.js';
import { filterWithNominated } from './preemption/trial.js';
import { heapRoot, scorePlainly, searchPlainly } from './reference-cycle.js';
import { mayBeRefused, refusalOf } from './refusal.js';
import { feasibleNodesToFind } from './sampling.js';
import { bestNode, scoreNodes } from './score-nodes.js';
import { currentLeast, refreshSpread } from './spread-counts.js';
import type { TieDraw } from './tie-break.js';

/** The outcome of an attempt. The feasible nodes stay in the cluster's buffers. */
interface Decision {
  /** NO_NODE if no node is feasible: then `failureOf` tells why. */
  readonly node: NodeIndex;
  readonly feasible: number;
  /** Feasible nodes and those seen to be rejected. */
  readonly evaluated: number;
  /** It is the node that the pod was nominated for, taken without a look at others. */
  readonly isNominated: boolean;
  /** The attempt ended with an error instead of a verdict; '' for none. */
  readonly error: string;
}

/**
 * One scheduling attempt from PreFilter to the choice of the node. Filters and scores come from what is remembered for
 * the class (fit-table.ts, spread-counts.ts) and are equal to what the plugins say of each node by themselves (explain.ts).
 */
export function schedulePod(
  cluster: ClusterState,
  pod: PodClass,
  incoming: Incoming = UNKNOWN_POD,
  draw?: TieDraw,
): Decision {
  if (mayBeRefused(pod) && refusalOf(cluster, pod) !== undefined) {
    cluster.feasibleCount = 0;
    return { node: NO_NODE, feasible: 0, evaluated: 0, isNominated: false, error: '' };
  }
  const { isReference } = cluster;
  const filters = prepare(cluster, pod);
  pod.spread = filters.spread; // for the time that the attempt takes, where nothing is kept
  const nominated = nominatedNode(cluster, incoming);
  if (nominated !== NO_NODE && filterWithNominated(cluster, filters, incoming.uid, nominated) === FEASIBLE) {
    // It is taken without scores, and the next search begins where this one would have.
    cluster.feasible[0] = nominated;
    cluster.feasibleCount = 1;
    return { node: nominated, feasible: 1, evaluated: 1, isNominated: true, error: '' };
  }
  const candidates = candidatesOf(cluster, pod);
  const searched = (isReference ? searchPlainly : search)(cluster, filters, candidates, incoming.uid);
  // The nominated node was seen to be rejected, whether the search came by or not.
  const evaluated = searched + (nominated === NO_NODE || wasSearched(cluster, candidates, searched, nominated) ? 0 : 1);
  moveStart(cluster, evaluated);
  const feasible = cluster.feasibleCount;
  const error = filters.devices?.error ?? '';
  if (feasible === 0 || error !== '') return { node: NO_NODE, feasible: 0, evaluated, isNominated: false, error };
  // A single feasible node is taken without a look at its score.
  let winner = 0;
  if (feasible > 1) {
    if (isReference) scorePlainly(cluster, pod);
    else if (draw !== undefined) scoreNodes(cluster, filters);
    if (draw !== undefined) winner = drawnBest(cluster, draw);
    else winner = isReference ? heapRoot(cluster) : bestNode(cluster, filters);
  }
  return { node: cluster.feasible[winner]!, feasible, evaluated, isNominated: false, error };
}

/** The node that the pod is nominated for, if it is there. */
function nominatedNode(cluster: ClusterState, { nominatedNodeName }: Incoming): NodeIndex {
  const node = nominatedNodeName === '' ? undefined : cluster.indexByName.get(nominatedNodeName);
  return node === undefined || cluster.nodes[node] === undefined ? NO_NODE : node;
}

function wasSearched(cluster: ClusterState, candidates: Int32Array, searched: number, node: NodeIndex): boolean {
  const count = candidates.length;
  const position = candidates.indexOf(node);
  return position >= 0 && (position - (cluster.nextStart % count) + count) % count < searched;
}

/** The next search begins where this one ended. */
export function moveStart(cluster: ClusterState, evaluated: number): void {
  if (cluster.nodeCount > 0) cluster.nextStart = (cluster.nextStart + evaluated) % cluster.nodeCount;
}

const KEPT: Ways = { judge: verdictWith, spread: refreshSpread, affinity: currentAffinityFilter, least: currentLeast };

/** PreFilter with all that is remembered brought up to date; the reference cycle remembers nothing. */
export function prepare(cluster: ClusterState, pod: PodClass): Filters {
  if (cluster.isReference) return prepareFilters(cluster, pod);
  refreshPlacement(cluster, pod);
  refreshFit(cluster, pod.fit);
  return prepareFilters(cluster, pod, KEPT);
}

function candidatesOf(cluster: ClusterState, pod: PodClass): Int32Array {
  const named = pod.nodeNames;
  if (named === undefined) return nodeOrder(cluster);
  if (named.size > 1) return nodeOrder(cluster).filter((node) => named.has(cluster.names[node]!));
  const [name = ''] = named;
  const node = cluster.indexByName.get(name);
  return node === undefined || cluster.nodes[node] === undefined ? NO_CANDIDATES : Int32Array.of(node);
}

const NO_CANDIDATES = new Int32Array(0);

/**
 * Fills `feasible` in the order found, and `totals` with what NodeResourcesFit and -BalancedAllocation give. Gives the
 * number of nodes evaluated (schedule_one.go: findNodesThatPassFilters).
 */
function search(cluster: ClusterState, filters: Filters, candidates: Int32Array, uid: string): number {
  const { feasible, totals, isKept, nominations } = cluster;
  const { pod } = filters;
  const needsMore = filters.rest.length > 0;
  const keepsRoom = nominations.size > 0;
  const { scores } = pod.fit;
  const count = candidates.length;
  const enough = feasibleNodesToFind(count, pod.profile.percentageOfNodesToScore);
  let found = 0;
  let position = count === 0 ? 0 : cluster.nextStart % count;
  let evaluated = 0;
  for (; evaluated < count; evaluated++) {
    const node = candidates[position]!;
    if (++position === count) position = 0;
    let score = scores[node]!;
    if (score < 0) {
      if (score === UNKNOWN) score = judge(cluster, pod, node);
      if (score < 0) continue;
    }
    if (needsMore && !passesRest(cluster, filters, node)) {
      if (hasFailed(filters)) break;
      continue;
    }
    if (keepsRoom && isKept[node] === 1 && filterWithNominated(cluster, filters, uid, node) !== FEASIBLE) continue;
    if (found === enough) break; // one more is seen before the search stops; it doesn't count
    feasible[found] = node;
    totals[found++] = score;
  }
  cluster.feasibleCount = found;
  return evaluated;
}

function drawnBest(cluster: ClusterState, draw: NonNullable<TieDraw>): number {
  const { totals, feasible, feasibleCount, names } = cluster;
  let highest = totals[0]!;
  for (let index = 1; index < feasibleCount; index++) if (totals[index]! > highest) highest = totals[index]!;
  let winner = -1;
  let greatest = -1;
  for (let index = 0; index < feasibleCount; index++) {
    if (totals[index]! < highest) continue;
    const drawn = draw(names[feasible[index]!]!);
    if (drawn <= greatest) continue;
    winner = index;
    greatest = drawn;
  }
  return winner;
}
