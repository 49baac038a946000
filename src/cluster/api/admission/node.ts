import type { Node, Taint } from '../objects/node.js';

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/**
 * A new node takes no pods before it says that it is Ready: the node lifecycle controller then takes the taint away.
 * Source: kubernetes v1.36.3 plugin/pkg/admission/nodetaint/admission.go: TaintNodesByCondition.
 */
export function taintNewNode(node: Node): Node {
  const taints = node.spec.taints ?? [];
  if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return node;
  return { ...node, spec: { ...node.spec, taints: [...taints, NOT_READY] } };
}
