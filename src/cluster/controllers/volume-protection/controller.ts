import { CLAIM_PROTECTION, VOLUME_PROTECTION } from '../../api/admission/storage.js';
import { type ApiRequest, type ApiResult, succeeded } from '../../api/calls.js';
import { claimNamesOf } from '../../api/claims.js';
import { type Controllers, enqueue, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { claimUsers, KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/objects/storage.js';
import { keyOf, objectKey } from '../../api/store.js';

/** kubernetes v1.36.3 cmd/kube-controller-manager/app/core.go: one worker each. */
const WORKERS = 1;

/**
 * Keeps a claim that is being deleted while a pod uses it.
 * Source: kubernetes v1.36.3 pkg/controller/volume/pvcprotection; reference/control-loops.md 5.1.
 */
export function registerClaimProtection<W extends KcmWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'pvc-protection-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const claim = kcmLister<PersistentVolumeClaim>(world, 'PersistentVolumeClaim').get(key);
      if (claim === undefined || !mayGo(claim, CLAIM_PROTECTION)) return SYNC_DONE;
      if (isUsedBy(claim, claimUsers(world, claim))) return SYNC_DONE;
      // Its informer may be behind, so that it asks before it lets go.
      const list: ApiRequest = { verb: 'list', kind: 'Pod', namespace: claim.metadata.namespace, name: '' };
      return { requests: [list], memory: claim };
    },
    resume: (_world, _key, memory, [result]) => letGo(memory as PersistentVolumeClaim, result!),
  });
  listeners.on<PersistentVolumeClaim>(KCM, 'PersistentVolumeClaim', (world, { type, object }) => {
    if (type !== 'deleted' && mayGo(object, CLAIM_PROTECTION)) enqueue(world, controllerId, objectKey(object));
  });
  listeners.on<Pod>(KCM, 'Pod', (world, { type, object }) => {
    if (type !== 'deleted' && !hasEnded(object)) return;
    const claims = kcmLister<PersistentVolumeClaim>(world, 'PersistentVolumeClaim');
    for (const name of claimNamesOf(object)) {
      const claim = claims.get(keyOf(object.metadata.namespace, name));
      if (claim !== undefined && mayGo(claim, CLAIM_PROTECTION)) enqueue(world, controllerId, objectKey(claim));
    }
  });
}

function letGo(claim: PersistentVolumeClaim, listed: ApiResult): SyncStep {
  if (!succeeded(listed)) return { requests: [], outcome: { retry: true } };
  return isUsedBy(claim, listed.objects as readonly Pod[])
    ? SYNC_DONE
    : { requests: [without(claim, CLAIM_PROTECTION)] };
}

/** Keeps a volume that is being deleted while it is bound. Source: kubernetes v1.36.3 pkg/controller/volume/pvprotection. */
export function registerVolumeProtection<W extends KcmWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'pv-protection-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const volume = kcmLister<PersistentVolume>(world, 'PersistentVolume').get(key);
      if (volume === undefined || !mayGo(volume, VOLUME_PROTECTION) || volume.status.phase === 'Bound')
        return SYNC_DONE;
      return { requests: [without(volume, VOLUME_PROTECTION)] };
    },
  });
  listeners.on<PersistentVolume>(KCM, 'PersistentVolume', (world, { type, object }) => {
    if (type !== 'deleted' && mayGo(object, VOLUME_PROTECTION)) enqueue(world, controllerId, objectKey(object));
  });
}

/** Is the object only waiting for its protection to end? */
function mayGo({ metadata }: KubernetesObject, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer);
}

function hasEnded({ status }: Pod): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}

/** A pod without a node uses nothing yet: a kubelet does not start it with a claim that is being deleted. */
function isUsedBy({ metadata }: PersistentVolumeClaim, pods: Iterable<Pod>): boolean {
  for (const pod of pods) {
    if (pod.metadata.namespace !== metadata.namespace || pod.spec.nodeName === undefined || hasEnded(pod)) continue;
    if (claimNamesOf(pod).includes(metadata.name)) return true;
  }
  return false;
}

function without(object: KubernetesObject, finalizer: string): ApiRequest {
  const { kind, metadata } = object;
  const { namespace, name, resourceVersion } = metadata;
  const finalizers = (metadata.finalizers ?? []).filter((other) => other !== finalizer);
  const body = { ...object, metadata: { ...metadata, finalizers } };
  return { verb: 'update', kind, namespace, name, resourceVersion, body };
}
