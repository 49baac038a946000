import type { Node } from './objects/node.js';
import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from './objects/pod.js';

/** Does the node satisfy spec.nodeSelector and the required node affinity? */
export function matchesNodeAffinity(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) if (labels[key] !== value) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesNodeTerm(term, node));
}

/** An empty term matches nothing. Source: kubernetes v1.36.3 k8s.io/component-helpers scheduling/corev1/nodeaffinity. */
export function matchesNodeTerm(term: NodeSelectorTerm, node: Node): boolean {
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
