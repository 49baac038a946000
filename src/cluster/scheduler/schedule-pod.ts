import { currentAffinityFilter, currentAffinityScore } from './affinity-counts.js';
import { type ClusterState, NO_NODE, NO_VALUE, type NodeIndex } from './cluster.js';
import { nodeOrder } from './cluster-nodes.js';
import { passesRest, verdictWith } from './filter-known.js';
import { type Filters, prepareFilters, type Ways } from './filter-node.js';
import { type CountedPods, normalizeAffinity } from './plugins/inter-pod-affinity.js';
import { isIgnored, normalizeSpread, scoreSpread, topologyWeight } from './plugins/pod-topology-spread.js';
import { FEASIBLE } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import { judge, refreshFit, UNKNOWN } from './fit-table.js';
import { addImages } from './image-scores.js';
import { refreshPlacement } from './placement-rules.js';
import { type Incoming, UNKNOWN_POD } from './preemption/nominations.js';
import { filterWithNominated } from './preemption/trial.js';
import { heapRoot, scorePlainly, searchPlainly } from './reference-cycle.js';
import { refusalOf } from './refusal.js';
import { feasibleNodesToFind } from './sampling.js';
import { type ClassSpread, currentLeast, type DomainSums, refreshSpread } from './spread-counts.js';
import { type TieDraw, winsTie } from './tie-break.js';

/** The outcome of an attempt. The feasible nodes and their totals stay in the cluster's buffers. */
export interface Decision {
  /** NO_NODE if no node is feasible: then `failureOf` tells why. */
  readonly node: NodeIndex;
  readonly feasible: number;
  /** Feasible nodes and those seen to be rejected. */
  readonly evaluated: number;
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
  if (pod.claims.length > 0 && refusalOf(cluster, pod) !== undefined) {
    cluster.feasibleCount = 0;
    return { node: NO_NODE, feasible: 0, evaluated: 0 };
  }
  const { isReference } = cluster;
  const filters = prepare(cluster, pod);
  pod.spread = filters.spread; // for the time that the attempt takes, where nothing is kept
  const nominated = nominatedNode(cluster, incoming);
  if (nominated !== NO_NODE && filterWithNominated(cluster, filters, incoming.uid, nominated) === FEASIBLE) {
    // It is taken without scores, and the next search begins where this one would have.
    cluster.feasible[0] = nominated;
    cluster.feasibleCount = 1;
    return { node: nominated, feasible: 1, evaluated: 1 };
  }
  const candidates = candidatesOf(cluster, pod);
  const searched = (isReference ? searchPlainly : search)(cluster, filters, candidates, incoming.uid);
  // The nominated node was seen to be rejected, whether the search came by or not.
  const evaluated = searched + (nominated === NO_NODE || wasSearched(cluster, candidates, searched, nominated) ? 0 : 1);
  moveStart(cluster, evaluated);
  const feasible = cluster.feasibleCount;
  if (feasible === 0) return { node: NO_NODE, feasible, evaluated };
  // A single feasible node is taken without a look at its score.
  if (feasible === 1) return { node: cluster.feasible[0]!, feasible, evaluated };
  if (isReference) scorePlainly(cluster, pod);
  else score(cluster, filters);
  const winner = draw !== undefined ? drawnBest(cluster, draw) : isReference ? heapRoot(cluster) : firstBest(cluster);
  return { node: cluster.feasible[winner]!, feasible, evaluated };
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
  const { feasible, totals, isKept } = cluster;
  const { pod } = filters;
  const needsMore = filters.rest.length > 0;
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
    if (needsMore && !passesRest(cluster, filters, node)) continue;
    if (isKept[node] === 1 && filterWithNominated(cluster, filters, uid, node) !== FEASIBLE) continue;
    if (found === enough) break; // one more is seen before the search stops; it doesn't count
    feasible[found] = node;
    totals[found++] = score;
  }
  cluster.feasibleCount = found;
  return evaluated;
}

/**
 * Adds to the totals of the feasible nodes: weight times normalised score, over all plugins that take part. Without
 * PreferNoSchedule taints the score of TaintToleration is the same for all, and left out.
 */
