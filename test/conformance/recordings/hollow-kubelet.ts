import type { PodStatus } from '../../../src/cluster/api/objects/pod.js';
import { MILLISECOND_US, SECOND_US, type Micros } from '../../../src/kernel/time.js';

/**
 * The real kubelet's loops with a fake runtime (recordings/README.md, `k-hollow-*`): its containers start at once, and its fake prober says
 * ready before they do (recordings/FINDINGS.md, limits).
 */

/** What one request of ours takes, where the medians of the recordings hold it. */
const OWN_REQUEST_US = 3 * MILLISECOND_US;
/** From the binding to the first status: the median of 31 pods. */
export const FIRST_STATUS_US = 25 * MILLISECOND_US - OWN_REQUEST_US;
/** From the deletion to the terminal status: the median of 11 pods. */
export const TERMINAL_STATUS_US = 12 * MILLISECOND_US - OWN_REQUEST_US;
/** From the first sync to the second look at a pod's volumes (kubernetes v1.36.3 volume_manager.go: podAttachAndMountRetryInterval). */
export const VOLUME_POLL_US = 300 * MILLISECOND_US;
/** From the tick at which a pod goes until it is gone: a GET, a PATCH and the DELETE (k-hollow-deploy-10). */
export const REMOVAL_US = 10 * MILLISECOND_US;
/** Tick of the sync loop, at which a worker that ended is looked at again (reference/node.md section 2). */
const TICK_US: Micros = SECOND_US;

/** Until the DELETE that follows the next tick of a loop. */
export function untilDeleteUs(now: Micros, phaseUs: Micros): Micros {
  return TICK_US - ((now - phaseUs + TICK_US) % TICK_US) + REMOVAL_US - OWN_REQUEST_US;
}

/** As the fake prober has it: ready, whatever the container does. */
export function probedReady(status: PodStatus): PodStatus {
  const conditions = status.conditions!.map(({ type, status: value, lastTransitionTime }) => {
    const isReadiness = type === 'Ready' || type === 'ContainersReady';
    return { type, status: isReadiness ? ('True' as const) : value, lastTransitionTime: lastTransitionTime! };
  });
  return {
    ...status,
    conditions,
    containerStatuses: status.containerStatuses!.map((one) => ({ ...one, ready: true })),
  };
}

/** The sandbox is there, its containers are not. */
export function sandboxReady(status: PodStatus, now: Micros): PodStatus {
  const conditions = status.conditions!.map((condition) =>
    condition.type === 'PodReadyToStartContainers'
      ? { ...condition, status: 'True' as const, lastTransitionTime: now }
      : condition,
  );
  return { ...status, conditions };
}
