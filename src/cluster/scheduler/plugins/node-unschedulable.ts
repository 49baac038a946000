import type { Taint } from '../../api/objects/node.js';
import type { Toleration } from '../../api/objects/pod.js';
import { tolerates } from '../../api/tolerations.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PlacementWish } from '../pod-class.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go: Filter. */
export function filterUnschedulable(cluster: ClusterState, pod: PlacementWish, node: NodeIndex): Verdict {
  if (cluster.nodes[node]!.spec.unschedulable !== true) return FEASIBLE;
  return toleratesCordon(pod.spec.tolerations) ? FEASIBLE : Rejection.NodeUnschedulable;
}

export function toleratesCordon(tolerations: readonly Toleration[] | undefined): boolean {
  return tolerations?.some((toleration) => tolerates(toleration, UNSCHEDULABLE_TAINT)) === true;
}