function score(cluster: ClusterState, { pod, spread }: Filters): void {
  const { placement, profile } = pod;
  const { weights } = profile;
  if (placement.hasTaintScores && weights.TaintToleration > 0) addTaints(cluster, pod);
  if (placement.scoresAffinity && weights.NodeAffinity > 0) addNodeAffinity(cluster, pod);
  if (weights.ImageLocality > 0) addImages(cluster, pod, weights.ImageLocality);
  if (spread.soft.length > 0) addSpread(cluster, spread, weights.PodTopologySpread);
  if (weights.InterPodAffinity > 0) addInterPodAffinity(cluster, pod);
}

/** Fewest untolerated PreferNoSchedule taints is best (helper/normalize_score.go, reversed). */
function addTaints(cluster: ClusterState, pod: PodClass): void {
  const { feasible, feasibleCount, totals } = cluster;
  const { taintScores } = pod.placement;
  const weight = pod.profile.weights.TaintToleration;
  let greatest = 0;
  for (let index = 0; index < feasibleCount; index++) {
    const raw = taintScores[feasible[index]!]!;
    if (raw > greatest) greatest = raw;
  }
  for (let index = 0; index < feasibleCount; index++) {
    const normalized = greatest === 0 ? 100 : 100 - Math.trunc((100 * taintScores[feasible[index]!]!) / greatest);
    totals[index]! += weight * normalized;
  }
}

function addNodeAffinity(cluster: ClusterState, pod: PodClass): void {
  const { feasible, feasibleCount, totals } = cluster;
  const { affinityScores } = pod.placement;
  const weight = pod.profile.weights.NodeAffinity;
  let greatest = 0;
  for (let index = 0; index < feasibleCount; index++) {
    const raw = affinityScores[feasible[index]!]!;
    if (raw > greatest) greatest = raw;
  }
  if (greatest === 0) return;
  for (let index = 0; index < feasibleCount; index++) {
    totals[index]! += weight * Math.trunc((100 * affinityScores[feasible[index]!]!) / greatest);
  }
}

function addSpread(cluster: ClusterState, spread: ClassSpread, weight: number): void {
  const { feasibleCount, totals, scratch, range } = cluster;
  if (spread.isSystemDefault && addDefaultSpread(cluster, spread, weight)) return;
  range.least = MAXIMUM_INTEGER;
  range.greatest = 0;
  rawSpread(cluster, spread);
  const { least, greatest } = range;
  const points = normalizedPoints(cluster, weight, least, greatest);
  for (let index = 0; index < feasibleCount; index++) {
    const raw = scratch[index]!;
    if (raw !== IGNORED) totals[index]! += points[raw - least]!;
  }
}

/** Weighted points by raw score above `least`: there are far fewer of them than nodes. */
function normalizedPoints(cluster: ClusterState, weight: number, least: number, greatest: number): Int32Array {
  if (greatest - least >= cluster.points.length) cluster.points = new Int32Array(2 * (greatest - least + 1));
  const { points } = cluster;
  for (let raw = least; raw <= greatest; raw++) {
    points[raw - least] = weight * normalizeSpread(raw, least, greatest);
  }
  return points;
}

/** `scoreSpread` of the feasible nodes into `scratch`, its range into `range`. */
function rawSpread(cluster: ClusterState, spread: ClassSpread): void {
  const { feasible, feasibleCount, scratch, range, counted } = cluster;
  let some = 0;
  for (let index = 0; index < feasibleCount; index++) {
    const ignored = isIgnored(cluster, spread, feasible[index]!);
    scratch[index] = ignored ? IGNORED : 0;
    if (!ignored) counted[some++] = feasible[index]!;
  }
  const weights = spread.soft.map((sums) => topologyWeight(cluster, sums, counted, some));
  for (let index = 0; index < feasibleCount; index++) {
    if (scratch[index] === IGNORED) continue;
    const raw = scoreSpread(cluster, spread.soft, weights, feasible[index]!);
    scratch[index] = raw;
    if (raw < range.least) range.least = raw;
    if (raw > range.greatest) range.greatest = raw;
  }
}

/**
 * The same for the system's default constraints, hostname and zone, which nearly every pod has: nodes of one zone with
 * as many pods have one score, so that a few are worked out and the nodes only say which. False: too many are different.
 */
