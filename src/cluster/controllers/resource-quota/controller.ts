import { MINUTE_US } from '../../../kernel/time.js';
import { type Controllers, enqueue, enqueueAfter, SYNC_DONE } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { Service } from '../../api/objects/network.js';
import type { ContainerStatus, Pod } from '../../api/objects/pod.js';
import type { ResourceQuota } from '../../api/objects/quota.js';
import { sameData } from '../../api/patch.js';
import { countsForQuota, matchingResources } from '../../api/quota/usage.js';
import { type ObjectKey, objectKey } from '../../api/store.js';
import { phaseOf, untilPassUs } from '../shared/passes.js';
import { syncQuota } from './decide.js';
import { COUNTED, followUsage, type ResourceQuotaWorld, tallyOf, usedNow } from './tally.js';

/** kubernetes v1.36.3 pkg/controller/resourcequota/config/v1alpha1/defaults.go: ConcurrentResourceQuotaSyncs, ResourceQuotaSyncPeriod */
const WORKERS = 5;
const RESYNC_US = 5 * MINUTE_US;

/**
 * The ResourceQuota controller: admission adds to what is used, this counts again when a quota's limits change or something that
 * counts is gone, has ended or runs. The real one counts all quotas each five minutes, too; here only those that admission has
 * charged since or in which something is ending, as nothing else can put them out of step.
 *
 * It counts what its informers show. A pod that admission has charged and that they do not show yet is left out; the write is
 * refused only if the quota itself has changed since. So status.used may fall below what is there, until the next count, and as
 * many pods more may come than the quota allows (kubernetes/kubernetes#123434).
 * Source: kubernetes v1.36.3 pkg/controller/resourcequota/resource_quota_controller.go: NewController, enqueueAll,
 * syncResourceQuota; reference/workloads.md 9.4.
 */
export function registerResourceQuota<W extends ResourceQuotaWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'resourcequota-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const quota = kcmLister<ResourceQuota>(world, 'ResourceQuota').get(key);
      if (quota === undefined) return SYNC_DONE;
      const tally = tallyOf(world, quota);
      // A pod that should have ended by then no longer counts, which no change tells.
      if (tally.ending.size > 0) enqueueAtResync(world, controllerId, key);
      const request = syncQuota(quota, usedNow(tally, world.kernel.now));
      return request === undefined ? SYNC_DONE : { requests: [request] };
    },
  });
  listeners.on<ResourceQuota>(KCM, 'ResourceQuota', (world, { type, object, before }) => {
    const isCharged = type === 'modified' && sameData(before!.spec, object.spec);
    if (!isCharged) world.controllers.resourceQuota.tallies.delete(objectKey(object));
    if (type === 'deleted') return;
    if (isCharged) enqueueAtResync(world, controllerId, objectKey(object));
    else enqueue(world, controllerId, objectKey(object));
  });
  for (const kind of COUNTED) {
    listeners.on(KCM, kind, (world, change) => {
      followUsage(world, change);
      if (kcmLister(world, 'ResourceQuota').size > 0 && changesUsage(change, world.kernel.now)) {
        wakeQuotas(world, controllerId, change.object);
      }
    });
  }
}

function enqueueAtResync(world: KcmWorld, controllerId: number, key: ObjectKey): void {
  enqueueAfter(world, controllerId, key, untilPassUs(world, phaseOf(world, controllerId, RESYNC_US), RESYNC_US));
}

/** Source: resource_quota_monitor.go: controllerFor; pkg/quota/v1/install/update_filter.go: DefaultUpdateFilter. */
function changesUsage({ type, object, before }: Change, now: number): boolean {
  if (type === 'deleted') return true;
  if (before === undefined) return false;
  if (object.kind === 'Pod') return changesPodUsage(before as Pod, object as Pod, now);
  if (object.kind === 'Service') return (before as Service).spec.type !== (object as Service).spec.type;
  return object.kind === 'PersistentVolumeClaim';
}

/** A kubelet reports what a container may use as long as it runs, and no longer. */
function changesPodUsage(before: Pod, pod: Pod, now: number): boolean {
  if (countsForQuota(before, now) && !countsForQuota(pod, now)) return true;
  if ((before.spec.activeDeadlineSeconds === undefined) !== (pod.spec.activeDeadlineSeconds === undefined)) return true;
  return (
    runsOtherwise(before.status.containerStatuses, pod.status.containerStatuses) ||
    runsOtherwise(before.status.initContainerStatuses, pod.status.initContainerStatuses)
  );
}

function runsOtherwise(before: readonly ContainerStatus[] = [], after: readonly ContainerStatus[] = []): boolean {
  return before.some(({ name, state }) => {
    const now = after.find((container) => container.name === name);
    return now !== undefined && (state.running === undefined) !== (now.state.running === undefined);
  });
}

function wakeQuotas(world: KcmWorld, controllerId: number, { kind, metadata }: KubernetesObject): void {
  const quotas = kcmLister<ResourceQuota>(world, 'ResourceQuota');
  for (const [key, quota] of quotas) {
    if (quota.metadata.namespace !== metadata.namespace) continue;
    const hard = Object.keys(quota.status.hard ?? {});
    if (matchingResources(kind, hard).length > 0) enqueue(world, controllerId, key);
  }
}
