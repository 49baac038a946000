import type { Taint } from '../../api/objects/node.js';
import type { Toleration } from '../../api/objects/pod.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/** kubernetes v1.36.3 k8s.io/api core/v1/toleration.go: ToleratesTaint. Operators Gt and Lt are behind a gate that is off. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { effect = '', key = '', operator = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === '' || operator === 'Equal') && (toleration.value ?? '') === (taint.value ?? '');
}

/** Is there a NoSchedule or NoExecute taint that the pod doesn't tolerate? */
export function hasUntoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
): boolean {
  for (const taint of taints ?? []) {
    if (taint.effect === 'PreferNoSchedule') continue;
    if (tolerations?.some((toleration) => tolerates(toleration, taint)) !== true) return true;
  }
  return false;
}

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go: Filter. */
export function filterTaints(cluster: ClusterState, pod: PodClass, node: NodeIndex): Verdict {
  const taints = cluster.nodes[node]!.spec.taints;
  return hasUntoleratedTaint(taints, pod.spec.tolerations) ? Rejection.Taint : FEASIBLE;
}

/** Number of PreferNoSchedule taints that the pod doesn't tolerate; fewer is better. */
export function scoreTaints(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  let untolerated = 0;
  for (const taint of cluster.nodes[node]!.spec.taints ?? []) {
    if (taint.effect !== 'PreferNoSchedule') continue;
    if (pod.spec.tolerations?.some((toleration) => tolerates(toleration, taint)) !== true) untolerated += 1;
  }
  return untolerated;
}
