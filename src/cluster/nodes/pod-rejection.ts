import { matchesNodeAffinity } from '../api/node-affinity.js';
import type { Node } from '../api/objects/node.js';
import type { Pod } from '../api/objects/pod.js';
import { hasUntoleratedTaint } from '../api/tolerations.js';
import type { StartFailure } from './container-status.js';
import type { PodFacts } from './pod-facts.js';

interface Taken {
  readonly used: number;
  readonly capacity: number;
}

/** Pods, thousandths of a core and bytes: of each what pods have taken of a node, and what it has for them. */
export interface NodeRoom {
  readonly pods: Taken;
  readonly milliCpu: Taken;
  readonly memoryBytes: Taken;
  /** Of the host ports that the pod asks for, none is taken. */
  readonly arePortsFree: boolean;
}

/**
 * Why a kubelet rejects a pod for good, whoever bound it: the first reason in the order of the real one; undefined: it takes it.
 * Of a node whose object is gone only the room is known. Extended resources and ephemeral storage are not looked at.
 * Source: kubernetes v1.36.3 pkg/kubelet/lifecycle/predicate.go: Admit; pkg/scheduler/eventhandlers.go: AdmissionCheck.
 */
export function rejectionOf(
  node: Node | undefined,
  room: NodeRoom,
  pod: Pod,
  asked: Pick<PodFacts, 'milliCpu' | 'memoryBytes'>,
): StartFailure | undefined {
  if (node === undefined) return insufficientResource(room, asked);
  return otherSystem(node, pod) ?? insufficientResource(room, asked) ?? failedPredicate(node, room, pod);
}

const SYSTEM_LABEL = 'kubernetes.io/os';

/** predicate.go: rejectPodAdmissionBasedOnOSSelector, rejectPodAdmissionBasedOnOSField */
function otherSystem(node: Node, { metadata, spec }: Pod): StartFailure | undefined {
  const system = node.metadata.labels?.[SYSTEM_LABEL] ?? 'linux';
  if ((metadata.labels?.[SYSTEM_LABEL] ?? system) !== system) {
    const message = `Failed to admit pod as the \`${SYSTEM_LABEL}\` label doesn't match node label`;
    return { reason: 'PodOSSelectorNodeLabelDoesNotMatch', message };
  }
  if ((spec.os?.name ?? system) === system) return undefined;
  return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
}

/** predicate.go: InsufficientResourceError */
function insufficientResource(
  { pods, milliCpu, memoryBytes }: NodeRoom,
  asked: Pick<PodFacts, 'milliCpu' | 'memoryBytes'>,
): StartFailure | undefined {
  const check = (resource: string, requested: number, { used, capacity }: Taken): StartFailure | undefined => {
    if (requested === 0 || used + requested <= capacity) return undefined;
    const numbers = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
    return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, ${numbers}` };
  };
  return (
    check('pods', 1, pods) ?? check('cpu', asked.milliCpu, milliCpu) ?? check('memory', asked.memoryBytes, memoryBytes)
  );
}

/** predicate.go: generalFilter, PredicateFailureError */
function failedPredicate(node: Node, { arePortsFree }: NodeRoom, { spec }: Pod): StartFailure | undefined {
  const failed = (reason: string, why: string) => ({ reason, message: `Predicate ${reason} failed: ${why}` });
  if (!matchesNodeAffinity(spec, node)) {
    return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  }
  if (!arePortsFree) return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  const evicting = node.spec.taints?.filter(({ effect }) => effect === 'NoExecute');
  if (!hasUntoleratedTaint(evicting, spec.tolerations)) return undefined;
  return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
}
