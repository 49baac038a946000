import { type ClusterState, NO_VALUE, type NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { type InterPodTerm, termMatches } from './inter-pod-affinity-terms.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/** Numbers by topology and value: `topology * VALUES_PER_TOPOLOGY + value`. */
type ByValue = Map<number, number>;

const VALUES_PER_TOPOLOGY = 1_048_576;

/** PreFilter: what the placed pods mean for one incoming pod (interpodaffinity/filtering.go: preFilterState). */
export interface AffinityFilter {
  /** Placed pods that match all required affinity terms, counted once for each term. */
  readonly affinity: ByValue;
  readonly antiAffinity: ByValue;
  /** Where required anti-affinity of a placed pod forbids the incoming pod. */
  readonly forbidden: ByValue;
  /** The incoming pod satisfies its own terms: it may be the first of its kind. */
  readonly matchesItself: boolean;
}

/** Undefined: the plugin is skipped. */
export function prepareAffinityFilter(cluster: ClusterState, pod: PodClass): AffinityFilter | undefined {
  const own = pod.terms;
  if (own === undefined && cluster.podsWithTerms.size === 0) return undefined;
  const filter: AffinityFilter = {
    affinity: new Map(),
    antiAffinity: new Map(),
    forbidden: new Map(),
    matchesItself: own?.affinity.every((term) => termMatches(cluster, term, pod.namespace, pod.labels)) === true,
  };
  for (const placed of cluster.podsWithTerms) {
    for (const term of placed.podClass.terms!.antiAffinity) {
      if (termMatches(cluster, term, pod.namespace, pod.labels)) add(filter.forbidden, cluster, term, placed.node, 1);
    }
  }
  if (own !== undefined) countOwnTerms(cluster, own, filter);
  const nothingRequired = own === undefined || own.affinity.length + own.antiAffinity.length === 0;
  return nothingRequired && filter.forbidden.size === 0 ? undefined : filter;
}

function countOwnTerms(cluster: ClusterState, own: NonNullable<PodClass['terms']>, filter: AffinityFilter): void {
  for (const other of cluster.podClasses) {
    if (other.members.size === 0) continue;
    const matches = (term: InterPodTerm): boolean => termMatches(cluster, term, other.namespace, other.labels);
    const all = own.affinity.length > 0 && own.affinity.every(matches);
    const anti = own.antiAffinity.filter(matches);
    if (!all && anti.length === 0) continue;
    for (const { node } of other.members) {
      if (all) for (const term of own.affinity) add(filter.affinity, cluster, term, node, 1);
      for (const term of anti) add(filter.antiAffinity, cluster, term, node, 1);
    }
  }
}

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/interpodaffinity/filtering.go: Filter. */
export function filterAffinity(cluster: ClusterState, pod: PodClass, filter: AffinityFilter, node: NodeIndex): Verdict {
  if (!satisfiesAffinity(cluster, pod, filter, node)) return Rejection.PodAffinity;
  for (const term of pod.terms?.antiAffinity ?? []) {
    if (at(filter.antiAffinity, cluster, term.topology, node) > 0) return Rejection.PodAntiAffinity;
  }
  for (let topology = 0; topology < cluster.topologies.length; topology++) {
    if (at(filter.forbidden, cluster, topology, node) > 0) return Rejection.ExistingAntiAffinity;
  }
  return FEASIBLE;
}

function satisfiesAffinity(cluster: ClusterState, pod: PodClass, filter: AffinityFilter, node: NodeIndex): boolean {
  let podsExist = true;
  for (const { topology } of pod.terms?.affinity ?? []) {
    if (cluster.topologies[topology]!.valueOf[node] === NO_VALUE) return false;
    if (at(filter.affinity, cluster, topology, node) === 0) podsExist = false;
  }
  return podsExist || (filter.affinity.size === 0 && filter.matchesItself);
}

/** PreScore: the sum of weights at each topology value (scoring.go: PreScore). Undefined: the plugin is skipped. */
export function prepareAffinityScore(cluster: ClusterState, pod: PodClass): ByValue | undefined {
  const { hardPodAffinityWeight } = pod.profile.args;
  const sums: ByValue = new Map();
  for (const placed of cluster.podsWithTerms) {
    const theirs = placed.podClass.terms!;
    for (const term of theirs.affinity) {
      if (termMatches(cluster, term, pod.namespace, pod.labels)) {
        add(sums, cluster, term, placed.node, hardPodAffinityWeight);
      }
    }
    for (const term of theirs.preferred) {
      if (termMatches(cluster, term, pod.namespace, pod.labels)) add(sums, cluster, term, placed.node, term.weight);
    }
  }
  const preferred = pod.terms?.preferred ?? [];
  for (const other of preferred.length === 0 ? [] : cluster.podClasses) {
    if (other.members.size === 0) continue;
    const matching = preferred.filter((term) => termMatches(cluster, term, other.namespace, other.labels));
    for (const { node } of matching.length === 0 ? [] : other.members) {
      for (const term of matching) add(sums, cluster, term, node, term.weight);
    }
  }
  return sums.size === 0 ? undefined : sums;
}

export function scoreAffinity(cluster: ClusterState, sums: ByValue, node: NodeIndex): number {
  let score = 0;
  for (let topology = 0; topology < cluster.topologies.length; topology++) score += at(sums, cluster, topology, node);
  return score;
}

/** NormalizeScore: 0 to 100 between the least and the greatest (divide first, as the Go code does). */
export function normalizeAffinity(raw: number, least: number, greatest: number): number {
  return greatest === least ? 0 : Math.trunc(100 * ((raw - least) / (greatest - least)));
}

function add(sums: ByValue, cluster: ClusterState, term: InterPodTerm, node: NodeIndex, weight: number): void {
  const value = cluster.topologies[term.topology]!.valueOf[node]!;
  if (value === NO_VALUE) return; // also for a node that is gone
  const key = term.topology * VALUES_PER_TOPOLOGY + value;
  sums.set(key, (sums.get(key) ?? 0) + weight);
}

function at(sums: ByValue, cluster: ClusterState, topology: number, node: NodeIndex): number {
  return sums.get(topology * VALUES_PER_TOPOLOGY + cluster.topologies[topology]!.valueOf[node]!) ?? 0;
}
