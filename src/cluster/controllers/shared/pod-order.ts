import type { Pod } from '../../api/objects/pod.js';
import { isReady } from '../../api/pod-predicates.js';

/** Rules by which controllers give up pods that have got less far first (kubernetes v1.36.3 pkg/controller/controller_utils.go: ActivePods). */

/** Those without a node first, then by phase, then those that are not ready. */
export function compareEarlyStages(left: Pod, right: Pod): number {
  return (
    Number(isAssigned(left)) - Number(isAssigned(right)) ||
    phaseOrder(left) - phaseOrder(right) ||
    Number(isReady(left)) - Number(isReady(right))
  );
}

function isAssigned(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') !== '';
}

function phaseOrder(pod: Pod): number {
  return pod.status.phase === 'Pending' ? 0 : pod.status.phase === 'Unknown' ? 1 : 2;
}

/** More restarts first: of containers, then of sidecars. */
export function compareRestarts(left: Pod, right: Pod): number {
  const leftRestarts = maxRestarts(left);
  const rightRestarts = maxRestarts(right);
  return rightRestarts.regular - leftRestarts.regular || rightRestarts.sidecar - leftRestarts.sidecar;
}

function maxRestarts({ spec, status }: Pod): { readonly regular: number; readonly sidecar: number } {
  let regular = 0;
  let sidecar = 0;
  for (const { restartCount } of status.containerStatuses ?? []) regular = Math.max(regular, restartCount);
  for (const { name, restartPolicy } of spec.initContainers ?? []) {
    const own = status.initContainerStatuses?.find((container) => container.name === name);
    if (restartPolicy === 'Always' && own !== undefined) sidecar = Math.max(sidecar, own.restartCount);
  }
  return { regular, sidecar };
}
