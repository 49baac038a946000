import { type ClusterState, NO_VALUE, type NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { type AffinityFilter, type CountedPods, podsAt } from '../plugins/inter-pod-affinity.js';
import { type InterPodTerm, termMatches } from '../plugins/inter-pod-affinity-terms.js';

/** Counts of InterPodAffinity as they are at one node, apart from those of the cluster. */
interface LocalCount extends CountedPods {
  readonly value: number;
  /** Holds nothing but the count of that value. */
  readonly byValue: number[];
  total: number;
}

/** An AffinityFilter that holds at one node, and follows pods that come and go there in a trial. */
export interface TriedAffinity extends AffinityFilter {
  readonly affinity: readonly LocalCount[];
  readonly antiAffinity: readonly LocalCount[];
  /** By topology: whose terms they are doesn't matter any more. */
  readonly forbidden: LocalCount[];
}

export function tryAffinity(cluster: ClusterState, filter: AffinityFilter, node: NodeIndex): TriedAffinity {
  const forbidden: LocalCount[] = [];
  for (const pods of filter.forbidden)
    change(countOf(cluster, forbidden, pods.topology, node), podsAt(cluster, pods, node));
  const local = (pods: CountedPods): LocalCount => {
    const count = emptyCount(cluster, pods.topology, node);
    change(count, podsAt(cluster, pods, node));
    count.total = pods.total;
    return count;
  };
  return {
    affinity: filter.affinity.map(local),
    antiAffinity: filter.antiAffinity.map(local),
    forbidden,
    matchesItself: filter.matchesItself,
  };
}

/** One pod of the other class more or fewer at the node; says whether that matters (plugins/interpodaffinity/filtering.go: updateWithPod). */
export function changeAffinity(
  cluster: ClusterState,
  pod: PodClass,
  { affinity, antiAffinity, forbidden }: TriedAffinity,
  other: PodClass,
  node: NodeIndex,
  difference: 1 | -1,
): boolean {
  let matters = false;
  for (const term of other.terms?.antiAffinity ?? []) {
    if (!termMatches(cluster, term, pod.namespace, pod.labels)) continue;
    change(countOf(cluster, forbidden, term.topology, node), difference);
    matters = true;
  }
  if (pod.terms === undefined) return matters;
  const matches = (term: InterPodTerm): boolean => termMatches(cluster, term, other.namespace, other.labels);
  if (affinity.length > 0 && pod.terms.affinity.every(matches)) {
    for (const pods of affinity) change(pods, difference);
    matters = true;
  }
  for (let index = 0; index < antiAffinity.length; index++) {
    if (!matches(pod.terms.antiAffinity[index]!)) continue;
    change(antiAffinity[index]!, difference);
    matters = true;
  }
  return matters;
}

function countOf(cluster: ClusterState, counts: LocalCount[], topology: number, node: NodeIndex): LocalCount {
  let count = counts.find((other) => other.topology === topology);
  if (count === undefined) counts.push((count = emptyCount(cluster, topology, node)));
  return count;
}

function emptyCount(cluster: ClusterState, topology: number, node: NodeIndex): LocalCount {
  return { topology, value: cluster.topologies[topology]!.valueOf[node]!, byValue: [], total: 0 };
}

/** Pods on a node without the key count nowhere. */
function change(count: LocalCount, difference: number): void {
  if (count.value === NO_VALUE) return;
  count.byValue[count.value] = (count.byValue[count.value] ?? 0) + difference;
  count.total += difference;
}
