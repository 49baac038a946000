import { SECOND_US } from '../../../kernel/time.js';
import { type Controllers, enqueue, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister } from '../../api/kcm.js';
import type { VolumeAttachment } from '../../api/objects/storage.js';
import { objectKey } from '../../api/store.js';
import { SIDECAR_LIMITS } from './provisioner.js';
import { forgetWork, remainingUs, type StorageDriverWorld } from './state.js';

/** external-attacher cmd/csi-attacher: --worker-threads; retries from 1 s. */
const WORKERS = 10;
const RETRY_BASE_US = SECOND_US;

/**
 * The external attacher that every storage driver has: attaches a disk to the node that its VolumeAttachment names, and detaches it when that
 * is deleted. Source: kubernetes-csi/external-attacher pkg/controller/csi_handler.go.
 */
export function registerAttacher<W extends StorageDriverWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'external-attacher',
    workers: WORKERS,
    limits: SIDECAR_LIMITS,
    retryBaseUs: RETRY_BASE_US,
    sync: (world, key) => {
      const attachment = kcmLister<VolumeAttachment>(world, 'VolumeAttachment').get(key);
      if (attachment === undefined) return SYNC_DONE;
      return attachment.metadata.deletionTimestamp === undefined
        ? attach(world, attachment)
        : detach(world, attachment);
    },
  });
  listeners.on<VolumeAttachment>(KCM, 'VolumeAttachment', (world, { type, object }) => {
    if (type !== 'deleted') {
      enqueue(world, controllerId, objectKey(object));
      return;
    }
    forgetWork(world, 'diskAttach', object.metadata.uid);
    forgetWork(world, 'diskDetach', object.metadata.uid);
  });
}

/** Its finalizer keeps the object until the disk is detached. */
function finalizerOf({ spec }: VolumeAttachment): string {
  return `external-attacher/${spec.attacher.split('.').join('-')}`;
}

function attach(world: StorageDriverWorld, attachment: VolumeAttachment): SyncStep {
  if (attachment.status.attached) return SYNC_DONE;
  const { name, uid, resourceVersion, finalizers = [] } = attachment.metadata;
  const afterUs = remainingUs(world, 'diskAttach', uid);
  if (afterUs === 0 && finalizers.includes(finalizerOf(attachment))) return tellAttached(attachment);
  if (finalizers.includes(finalizerOf(attachment))) return { requests: [], outcome: { afterUs } };
  const metadata = { ...attachment.metadata, finalizers: [...finalizers, finalizerOf(attachment)] };
  const body = { ...attachment, metadata };
  // The finalizer comes first; its own change brings the attachment back here.
  return { requests: [{ verb: 'update', kind: 'VolumeAttachment', namespace: '', name, resourceVersion, body }] };
}

function tellAttached({ metadata }: VolumeAttachment): SyncStep {
  const { name, uid } = metadata;
  const body = { status: { attached: true } };
  const kind = 'VolumeAttachment';
  return {
    requests: [{ verb: 'patch', kind, namespace: '', name, uid, subresource: 'status', patchType: 'merge', body }],
  };
}

function detach(world: StorageDriverWorld, attachment: VolumeAttachment): SyncStep {
  const { name, uid, resourceVersion, finalizers = [] } = attachment.metadata;
  if (!finalizers.includes(finalizerOf(attachment))) return SYNC_DONE;
  const afterUs = remainingUs(world, 'diskDetach', uid);
  if (afterUs > 0) return { requests: [], outcome: { afterUs } };
  const metadata = {
    ...attachment.metadata,
    finalizers: finalizers.filter((other) => other !== finalizerOf(attachment)),
  };
  const body = { ...attachment, metadata };
  return { requests: [{ verb: 'update', kind: 'VolumeAttachment', namespace: '', name, resourceVersion, body }] };
}
