import { SECOND_US } from '../../../kernel/time.js';
import { succeeded } from '../../api/calls.js';
import {
  NO_PROVISIONER,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  storageClassOf,
} from '../../api/claims.js';
import { clientOf, type Controllers, enqueue, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import { recordEvent } from '../../api/event-recorder.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister } from '../../api/kcm.js';
import type { Node } from '../../api/objects/node.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../api/objects/storage.js';
import { objectKey } from '../../api/store.js';
import { DISK_FINALIZER, volumeFor, volumeNameOf, zoneFor } from './disk.js';
import { forgetWork, remainingUs, type StorageDriverWorld } from './state.js';

/** external-provisioner cmd/csi-provisioner: --worker-threads, --kube-api-qps, --kube-api-burst; retries from 1 s. */
const WORKERS = 100;
export const SIDECAR_LIMITS = { qps: 5, burst: 10 } as const;
const RETRY_BASE_US = SECOND_US;
/** A key of a volume in the line of claims, as they share the client. */
const VOLUME = 'volume:';
/** The volume's object is marked as deleted. */
const DELETED = 'deleted';

/**
 * The external provisioner that every storage driver has: makes the disk of a claim whose class names a provisioner, and deletes it when the
 * claim has gone. Every provisioner that a class names is taken to be installed.
 * Source: kubernetes-csi/external-provisioner, sig-storage-lib-external-provisioner; reference/control-loops.md 5.1.
 */
export function registerProvisioner<W extends StorageDriverWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'external-provisioner',
    workers: WORKERS,
    limits: SIDECAR_LIMITS,
    retryBaseUs: RETRY_BASE_US,
    sync: (world, key) =>
      key.startsWith(VOLUME) ? destroy(world, key.slice(VOLUME.length)) : provide(world, controllerId, key),
    resume: (world, key, memory, [result]) => {
      if (key.startsWith(VOLUME)) {
        return succeeded(result!) ? withoutDisk(result!.object as PersistentVolume) : RETRY;
      }
      if (!succeeded(result!)) return result!.reason === 'AlreadyExists' ? SYNC_DONE : RETRY;
      const claim = memory as PersistentVolumeClaim;
      forgetWork(world, 'diskCreate', key);
      const message = `Successfully provisioned volume ${volumeNameOf(claim)}`;
      recordEvent(world, clientOf(world, controllerId), claim, 'Normal', 'ProvisioningSucceeded', message);
      return SYNC_DONE;
    },
  });
  listeners.on<PersistentVolumeClaim>(KCM, 'PersistentVolumeClaim', (world, { type, object }) => {
    const key = objectKey(object);
    if (type === 'deleted') forgetWork(world, 'diskCreate', key);
    else if (isForUs(world, object)) enqueue(world, controllerId, key);
  });
  listeners.on<PersistentVolume>(KCM, 'PersistentVolume', (world, { type, object }) => {
    const { name } = object.metadata;
    if (type === 'deleted') forgetWork(world, 'diskDelete', name);
    else if (isToGo(object)) enqueue(world, controllerId, VOLUME + name);
  });
  listeners.on<VolumeAttachment>(KCM, 'VolumeAttachment', (world, { type, object }) => {
    const volumeName = object.spec.source.persistentVolumeName;
    const volume = kcmLister<PersistentVolume>(world, 'PersistentVolume').get(volumeName);
    if (type === 'deleted' && volume !== undefined && isToGo(volume)) enqueue(world, controllerId, VOLUME + volumeName);
  });
}

const RETRY: SyncStep = { requests: [], outcome: { retry: true } };

function classOf(world: StorageDriverWorld, claim: PersistentVolumeClaim): StorageClass | undefined {
  return kcmLister<StorageClass>(world, 'StorageClass').get(storageClassOf(claim));
}

