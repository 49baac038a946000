import type { Node } from '../../api/objects/node.js';
import type { NodeChange } from './node-writes.js';

/** Labels that follow others. kubernetes v1.36.3 node_lifecycle_controller.go: labelReconcileInfo */
const FOLLOWERS = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;

/** What gives a node its old names of operating system and architecture. node_lifecycle_controller.go: reconcileNodeLabels */
export function labelChanges({ metadata }: Node): NodeChange[] {
  const { labels } = metadata;
  if (labels === undefined) return [];
  const wrong = FOLLOWERS.filter(([from, to]) => labels[from] !== undefined && labels[to] !== labels[from]);
  if (wrong.length === 0) return [];
  return [{ labels: Object.fromEntries(wrong.map(([from, to]) => [to, labels[from]!])) }];
}
