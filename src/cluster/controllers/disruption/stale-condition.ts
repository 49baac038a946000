import { MINUTE_US, type Micros } from '../../../kernel/time.js';
import { type Controllers, enqueueAfter, SYNC_DONE } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Condition } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import { isActive, podCondition } from '../../api/pod-predicates.js';
import { objectKey } from '../../api/store.js';
import { statusRequest } from '../../api/status-request.js';

const DISRUPTION_TARGET = 'DisruptionTarget';
/** What the kubelet says of its own is never taken back. Source: k8s.io/api core/v1: PodReasonTerminationByKubelet. */
const BY_KUBELET = 'TerminationByKubelet';
/** Who was to go and stays so long is a target no more. Source: disruption.go: stalePodDisruptionTimeout. */
const STALE_US = 2 * MINUTE_US;
/** Source: disruption.go: Run */
const WORKERS = 1;

/**
 * Takes the condition DisruptionTarget back from pods that stay. Source: kubernetes v1.36.3 pkg/controller/disruption/disruption.go:
 * syncStalePodDisruption, which shares its client with the budgets' loop.
 */
export function registerStaleDisruption<W extends KcmWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
  sharesClientOf: number,
): void {
  const controllerId = controllers.add({
    name: 'disruption-controller/stale',
    workers: WORKERS,
    sharesClientOf,
    sync: (world, key) => {
      const pod = kcmLister<Pod>(world, 'Pod').get(key);
      const waitUs = pod === undefined ? undefined : untilStaleUs(pod, world.kernel.now);
      if (pod === undefined || waitUs === undefined) return SYNC_DONE;
      return waitUs > 0
        ? { requests: [], outcome: { afterUs: waitUs } }
        : { requests: [statusRequest(withoutTarget(pod, world.kernel.now))] };
    },
  });
  listeners.on<Pod>(KCM, 'Pod', (world, { type, object }) => {
    const waitUs = type === 'deleted' ? undefined : untilStaleUs(object, world.kernel.now);
    if (waitUs === undefined) return;
    enqueueAfter(world, controllerId, objectKey(object), waitUs);
  });
}

/** Time until the condition is stale, 0 where it is; undefined where there is none that could be. */
function untilStaleUs(pod: Pod, now: Micros): Micros | undefined {
  const condition = podCondition(pod, DISRUPTION_TARGET);
  if (condition?.status !== 'True' || condition.reason === BY_KUBELET || !isActive(pod)) return undefined;
  return Math.max((condition.lastTransitionTime ?? 0) + STALE_US - now, 0);
}

function withoutTarget(pod: Pod, now: Micros): Pod {
  const over: Condition = { type: DISRUPTION_TARGET, status: 'False', lastTransitionTime: now };
  const conditions = pod.status.conditions!.map((known) => (known.type === DISRUPTION_TARGET ? over : known));
  return { ...pod, status: { ...pod.status, conditions } };
}
