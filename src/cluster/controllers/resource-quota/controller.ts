import { MINUTE_US } from '../../../kernel/time.js';
import { type Controllers, enqueue, enqueueAfter, SYNC_DONE } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import { KINDS } from '../../api/kinds.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { Service } from '../../api/objects/network.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ResourceQuota } from '../../api/objects/quota.js';
import { sameData } from '../../api/patch.js';
import { countsForQuota, matchingResources } from '../../api/quota/usage.js';
import { objectKey } from '../../api/store.js';
import { syncQuota } from './decide.js';

/** kubernetes v1.36.3 pkg/controller/resourcequota/config/v1alpha1/defaults.go: ConcurrentResourceQuotaSyncs, ResourceQuotaSyncPeriod */
const WORKERS = 5;
const RESYNC_US = 5 * MINUTE_US;

/** Kinds that can be counted. */
const COUNTED = KINDS.filter(({ kind, namespaced }) => namespaced && kind !== 'Event').map(({ kind }) => kind);

/**
 * The ResourceQuota controller: admission adds to what is used, this counts again when a quota changes or something that counts
 * is gone or has ended. The real one counts all quotas each five minutes; here a quota is counted again so long after admission
 * has charged it or while something in it is ending, as nothing else can put it out of step.
 * Source: kubernetes v1.36.3 pkg/controller/resourcequota; reference/workloads.md 9.4.
 */
export function registerResourceQuota<W extends KcmWorld>(controllers: Controllers<W>, listeners: Listeners<W>): void {
  const controllerId = controllers.add({
    name: 'resourcequota-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const quota = kcmLister<ResourceQuota>(world, 'ResourceQuota').get(key);
      if (quota === undefined) return SYNC_DONE;
      const objects = countedObjects(world, quota);
      if (isSomethingEnding(objects)) enqueueAfter(world, controllerId, key, RESYNC_US);
      const request = syncQuota({ quota, objects, now: world.kernel.now });
      return request === undefined ? SYNC_DONE : { requests: [request] };
    },
  });
  listeners.on<ResourceQuota>(KCM, 'ResourceQuota', (world, { type, object, before }) => {
    if (type === 'deleted') return;
    const isCharged = before !== undefined && sameData(before.spec, object.spec);
    if (isCharged) enqueueAfter(world, controllerId, objectKey(object), RESYNC_US);
    else enqueue(world, controllerId, objectKey(object));
  });
  for (const kind of COUNTED) {
    listeners.on(KCM, kind, (world, change) => {
      if (freesQuota(change, world.kernel.now)) wakeQuotas(world, controllerId, change.object);
    });
  }
}

function countedObjects(world: KcmWorld, { metadata, spec }: ResourceQuota): Map<string, readonly KubernetesObject[]> {
  const names = Object.keys(spec.hard ?? {});
  const objects = new Map<string, readonly KubernetesObject[]>();
  for (const kind of COUNTED) {
    if (matchingResources(kind, names).length === 0) continue;
    const all = [...kcmLister(world, kind).values()];
    objects.set(
      kind,
      all.filter((object) => object.metadata.namespace === metadata.namespace),
    );
  }
  return objects;
}

/** A pod that should have ended by now no longer counts, which no change tells. */
function isSomethingEnding(objects: ReadonlyMap<string, readonly KubernetesObject[]>): boolean {
  return (objects.get('Pod') ?? []).some(({ metadata }) => metadata.deletionTimestamp !== undefined);
}

/** Source: resource_quota_monitor.go: processResourceChanges; pkg/controller/resourcequota: DefaultUpdateFilter. */
function freesQuota({ type, object, before }: Change, now: number): boolean {
  if (type === 'deleted') return true;
  if (before === undefined) return false;
  if (object.kind === 'Pod') return countsForQuota(before as Pod, now) && !countsForQuota(object as Pod, now);
  if (object.kind === 'Service') return (before as Service).spec.type !== (object as Service).spec.type;
  return object.kind === 'PersistentVolumeClaim';
}

function wakeQuotas(world: KcmWorld, controllerId: number, { kind, metadata }: KubernetesObject): void {
  const quotas = kcmLister<ResourceQuota>(world, 'ResourceQuota');
  if (quotas.size === 0) return;
  for (const [key, quota] of quotas) {
    if (quota.metadata.namespace !== metadata.namespace) continue;
    const hard = Object.keys(quota.status.hard ?? {});
    if (matchingResources(kind, hard).length > 0) enqueue(world, controllerId, key);
  }
}
