import { type ClusterState, NO_VALUE, type NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { type InterPodTerm, type InterPodTerms, termMatches } from './inter-pod-affinity-terms.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/** Placed pods of some kind by the value that their node has for a topology key; nodes without the key count nowhere. */
export interface CountedPods {
  readonly topology: number;
  readonly byValue: ArrayLike<number>;
  readonly total: number;
}

/** PreFilter: what the placed pods mean for one incoming pod (interpodaffinity/filtering.go: preFilterState). */
export interface AffinityFilter {
  /** For each required affinity term: pods that match all of them. */
  readonly affinity: readonly CountedPods[];
  readonly antiAffinity: readonly CountedPods[];
  /** Pods whose required anti-affinity forbids the incoming pod. */
  readonly forbidden: readonly CountedPods[];
  /** The incoming pod satisfies its own terms: it may be the first of its kind. */
  readonly matchesItself: boolean;
}

/** PreScore: counted pods and what each is worth (scoring.go: PreScore). */
export interface WeightedCount {
  readonly pods: CountedPods;
  readonly weight: number;
}

/** Counts from scratch; undefined: the plugin is skipped. affinity-counts.ts keeps the same counts up to date. */
export function prepareAffinityFilter(cluster: ClusterState, pod: PodClass): AffinityFilter | undefined {
  const { affinity = [], antiAffinity = [] } = pod.terms ?? {};
  const forbidden = holders(cluster, pod, 'antiAffinity');
  if (affinity.length + antiAffinity.length + forbidden.length === 0) return undefined;
  return {
    affinity: affinity.map(({ topology }) => countMatching(cluster, affinity, topology)),
    antiAffinity: antiAffinity.map((term) => countMatching(cluster, [term], term.topology)),
    forbidden: forbidden.map(({ pods }) => pods),
    matchesItself: matchesItself(cluster, pod),
  };
}

export function matchesItself(cluster: ClusterState, { terms, namespace, labels }: PodClass): boolean {
  return terms?.affinity.every((term) => termMatches(cluster, term, namespace, labels)) === true;
}

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/interpodaffinity/filtering.go: Filter. */
export function filterAffinity(cluster: ClusterState, filter: AffinityFilter, node: NodeIndex): Verdict {
  const { antiAffinity, forbidden } = filter;
  if (!satisfiesAffinity(cluster, filter, node)) return Rejection.PodAffinity;
  for (let index = 0; index < antiAffinity.length; index++) {
    if (podsAt(cluster, antiAffinity[index]!, node) > 0) return Rejection.PodAntiAffinity;
  }
  for (let index = 0; index < forbidden.length; index++) {
    if (podsAt(cluster, forbidden[index]!, node) > 0) return Rejection.ExistingAntiAffinity;
  }
  return FEASIBLE;
}

function satisfiesAffinity(cluster: ClusterState, filter: AffinityFilter, node: NodeIndex): boolean {
  const { affinity } = filter;
  let podsExist = true;
  for (const pods of affinity) {
    if (cluster.topologies[pods.topology]!.valueOf[node] === NO_VALUE) return false;
    if (podsAt(cluster, pods, node) === 0) podsExist = false;
  }
  return podsExist || (filter.matchesItself && affinity.every(({ total }) => total === 0));
}

/** PreScore of a profile that asks placed pods only where the incoming one prefers something itself. */
export function skipsAffinityScore({ profile, terms }: PodClass): boolean {
  return profile.args.ignorePreferredTermsOfExistingPods && (terms?.preferred.length ?? 0) === 0;
}

/** Counts from scratch; undefined: the plugin is skipped. */
export function prepareAffinityScore(cluster: ClusterState, pod: PodClass): WeightedCount[] | undefined {
  if (skipsAffinityScore(pod)) return undefined;
  const { hardPodAffinityWeight } = pod.profile.args;
  const own = pod.terms?.preferred ?? [];
  const required = hardPodAffinityWeight === 0 ? [] : holders(cluster, pod, 'affinity');
  const counts = [
    ...required.map(({ pods }) => ({ pods, weight: hardPodAffinityWeight })),
    ...holders(cluster, pod, 'preferred').map(({ pods, term }) => ({ pods, weight: term.weight })),
    ...own.map((term) => ({ pods: countMatching(cluster, [term], term.topology), weight: term.weight })),
  ].filter(({ pods }) => pods.total > 0);
  return counts.length === 0 ? undefined : counts;
}

export function scoreAffinity(cluster: ClusterState, counts: readonly WeightedCount[], node: NodeIndex): number {
  let score = 0;
  for (const { pods, weight } of counts) score += weight * podsAt(cluster, pods, node);
  return score;
}

/** NormalizeScore: 0 to 100 between the least and the greatest (divide first, as the Go code does). */
export function normalizeAffinity(raw: number, least: number, greatest: number): number {
  return greatest === least ? 0 : Math.trunc(100 * ((raw - least) / (greatest - least)));
}

export function podsAt(cluster: ClusterState, { topology, byValue }: CountedPods, node: NodeIndex): number {
  const value = cluster.topologies[topology]!.valueOf[node]!;
  return value === NO_VALUE ? 0 : byValue[value]!;
}

/** Placed pods that match all the terms. */
function countMatching(cluster: ClusterState, terms: readonly InterPodTerm[], topology: number): CountedPods {
  return countClasses(cluster, topology, (other) =>
    terms.every((term) => termMatches(cluster, term, other.namespace, other.labels)),
  );
}

/** Placed pods that have a term of this kind that speaks of the pod, for each such term. */
function holders(
  cluster: ClusterState,
  { namespace, labels }: PodClass,
  kind: keyof InterPodTerms,
): { readonly pods: CountedPods; readonly term: InterPodTerm }[] {
  return cluster.podClasses
    .flatMap((other) => (other.terms?.[kind] ?? []).map((term) => ({ other, term })))
    .filter(({ term }) => termMatches(cluster, term, namespace, labels))
    .map(({ other, term }) => ({ term, pods: countClasses(cluster, term.topology, (some) => some === other) }))
    .filter(({ pods }) => pods.total > 0);
}

function countClasses(cluster: ClusterState, number: number, counts: (other: PodClass) => boolean): CountedPods {
  const topology = cluster.topologies[number]!;
  const byValue = new Int32Array(topology.values.size);
  let total = 0;
  for (const other of cluster.podClasses) {
    if (other.members.size === 0 || !counts(other)) continue;
    for (const { node } of other.members) {
      const value = topology.valueOf[node]!;
      if (value === NO_VALUE) continue; // also for a node that is gone
      byValue[value]! += 1;
      total += 1;
    }
  }
  return { topology: number, byValue, total };
}
