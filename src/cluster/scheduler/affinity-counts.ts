import type { StringMap } from '../api/objects/meta.js';
import { type ClusterState, NO_VALUE, type NodeIndex } from './cluster.js';
import { longerUint16 } from './longer-arrays.js';
import {
  type AffinityFilter,
  type CountedPods,
  matchesItself,
  skipsAffinityScore,
  type WeightedCount,
} from './plugins/inter-pod-affinity.js';
import { type InterPodTerm, type InterPodTerms, termMatches } from './plugins/inter-pod-affinity-terms.js';
import type { PodClass } from './pod-class.js';
import { classesFor, fileByTerm, itemsFor, type TermIndex } from './term-index.js';

/** Placed pods of some kind, those that are being deleted among them: follows each pod that comes or goes. */
interface PodTally extends CountedPods {
  /** In its list. */
  readonly position: number;
  /** By node, whether it is there or only pods bound to it. */
  byNode: Uint16Array;
  byValue: Int32Array;
  total: number;
  /** `topologyVersion` of the cluster for which the counts by value hold. */
  version: number;
}

/** Pods that match all the terms. */
interface MatchingTally extends PodTally {
  readonly terms: readonly InterPodTerm[];
}

/** Pods that have the term themselves. */
interface HeldTally extends PodTally {
  readonly kind: keyof InterPodTerms;
  readonly term: InterPodTerm;
}

/** Placed pods by the inter-pod terms in use, so that no attempt has to go through the pods (reference/scheduling.md 8.2). */
export interface AffinityCounts {
  readonly matching: MatchingTally[];
  readonly held: HeldTally[];
  readonly byKey: Map<string, PodTally>;
  /** The first of the terms says where a tally stands. */
  readonly matchingByTerm: TermIndex<MatchingTally>;
  readonly heldByTerm: TermIndex<HeldTally>;
}

/** What the counts are to the pods of one class. */
export interface ClassAffinity {
  /** The counts that all this was found in. */
  readonly counts: AffinityCounts;
  /** Those that count this class, as far as they have been looked at. */
  readonly countedBy: PodTally[];
  matchingSeen: number;
  readonly filter: {
    readonly affinity: PodTally[];
    readonly antiAffinity: PodTally[];
    /** Those of `held` whose term speaks of this class, as far as they have been looked at. */
    readonly forbidden: PodTally[];
    readonly matchesItself: boolean;
  };
  readonly scores: { readonly pods: PodTally; readonly weight: number }[];
  heldSeen: number;
  /** Its own terms are among the counts: once a pod of it has been tried. */
  hasOwn: boolean;
}

/** PreFilter: as `prepareAffinityFilter` counts. */
export function currentAffinityFilter(cluster: ClusterState, pod: PodClass): AffinityFilter | undefined {
  if (pod.terms === undefined && cluster.affinity.held.length === 0) return undefined;
  const { filter } = completeAffinity(cluster, pod);
  const { affinity, antiAffinity, forbidden } = filter;
  let hasSay = affinity.length + antiAffinity.length > 0;
  for (const pods of affinity) refresh(cluster, pods);
  for (const pods of antiAffinity) refresh(cluster, pods);
  for (const pods of forbidden) if (refresh(cluster, pods) > 0) hasSay = true;
  return hasSay ? filter : undefined;
}

/** PreScore: as `prepareAffinityScore` counts, with counts of no pods among them. */
export function currentAffinityScore(cluster: ClusterState, pod: PodClass): readonly WeightedCount[] {
  if ((pod.terms === undefined && cluster.affinity.held.length === 0) || skipsAffinityScore(pod)) return [];
  const { scores } = completeAffinity(cluster, pod);
  for (const { pods } of scores) refresh(cluster, pods);
  return scores;
}

/** A pod of this class has come to the node (+1) or left it (-1). */
export function countForAffinity(cluster: ClusterState, pod: PodClass, node: NodeIndex, difference: 1 | -1): void {
  if (pod.terms === undefined && cluster.affinity.matching.length === 0) return;
  const affinity = affinityOf(cluster, pod);
  findMatching(cluster, pod, affinity);
  for (const tally of affinity.countedBy) count(cluster, tally, node, difference);
}

/** Labels of a namespace (undefined: it is gone), and what namespace selectors select with them. */
export function setNamespaceLabels(cluster: ClusterState, name: string, labels: StringMap | undefined): void {
  if (labels === undefined) cluster.namespaces.delete(name);
  else cluster.namespaces.set(name, labels);
  const { matching, held } = cluster.affinity;
  const bySelector = ({ namespaceSelector }: InterPodTerm): boolean => namespaceSelector !== undefined;
  if (!held.some(({ term }) => bySelector(term)) && !matching.some(({ terms }) => terms.some(bySelector))) return;
  recountAffinity(cluster);
}

/** Starts anew with the terms of placed pods; others follow when they are asked for. */
export function recountAffinity(cluster: ClusterState): void {
  cluster.affinity = { matching: [], held: [], byKey: new Map(), matchingByTerm: new Map(), heldByTerm: new Map() };
  for (const podClass of cluster.podClasses) {
    if (podClass.terms === undefined) continue;
    for (const { node } of podClass.members) countForAffinity(cluster, podClass, node, 1);
  }
}

