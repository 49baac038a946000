import { matchesNodeAffinity, matchesNodeTerm } from '../../api/node-affinity.js';
import type { Node } from '../../api/objects/node.js';
import type { NodeAffinity, NodeSelectorRequirement, PodSpec } from '../../api/objects/pod.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PlacementWish } from '../pod-class.js';
import type { SchedulingProfile } from '../profile.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go: Filter. */
export function filterNodeAffinity(cluster: ClusterState, pod: PlacementWish, node: NodeIndex): Verdict {
  const { addedAffinity } = pod.profile.args;
  if (!matchesAdded(addedAffinity, cluster.nodes[node]!)) return Rejection.AddedAffinity;
  return matchesNodeAffinity(pod.spec, cluster.nodes[node]!) ? FEASIBLE : Rejection.NodeAffinity;
}

/** Does the node satisfy what the profile adds for every pod? */
export function matchesAdded(addedAffinity: NodeAffinity | undefined, node: Node): boolean {
  const required = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesNodeTerm(term, node));
}

/** Sum of the weights of the preferred terms that match; more is better. */
export function scoreNodeAffinity(cluster: ClusterState, pod: PlacementWish, node: NodeIndex): number {
  let score = 0;
  for (const { weight, preference } of preferredTerms(pod.spec, pod.profile)) {
    if (matchesNodeTerm(preference, cluster.nodes[node]!)) score += weight;
  }
  return score;
}

/** The pod's own, and those that the profile adds. */
export function preferredTerms({ affinity }: PodSpec, { args }: SchedulingProfile) {
  const own = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [...own, ...(args.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])];
}

/**
 * Names of the only nodes that can match, if every required term names nodes (as those of DaemonSet pods do); an empty
 * set is a conflict of the terms. Undefined: any node may match.
 */
export function nodeNamesOf(spec: PodSpec): ReadonlySet<string> | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    let ofTerm: readonly string[] | undefined;
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      ofTerm = ofTerm === undefined ? values : ofTerm.filter((name) => values.includes(name));
    }
    if (ofTerm === undefined) return undefined;
    for (const name of ofTerm) names.add(name);
  }
  return terms.length === 0 ? undefined : names;
}

/**
 * The spec as it is but for the names of nodes, if one required term asks for them and for nothing else by field: all pods of a
 * DaemonSet are alike in it, and its pods match of the nodes of that name those that the rest matches.
 */
export function withoutNodeNames(spec: PodSpec): PodSpec {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const [term, ...others] = required?.nodeSelectorTerms ?? [];
  if (term === undefined || others.length > 0) return spec;
  const { matchFields = [], matchExpressions = [] } = term;
  const isName = ({ key, operator, values = [] }: NodeSelectorRequirement): boolean =>
    key === 'metadata.name' && operator === 'In' && values.length === 1;
  if (!matchFields.every(isName)) return spec;
  const rest = matchExpressions.length === 0 ? undefined : { nodeSelectorTerms: [{ matchExpressions }] };
  const nodeAffinity = { ...spec.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: rest };
  return { ...spec, affinity: { ...spec.affinity, nodeAffinity } } as PodSpec;
}
