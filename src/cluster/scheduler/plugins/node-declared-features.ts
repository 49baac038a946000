import type { Container, PodSpec } from '../../api/objects/pod.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/**
 * Features of the kubelet that a new pod may need: a rule that restarts all containers, user namespaces in the host's network.
 * Source: kubernetes v1.36.3 k8s.io/component-helpers nodedeclaredfeatures/features: InferForScheduling.
 */
export function neededFeaturesOf(spec: PodSpec): readonly string[] {
  const needed: string[] = [];
  if ([...spec.containers, ...(spec.initContainers ?? [])].some(restartsAll)) {
    needed.push('RestartAllContainersOnContainerExits');
  }
  const { hostNetwork, hostUsers } = spec as { readonly hostNetwork?: boolean; readonly hostUsers?: boolean };
  if (hostNetwork === true && hostUsers === false) needed.push('UserNamespacesHostNetworkSupport');
  return needed;
}

function restartsAll(container: Container): boolean {
  const { restartPolicyRules = [] } = container as {
    readonly restartPolicyRules?: readonly { readonly action: string }[];
  };
  return restartPolicyRules.some(({ action }) => action === 'RestartAllContainers');
}

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/nodedeclaredfeatures: Filter. */
export function filterFeatures(cluster: ClusterState, pod: PodClass, node: NodeIndex): Verdict {
  if (pod.neededFeatures.length === 0) return FEASIBLE;
  const declared = cluster.nodes[node]!.status.declaredFeatures ?? [];
  return pod.neededFeatures.every((name) => declared.includes(name)) ? FEASIBLE : Rejection.NodeFeatures;
}
