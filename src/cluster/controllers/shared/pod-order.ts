import type { Pod } from '../../api/objects/pod.js';
import { isReady } from '../../api/pod-predicates.js';

/** Rules by which controllers give up pods that have got less far first (kubernetes v1.36.3 pkg/controller/controller_utils.go: ActivePods). */

/** How far a pod has got, 0 to 11: those without a node least, then by phase, then those that are not ready. */
export function stageOf(pod: Pod): number {
  const isAssigned = (pod.spec.nodeName ?? '') !== '';
  return (Number(isAssigned) * PHASES + phaseOrder(pod)) * 2 + Number(isReady(pod));
}

const PHASES = 3;

function phaseOrder(pod: Pod): number {
  return pod.status.phase === 'Pending' ? 0 : pod.status.phase === 'Unknown' ? 1 : 2;
}

/** One number for the restarts of a pod, of which more go first: those of containers, then those of sidecars. */
export function restartsOf({ spec, status }: Pod): number {
  let regular = 0;
  let sidecar = 0;
  for (const { restartCount } of status.containerStatuses ?? []) regular = Math.max(regular, restartCount);
  for (const { name, restartPolicy } of spec.initContainers ?? []) {
    const own = status.initContainerStatuses?.find((container) => container.name === name);
    if (restartPolicy === 'Always' && own !== undefined) sidecar = Math.max(sidecar, own.restartCount);
  }
  return regular * RESTARTS_LIMIT + sidecar;
}

/** More than any container is restarted; its square is exact. */
const RESTARTS_LIMIT = 67_108_864;
