import { type ClusterState, NO_VALUE } from './cluster.js';
import { normalizeSpread, topologyWeight } from './plugins/pod-topology-spread.js';
import type { ClassSpread, DomainSums } from './spread-counts.js';
import { MAXIMUM_INTEGER } from './search-buffers.js';
import { winsTie } from './tie-break.js';

/** No position: the nodes are of too many kinds. */
export const NONE = -1;

/**
 * Position of the best feasible node under the system's default constraints, hostname and zone, which nearly every pod
 * has: nodes of one zone with as many pods have one score, so that it is worked out for a few kinds of nodes, and only the
 * best of each kind is compared. `totals` has all other scores already.
 */
export function bestUnderDefaultSpread(cluster: ClusterState, { soft }: ClassSpread, weight: number): number {
  const { feasible, feasibleCount, totals, topologies, bestOfKind } = cluster;
  const [hostname, zone] = soft as readonly [DomainSums, DomainSums];
  const { valueOf, values } = topologies[zone.constraint.topology]!;
  const everyNodeHasHostname = topologies[hostname.constraint.topology]!.labelled === cluster.nodeCount;
  const kinds = (values.size + 1) << COUNT_BITS;
  if (!everyNodeHasHostname || kinds > feasibleCount) return NONE;
  bestOfKind.fill(NONE, 0, kinds);
  const { counts } = hostname.counter;
  let all = 0;
  for (let index = 0; index < feasibleCount; index++) {
    const node = feasible[index]!;
    const count = counts[node]!;
    all |= count;
    const kind = ((valueOf[node]! + 1) << COUNT_BITS) | (count & COUNT_MASK);
    const best = bestOfKind[kind]!;
    const lead = best === NONE ? 1 : totals[index]! - totals[best]!;
    if (lead > 0 || (lead === 0 && !winsTie(best, index))) bestOfKind[kind] = index;
  }
  if (all > COUNT_MASK) return NONE;
  return bestOfAll(cluster, pointsByKind(cluster, hostname, zone, weight, kinds), kinds);
}

/** So many bits of a kind are the number of pods on the node, the rest its zone: up to 15 pods are told apart. */
const COUNT_BITS = 4;
const COUNT_MASK = (1 << COUNT_BITS) - 1;

/** Points by zone (its number + 1, 0 for none) and number of pods, for those that have been seen. */
function pointsByKind(
  cluster: ClusterState,
  hostname: DomainSums,
  zone: DomainSums,
  weight: number,
  kinds: number,
): Int32Array {
  const { feasible, feasibleCount, bestOfKind, points } = cluster;
  const hostnameWeight = topologyWeight(cluster, hostname, feasible, feasibleCount);
  const zoneWeight = topologyWeight(cluster, zone, feasible, feasibleCount);
  let least = MAXIMUM_INTEGER;
  let greatest = 0;
  for (let kind = 0; kind < kinds; kind++) {
    if (bestOfKind[kind] === NONE) continue;
    const value = (kind >> COUNT_BITS) - 1;
    let score = (kind & COUNT_MASK) * hostnameWeight + (hostname.constraint.maxSkew - 1);
    if (value !== NO_VALUE) score += zone.matching[value]! * zoneWeight + (zone.constraint.maxSkew - 1);
    const raw = Math.round(score);
    points[kind] = raw;
    least = Math.min(least, raw);
    greatest = Math.max(greatest, raw);
  }
  for (let kind = 0; kind < kinds; kind++) {
    if (bestOfKind[kind] !== NONE) points[kind] = weight * normalizeSpread(points[kind]!, least, greatest);
  }
  return points;
}

function bestOfAll({ totals, bestOfKind }: ClusterState, points: Int32Array, kinds: number): number {
  let winner = NONE;
  let highest = 0;
  for (let kind = 0; kind < kinds; kind++) {
    const best = bestOfKind[kind]!;
    if (best === NONE) continue;
    const total = totals[best]! + points[kind]!;
    const isTieWon = total === highest && (best < winner ? winsTie(best, winner) : !winsTie(winner, best));
    if (winner !== NONE && total <= highest && !isTieWon) continue;
    winner = best;
    highest = total;
  }
  return winner;
}