function affinityOf(cluster: ClusterState, pod: PodClass): ClassAffinity {
  if (pod.affinity?.counts === cluster.affinity) return pod.affinity;
  const { affinity = [], antiAffinity = [], preferred = [] } = pod.terms ?? {};
  pod.affinity = {
    counts: cluster.affinity,
    countedBy: [
      ...affinity.map((term) => heldTally(cluster, 'affinity', term)),
      ...antiAffinity.map((term) => heldTally(cluster, 'antiAffinity', term)),
      ...preferred.map((term) => heldTally(cluster, 'preferred', term)),
    ],
    matchingSeen: 0,
    filter: { affinity: [], antiAffinity: [], forbidden: [], matchesItself: matchesItself(cluster, pod) },
    scores: [],
    heldSeen: 0,
    hasOwn: false,
  };
  return pod.affinity;
}

/** With all that is known of the class's own terms and of those that placed pods have. */
function completeAffinity(cluster: ClusterState, pod: PodClass): ClassAffinity {
  const affinity = affinityOf(cluster, pod);
  const { filter, scores } = affinity;
  const { hardPodAffinityWeight } = pod.profile.args;
  if (!affinity.hasOwn && pod.terms !== undefined) {
    const own = pod.terms;
    for (const { topology } of own.affinity) filter.affinity.push(matchingTally(cluster, own.affinity, topology));
    for (const term of own.antiAffinity) filter.antiAffinity.push(matchingTally(cluster, [term], term.topology));
    for (const term of own.preferred) {
      scores.push({ pods: matchingTally(cluster, [term], term.topology), weight: term.weight });
    }
  }
  affinity.hasOwn = true;
  const { held, heldByTerm } = cluster.affinity;
  if (affinity.heldSeen === held.length) return affinity;
  for (const tally of itemsFor(heldByTerm, pod, affinity.heldSeen)) {
    if (!termMatches(cluster, tally.term, pod.namespace, pod.labels)) continue;
    if (tally.kind === 'affinity' && hardPodAffinityWeight === 0) continue;
    if (tally.kind === 'antiAffinity') filter.forbidden.push(tally);
    else scores.push({ pods: tally, weight: tally.kind === 'affinity' ? hardPodAffinityWeight : tally.term.weight });
  }
  affinity.heldSeen = held.length;
  return affinity;
}

function heldTally(cluster: ClusterState, kind: HeldTally['kind'], term: InterPodTerm): HeldTally {
  const { held, byKey, heldByTerm } = cluster.affinity;
  const key = JSON.stringify([kind, term]);
  let tally = byKey.get(key) as HeldTally | undefined;
  if (tally !== undefined) return tally;
  tally = { kind, term, ...emptyTally(cluster, term.topology, held.length) };
  held.push(tally);
  fileByTerm(heldByTerm, term, tally);
  byKey.set(key, tally);
  return tally;
}

function matchingTally(cluster: ClusterState, terms: readonly InterPodTerm[], topology: number): MatchingTally {
  const { matching, byKey, matchingByTerm } = cluster.affinity;
  const key = JSON.stringify([topology, terms.map((term) => ({ ...term, topology: 0, weight: 0 }))]);
  let tally = byKey.get(key) as MatchingTally | undefined;
  if (tally !== undefined) return tally;
  tally = { terms, ...emptyTally(cluster, topology, matching.length) };
  matching.push(tally);
  fileByTerm(matchingByTerm, terms[0]!, tally);
  byKey.set(key, tally);
  for (const other of classesFor(cluster, terms[0]!)) {
    if (other.members.size === 0) continue; // it looks itself when its next pod comes
    for (const found of findMatching(cluster, other, affinityOf(cluster, other))) {
      for (const { node } of other.members) count(cluster, found, node, 1);
    }
  }
  return tally;
}

function emptyTally(cluster: ClusterState, topology: number, position: number): PodTally {
  const byNode = new Uint16Array(cluster.capacity);
  return { position, topology, byNode, byValue: new Int32Array(0), total: 0, version: -1 };
}

/** Tallies that count this class and that it has not seen yet. */
function findMatching(cluster: ClusterState, pod: PodClass, affinity: ClassAffinity): readonly PodTally[] {
  const { matching, matchingByTerm } = cluster.affinity;
  const { countedBy } = affinity;
  if (affinity.matchingSeen === matching.length) return NONE;
  const known = countedBy.length;
  for (const tally of itemsFor(matchingByTerm, pod, affinity.matchingSeen)) {
    if (tally.terms.every((term) => termMatches(cluster, term, pod.namespace, pod.labels))) countedBy.push(tally);
  }
  affinity.matchingSeen = matching.length;
  return countedBy.slice(known);
}

const NONE: readonly PodTally[] = [];

function count(cluster: ClusterState, tally: PodTally, node: NodeIndex, difference: 1 | -1): void {
  if (tally.byNode.length < cluster.capacity) tally.byNode = longerUint16(tally.byNode, cluster.capacity);
  tally.byNode[node]! += difference;
  if (tally.version !== cluster.topologyVersion) return;
  const value = cluster.topologies[tally.topology]!.valueOf[node]!;
  if (value === NO_VALUE) return;
  tally.byValue[value]! += difference;
  tally.total += difference;
}

/** Sums by value again after topology values of nodes have changed; gives the total. */
function refresh(cluster: ClusterState, tally: PodTally): number {
  if (tally.version === cluster.topologyVersion) return tally.total;
  const { values, valueOf } = cluster.topologies[tally.topology]!;
  if (tally.byValue.length < values.size) tally.byValue = new Int32Array(values.size);
  else tally.byValue.fill(0);
  tally.total = 0;
  for (let node = 0; node < tally.byNode.length; node++) {
    const value = valueOf[node]!;
    const pods = tally.byNode[node]!;
    if (value === NO_VALUE || pods === 0) continue;
    tally.byValue[value]! += pods;
    tally.total += pods;
  }
  tally.version = cluster.topologyVersion;
  return tally.total;
}
