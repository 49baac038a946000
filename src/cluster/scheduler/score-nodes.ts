import { currentAffinityScore } from './affinity-counts.js';
import { type ClusterState, NO_VALUE } from './cluster.js';
import type { Filters } from './filter-node.js';
import { addImages } from './image-scores.js';
import type { PodClass } from './pod-class.js';
import { type DeviceDemand, scoreDevices, scoresDevices } from './plugins/dynamic-resources.js';
import { type CountedPods, normalizeAffinity } from './plugins/inter-pod-affinity.js';
import { isIgnored, normalizeSpread, scoreSpread, topologyWeight } from './plugins/pod-topology-spread.js';
import { bestUnderDefaultSpread, NONE } from './default-spread.js';
import { MAXIMUM_INTEGER } from './search-buffers.js';
import type { ClassSpread } from './spread-counts.js';
import { winsTie } from './tie-break.js';

/** Position of the feasible node with the highest total, ties decided as the real scheduler does without drawing. */
export function bestNode(cluster: ClusterState, filters: Filters): number {
  const { spread, pod } = filters;
  addUnspread(cluster, filters);
  const best = spread.isSystemDefault ? bestUnderDefaultSpread(cluster, spread, weightOf(pod)) : NONE;
  if (best !== NONE) return best;
  if (spread.soft.length > 0) addSpread(cluster, spread, weightOf(pod));
  return firstBest(cluster);
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

/** Adds to the totals of the feasible nodes: weight times normalised score, over all plugins that take part. */
export function scoreNodes(cluster: ClusterState, filters: Filters): void {
  addUnspread(cluster, filters);
  if (filters.spread.soft.length > 0) addSpread(cluster, filters.spread, weightOf(filters.pod));
}

function weightOf({ profile }: PodClass): number {
  return profile.weights.PodTopologySpread;
}

/** All but PodTopologySpread. Without PreferNoSchedule taints the score of TaintToleration is the same for all, and left out. */
function addUnspread(cluster: ClusterState, { pod, devices }: Filters): void {
  const { placement, profile } = pod;
  const { weights } = profile;
  const { TaintToleration: taints, NodeAffinity: affinity } = weights;
  // The fewest untolerated PreferNoSchedule taints are best.
  if (placement.hasTaintScores && taints > 0) addShares(cluster, placement.taintScores, -taints, 100 * taints);
  if (placement.scoresAffinity && affinity > 0) addShares(cluster, placement.affinityScores, affinity, 0);
  if (weights.ImageLocality > 0) addImages(cluster, pod, weights.ImageLocality);
  if (weights.InterPodAffinity > 0) addInterPodAffinity(cluster, pod);
  if (devices !== undefined && weights.DynamicResources > 0) addDevices(cluster, devices, weights.DynamicResources);
}

/**
 * Weight times the share that a node has of the greatest raw score, in percent, on top of `full` marks
 * (helper/normalize_score.go; reversed: full marks less the share).
 */
function addShares(cluster: ClusterState, raws: Int32Array, weight: number, full: number): void {
  const { feasible, feasibleCount, totals } = cluster;
  let greatest = 1; // where all have 0, so are their shares
  for (let index = 0; index < feasibleCount; index++) {
    const raw = raws[feasible[index]!]!;
    if (raw > greatest) greatest = raw;
  }
  for (let index = 0; index < feasibleCount; index++) {
    totals[index]! += full + weight * Math.trunc((100 * raws[feasible[index]!]!) / greatest);
  }
}

function addSpread(cluster: ClusterState, spread: ClassSpread, weight: number): void {
  const { feasibleCount, totals, scratch, range } = cluster;
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

const IGNORED = -1;

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

function addDevices(cluster: ClusterState, demand: DeviceDemand, weight: number): void {
  if (!scoresDevices(demand)) return;
  const { feasible, feasibleCount, totals, scratch } = cluster;
  let greatest = 1;
  for (let index = 0; index < feasibleCount; index++) {
    const raw = scoreDevices(cluster, demand, feasible[index]!);
    scratch[index] = raw;
    if (raw > greatest) greatest = raw;
  }
  for (let index = 0; index < feasibleCount; index++) {
    totals[index]! += weight * Math.trunc((100 * scratch[index]!) / greatest);
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
