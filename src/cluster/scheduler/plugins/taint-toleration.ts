import { hasUntoleratedTaint, tolerates } from '../../api/tolerations.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PlacementWish } from '../pod-class.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go: Filter. */
export function filterTaints(cluster: ClusterState, pod: PlacementWish, node: NodeIndex): Verdict {
  const taints = cluster.nodes[node]!.spec.taints;
  return hasUntoleratedTaint(taints, pod.spec.tolerations) ? Rejection.Taint : FEASIBLE;
}

/** Number of PreferNoSchedule taints that the pod doesn't tolerate; fewer is better. */
export function scoreTaints(cluster: ClusterState, pod: PlacementWish, node: NodeIndex): number {
  let untolerated = 0;
  for (const taint of cluster.nodes[node]!.spec.taints ?? []) {
    if (taint.effect !== 'PreferNoSchedule') continue;
    if (pod.spec.tolerations?.some((toleration) => tolerates(toleration, taint)) !== true) untolerated += 1;
  }
  return untolerated;
}
