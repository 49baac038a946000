import { matchesNodeAffinity } from '../../api/node-affinity.js';
import type { Node } from '../../api/objects/node.js';
import type { Affinity, PodSpec, PodTemplateSpec, Toleration } from '../../api/objects/pod.js';
import { hasUntoleratedTaint } from '../../api/tolerations.js';

/**
 * Which nodes a DaemonSet's pods belong on.
 * Source: kubernetes v1.36.3 pkg/controller/daemon/daemon_controller.go: NodeShouldRunDaemonPod, util/daemonset_util.go;
 * reference/workloads.md section 6.
 */
export interface Placement {
  /** A pod belongs here. */
  readonly shouldRun: boolean;
  /** A pod that is here may stay. */
  readonly shouldContinue: boolean;
}

const exists = (key: string, effect: 'NoExecute' | 'NoSchedule'): Toleration => ({ key, operator: 'Exists', effect });

/** What daemons bear in any case: they come before the network does and stay when their node is in trouble. */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  exists('node.kubernetes.io/not-ready', 'NoExecute'),
  exists('node.kubernetes.io/unreachable', 'NoExecute'),
  exists('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/memory-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/pid-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/unschedulable', 'NoSchedule'),
];
const HOST_NETWORK_TOLERATION = exists('node.kubernetes.io/network-unavailable', 'NoSchedule');

/** The template's spec with the tolerations of a daemon. */
export function daemonPodSpec({ spec }: PodTemplateSpec): PodSpec {
  const added = spec.hostNetwork === true ? [...DAEMON_TOLERATIONS, HOST_NETWORK_TOLERATION] : DAEMON_TOLERATIONS;
  return { ...spec, tolerations: added.reduce(withToleration, spec.tolerations ?? []) };
}

/** One of the template's for the same taints is replaced where it stands: without its time. */
function withToleration(tolerations: readonly Toleration[], added: Toleration): readonly Toleration[] {
  const isSame = ({ key, operator, effect, value = '' }: Toleration): boolean =>
    key === added.key && operator === added.operator && effect === added.effect && value === '';
  if (!tolerations.some(isSame)) return [...tolerations, added];
  return tolerations.map((toleration) => (isSame(toleration) ? added : toleration));
}

/** `spec` is a daemon's, with its tolerations. Resources are not looked at: the pod may have to wait. */
export function placementOn(spec: PodSpec, node: Node): Placement {
  const isNamed = (spec.nodeName ?? '') === '' || spec.nodeName === node.metadata.name;
  if (!isNamed || !matchesNodeAffinity(spec, node)) return NOWHERE;
  const { taints } = node.spec;
  if (!hasUntoleratedTaint(taints, spec.tolerations)) return { shouldRun: true, shouldContinue: true };
  const expelling = taints?.filter(({ effect }) => effect === 'NoExecute');
  return { shouldRun: false, shouldContinue: !hasUntoleratedTaint(expelling, spec.tolerations) };
}

export const NOWHERE: Placement = { shouldRun: false, shouldContinue: false };

const NODE_NAME_FIELD = 'metadata.name';

/** The template's affinity, with the one node in the place of what it requires of nodes: the scheduler binds the pod there. */
export function affinityTo(node: string, affinity: Affinity | undefined): Affinity {
  const nodeSelectorTerms = [{ matchFields: [{ key: NODE_NAME_FIELD, operator: 'In' as const, values: [node] }] }];
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms };
  const nodeAffinity = { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution };
  return { ...affinity, nodeAffinity };
}

/** The node that a daemon's pod is on or meant for. Source: GetTargetNodeName. */
export function targetNode({ nodeName, affinity }: PodSpec): string | undefined {
  if (nodeName !== undefined && nodeName !== '') return nodeName;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields } of required?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values = [] } of matchFields ?? []) {
      if (key === NODE_NAME_FIELD && operator === 'In' && values.length === 1) return values[0];
    }
  }
  return undefined;
}
