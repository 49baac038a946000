import { log } from '../../../kernel/math.js';
import { type ClusterState, EMPTY_VALUE, NO_VALUE, type NodeIndex } from '../cluster.js';
import type { ClassSpread, DomainSums } from '../spread-counts.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/** Of a minimum of nothing (filtering.go: math.MaxInt32). */
export const MORE_THAN_ANY = 2_147_483_647;

/** The least crowded domain's count, 0 if there are fewer domains than minDomains (filtering.go: minMatchNum). */
export function leastMatching({ constraint, matching, nodes }: DomainSums): number {
  let least = MORE_THAN_ANY;
  let domains = 0;
  for (let value = 0; value < nodes.length; value++) {
    if (nodes[value] === 0) continue;
    domains += 1;
    if (matching[value]! < least) least = matching[value]!;
  }
  return domains < constraint.minDomains ? 0 : least;
}

/** The count of the least crowded of all domains but one; undefined if `leastMatching` is 0 whatever the counts. */
export function leastElsewhere({ constraint, matching, nodes }: DomainSums, but: number): number | undefined {
  let least = MORE_THAN_ANY;
  let domains = 0;
  for (let value = 0; value < nodes.length; value++) {
    if (nodes[value] === 0) continue;
    domains += 1;
    if (value !== but && matching[value]! < least) least = matching[value]!;
  }
  return domains < constraint.minDomains ? undefined : least;
}

/**
 * kubernetes v1.36.3 pkg/scheduler/framework/plugins/podtopologyspread/filtering.go: Filter. `least` holds the
 * `leastMatching` of each constraint.
 */
export function filterSpread(
  cluster: ClusterState,
  hard: readonly DomainSums[],
  least: ArrayLike<number>,
  node: NodeIndex,
): Verdict {
  for (let index = 0; index < hard.length; index++) {
    const { constraint, matching } = hard[index]!;
    const value = cluster.topologies[constraint.topology]!.valueOf[node]!;
    if (value === NO_VALUE) return Rejection.SpreadLabel;
    if (matching[value]! + constraint.selfMatch - least[index]! > constraint.maxSkew) return Rejection.Spread;
  }
  return FEASIBLE;
}

/** Does the node lack a key, so that it scores 0? */
export function isIgnored(cluster: ClusterState, spread: ClassSpread, node: NodeIndex): boolean {
  if (!spread.requiresAllKeys) return false;
  for (const { constraint } of spread.soft) {
    if (cluster.topologies[constraint.topology]!.valueOf[node] === NO_VALUE) return true;
  }
  return false;
}

/**
 * PreScore: the weight of a constraint by the number of domains among the feasible nodes that are not ignored
 * (scoring.go: topologyNormalizingWeight).
 */
export function topologyWeight(
  cluster: ClusterState,
  sums: DomainSums,
  counted: ArrayLike<NodeIndex>,
  countedLength: number,
): number {
  if (sums.constraint.isHostname) return log(countedLength + 2);
  const { valueOf } = cluster.topologies[sums.constraint.topology]!;
  const seen = sums.seen;
  const round = (sums.round += 1);
  let domains = 0;
  for (let index = 0; index < countedLength && domains < sums.domains; index++) {
    const value = domainValue(valueOf[counted[index]!]!);
    if (seen[value] === round) continue;
    seen[value] = round;
    domains += 1;
  }
  return log(domains + 2);
}

/** A node without the key counts under the empty value where keys are not required. */
export function domainValue(value: number): number {
  return value === NO_VALUE ? EMPTY_VALUE : value;
}

/** Raw score: more pods that match in the node's domains is worse. */
export function scoreSpread(
  cluster: ClusterState,
  soft: readonly DomainSums[],
  weights: ArrayLike<number>,
  node: NodeIndex,
): number {
  let score = 0;
  for (let index = 0; index < soft.length; index++) {
    const { constraint, counter, matching } = soft[index]!;
    const value = cluster.topologies[constraint.topology]!.valueOf[node]!;
    if (value === NO_VALUE) continue;
    const count = constraint.isHostname ? counter.counts[node]! : matching[value]!;
    score += count * weights[index]! + (constraint.maxSkew - 1);
  }
  return Math.round(score);
}

export function normalizeSpread(raw: number, least: number, greatest: number): number {
  return greatest === 0 ? 100 : ((100 * (greatest + least - raw)) / greatest) | 0;
}