function addDefaultSpread(cluster: ClusterState, spread: ClassSpread, weight: number): boolean {
  const { feasible, feasibleCount, totals, scratch, topologies } = cluster;
  const [hostname, zone] = spread.soft as readonly [DomainSums, DomainSums];
  const { valueOf, values } = topologies[zone.constraint.topology]!;
  const everyNodeHasHostname = topologies[hostname.constraint.topology]!.labelled === cluster.nodeCount;
  const kinds = (values.size + 1) * COUNTS;
  if (!everyNodeHasHostname || kinds > feasibleCount) return false;
  const seen = cluster.seen.fill(0, 0, kinds);
  const { counts } = hostname.counter;
  let most = 0;
  for (let index = 0; index < feasibleCount; index++) {
    const node = feasible[index]!;
    const count = counts[node]!;
    if (count > most) most = count;
    const kind = (valueOf[node]! + 1) * COUNTS + (count % COUNTS);
    scratch[index] = kind;
    seen[kind] = 1;
  }
  if (most >= COUNTS) return false;
  const points = pointsByKind(cluster, spread, weight, kinds);
  for (let index = 0; index < feasibleCount; index++) totals[index]! += points[scratch[index]!]!;
  return true;
}

/** Numbers of pods on a node that are told apart. */
const COUNTS = 16;

/** Points by zone (its number + 1, 0 for none) and number of pods, for those that have been seen. */
function pointsByKind(cluster: ClusterState, { soft }: ClassSpread, weight: number, kinds: number): Int32Array {
  const { feasible, feasibleCount, seen, points } = cluster;
  const [hostname, zone] = soft as readonly [DomainSums, DomainSums];
  const hostnameWeight = topologyWeight(cluster, hostname, feasible, feasibleCount);
  const zoneWeight = topologyWeight(cluster, zone, feasible, feasibleCount);
  let least = MAXIMUM_INTEGER;
  let greatest = 0;
  for (let kind = 0; kind < kinds; kind++) {
    if (seen[kind] === 0) continue;
    const value = Math.trunc(kind / COUNTS) - 1;
    let score = (kind % COUNTS) * hostnameWeight + (hostname.constraint.maxSkew - 1);
    if (value !== NO_VALUE) score += zone.matching[value]! * zoneWeight + (zone.constraint.maxSkew - 1);
    const raw = Math.round(score);
    points[kind] = raw;
    least = Math.min(least, raw);
    greatest = Math.max(greatest, raw);
  }
  for (let kind = 0; kind < kinds; kind++) {
    if (seen[kind] === 1) points[kind] = weight * normalizeSpread(points[kind]!, least, greatest);
  }
  return points;
}

const IGNORED = -1;
/** Keeps minima 32-bit integers, which the engine compares faster than doubles. */
const MAXIMUM_INTEGER = 2_147_483_647;

function addInterPodAffinity(cluster: ClusterState, pod: PodClass): void {
  const { feasibleCount, totals, scratch } = cluster;
  let counted = 0;
  for (const { pods, weight } of currentAffinityScore(cluster, pod)) {
    if (pods.total === 0) continue;
    if (counted++ === 0) scratch.fill(0, 0, feasibleCount);
    addCount(cluster, pods, weight);
  }
  if (counted === 0) return;
  let least = scratch[0]!;
  let greatest = least;
  for (let index = 1; index < feasibleCount; index++) {
    const raw = scratch[index]!;
    if (raw < least) least = raw;
    if (raw > greatest) greatest = raw;
  }
  if (least === greatest) return;
  const weight = pod.profile.weights.InterPodAffinity;
  for (let index = 0; index < feasibleCount; index++) {
    totals[index]! += weight * normalizeAffinity(scratch[index]!, least, greatest);
  }
}

/** A part of `scoreAffinity` of the feasible nodes, into `scratch`. */
function addCount(cluster: ClusterState, { topology, byValue }: CountedPods, weight: number): void {
  const { feasible, feasibleCount, scratch } = cluster;
  const { valueOf } = cluster.topologies[topology]!;
  for (let index = 0; index < feasibleCount; index++) {
    const value = valueOf[feasible[index]!]!;
    if (value !== NO_VALUE) scratch[index]! += weight * byValue[value]!;
  }
}

/** Position of the winner among the feasible nodes. */
function firstBest(cluster: ClusterState): number {
  const { totals, feasibleCount } = cluster;
  let winner = 0;
  let highest = totals[0]!;
  for (let index = 1; index < feasibleCount; index++) {
    const total = totals[index]!;
    if (total < highest || (total === highest && winsTie(winner, index))) continue;
    winner = index;
    highest = total;
  }
  return winner;
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