/** Source: sig-storage-lib-external-provisioner controller.go: shouldProvision. */
function isForUs(world: StorageDriverWorld, claim: PersistentVolumeClaim): boolean {
  const { metadata, spec } = claim;
  if (metadata.annotations?.[STORAGE_PROVISIONER] === undefined || (spec.volumeName ?? '') !== '') return false;
  const storageClass = classOf(world, claim);
  if (storageClass === undefined || storageClass.provisioner === NO_PROVISIONER) return false;
  return storageClass.volumeBindingMode !== 'WaitForFirstConsumer' || metadata.annotations[SELECTED_NODE] !== undefined;
}

function provide(world: StorageDriverWorld, controllerId: number, key: string): SyncStep {
  const claim = kcmLister<PersistentVolumeClaim>(world, 'PersistentVolumeClaim').get(key);
  if (claim === undefined || !isForUs(world, claim)) return SYNC_DONE;
  const name = volumeNameOf(claim);
  if (kcmLister<PersistentVolume>(world, 'PersistentVolume').has(name)) return SYNC_DONE;
  const isNew = !world.controllers.storageDriver.doneAt.has(`diskCreate/${key}`);
  const afterUs = remainingUs(world, 'diskCreate', key);
  if (isNew) {
    const message = `External provisioner is provisioning volume for claim "${key}"`;
    recordEvent(world, clientOf(world, controllerId), claim, 'Normal', 'Provisioning', message);
  }
  if (afterUs > 0) return { requests: [], outcome: { afterUs } };
  const nodes = kcmLister<Node>(world, 'Node');
  const selected = nodes.get(claim.metadata.annotations?.[SELECTED_NODE] ?? '');
  const storageClass = classOf(world, claim)!;
  const body = volumeFor(claim, storageClass, zoneFor(claim, storageClass, selected, nodes.values()));
  return { requests: [{ verb: 'create', kind: 'PersistentVolume', namespace: '', name: '', body }], memory: claim };
}

/** Source: sig-storage-lib-external-provisioner controller.go: shouldDelete. */
function isToGo({ metadata, spec, status }: PersistentVolume): boolean {
  if (metadata.annotations?.[PROVISIONED_BY] === undefined) return false;
  if (metadata.deletionTimestamp !== undefined && !(metadata.finalizers ?? []).includes(DISK_FINALIZER)) return false;
  return status.phase === 'Released' && spec.persistentVolumeReclaimPolicy === 'Delete';
}

/** The disk goes first, once no node has it any more; then the volume. */
function destroy(world: StorageDriverWorld, name: string): SyncStep {
  const volume = kcmLister<PersistentVolume>(world, 'PersistentVolume').get(name);
  if (volume === undefined || !isToGo(volume) || isAttached(world, name)) return SYNC_DONE;
  const afterUs = remainingUs(world, 'diskDelete', name);
  if (afterUs > 0) return { requests: [], outcome: { afterUs } };
  if (volume.metadata.deletionTimestamp !== undefined) return withoutDisk(volume);
  const { uid } = volume.metadata;
  return { requests: [{ verb: 'delete', kind: 'PersistentVolume', namespace: '', name, uid }], memory: DELETED };
}

function isAttached(world: StorageDriverWorld, volumeName: string): boolean {
  for (const { spec } of kcmLister<VolumeAttachment>(world, 'VolumeAttachment').values()) {
    if (spec.source.persistentVolumeName === volumeName) return true;
  }
  return false;
}

/** Lets the object of a volume go whose disk is gone. */
function withoutDisk(volume: PersistentVolume): SyncStep {
  const { metadata } = volume;
  const { name, resourceVersion } = metadata;
  const finalizers = (metadata.finalizers ?? []).filter((other) => other !== DISK_FINALIZER);
  const body = { ...volume, metadata: { ...metadata, finalizers } };
  return { requests: [{ verb: 'update', kind: 'PersistentVolume', namespace: '', name, resourceVersion, body }] };
}
