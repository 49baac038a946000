import type { LabelSelector, StringMap } from '../../api/objects/meta.js';
import type { Pod, PodAffinity, PodAffinityTerm } from '../../api/objects/pod.js';
import { matchesSelector } from '../../api/selectors.js';
import { type ClusterState, topologyNumber } from '../cluster.js';

/** One term of pod (anti-)affinity, with its topology as a number. */
export interface InterPodTerm {
  readonly topology: number;
  readonly selector: LabelSelector | undefined;
  readonly namespaces: readonly string[];
  readonly namespaceSelector: LabelSelector | undefined;
  /** Of a preferred term, negative for anti-affinity; 0 for required ones. */
  readonly weight: number;
}

export interface InterPodTerms {
  readonly affinity: readonly InterPodTerm[];
  readonly antiAffinity: readonly InterPodTerm[];
  /** Preferred terms of both kinds. */
  readonly preferred: readonly InterPodTerm[];
}

/** The terms of a pod; undefined if it has none. */
export function compileTerms(cluster: ClusterState, pod: Pod): InterPodTerms | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const namespace = pod.metadata.namespace;
  const required = (from: PodAffinity | undefined): InterPodTerm[] =>
    (from?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => compile(cluster, term, namespace, 0));
  const preferred = (from: PodAffinity | undefined, sign: 1 | -1): InterPodTerm[] =>
    (from?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) =>
      compile(cluster, podAffinityTerm, namespace, sign * weight),
    );
  const terms = {
    affinity: required(podAffinity),
    antiAffinity: required(podAntiAffinity),
    preferred: [...preferred(podAffinity, 1), ...preferred(podAntiAffinity, -1)],
  };
  return terms.affinity.length + terms.antiAffinity.length + terms.preferred.length === 0 ? undefined : terms;
}

function compile(cluster: ClusterState, term: PodAffinityTerm, ownNamespace: string, weight: number): InterPodTerm {
  const { namespaces = [], namespaceSelector, labelSelector, topologyKey } = term;
  return {
    topology: topologyNumber(cluster, topologyKey),
    selector: labelSelector,
    namespaces: namespaces.length === 0 && namespaceSelector === undefined ? [ownNamespace] : namespaces,
    namespaceSelector,
    weight,
  };
}

/** Does the term speak of pods in this namespace with these labels? */
export function termMatches(cluster: ClusterState, term: InterPodTerm, namespace: string, labels: StringMap): boolean {
  const inNamespace =
    term.namespaces.includes(namespace) ||
    (term.namespaceSelector !== undefined &&
      matchesSelector(term.namespaceSelector, cluster.namespaces.get(namespace) ?? {}));
  return inNamespace && matchesSelector(term.selector, labels);
}
