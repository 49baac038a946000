import type { Node } from '../../api/objects/node.js';
import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../../api/objects/pod.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/** Does the node satisfy spec.nodeSelector and the required node affinity? */
export function matchesNodeAffinity(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) if (labels[key] !== value) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** kubernetes v1.36.3 k8s.io/component-helpers scheduling/corev1/nodeaffinity: an empty term matches nothing. */
function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every((requirement) => matchesRequirement(requirement, labels[requirement.key])) &&
    matchFields.every((requirement) => matchesField(requirement, node))
  );
}

function matchesRequirement({ operator, values = [] }: NodeSelectorRequirement, label: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label);
    case 'NotIn':
      return label === undefined || !values.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    case 'Gt':
    case 'Lt': {
      const actual = integerOf(label);
      const bound = integerOf(values[0]);
      if (actual === undefined || bound === undefined) return false;
      return operator === 'Gt' ? actual > bound : actual < bound;
    }
  }
}

/** As Go's strconv.ParseInt reads it. */
function integerOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
}

function matchesField({ key, operator, values = [] }: NodeSelectorRequirement, node: Node): boolean {
  if (key !== 'metadata.name' || values.length !== 1) return false;
  if (operator === 'In') return node.metadata.name === values[0];
  return operator === 'NotIn' && node.metadata.name !== values[0];
}

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go: Filter. */
export function filterNodeAffinity(cluster: ClusterState, pod: PodClass, node: NodeIndex): Verdict {
  return matchesNodeAffinity(pod.spec, cluster.nodes[node]!) ? FEASIBLE : Rejection.NodeAffinity;
}

/** Sum of the weights of the preferred terms that match; more is better. */
export function scoreNodeAffinity(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  let score = 0;
  for (const { weight, preference } of preferredTerms(pod.spec)) {
    if (matchesTerm(preference, cluster.nodes[node]!)) score += weight;
  }
  return score;
}

export function preferredTerms(spec: PodSpec) {
  return spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
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
