import type { Change, Listeners } from '../api/informers.js';
import type { KubernetesObject } from '../api/objects/meta.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageCapacity,
  StorageClass,
  StorageDriver,
  StorageNode,
  VolumeAttachment,
} from '../api/objects/storage.js';
import { type ObjectKey, objectKey } from '../api/store.js';
import type { ClusterState } from './cluster.js';
import type { ClusterEvent } from './cluster-event.js';
import { proceed } from './cycle.js';
import { happen } from './happen.js';
import { SCHEDULER, type SchedulerWorld } from './world.js';

/** Kinds that the volume plugins look at, as kept in the cluster, and how their changes are told. */
export function listenToStorage<W extends SchedulerWorld>(listeners: Listeners<W>): void {
  keep<W, PersistentVolumeClaim>(listeners, 'PersistentVolumeClaim', 'claims', (before, object) => {
    return { type: 'Claim', before, object };
  });
  keep<W, PersistentVolume>(listeners, 'PersistentVolume', 'volumes', (before, object) => {
    return { type: 'Volume', before, object };
  });
  keep<W, StorageClass>(listeners, 'StorageClass', 'storageClasses', (before, object) => {
    return { type: 'StorageClass', before, object };
  });
  keep<W, StorageNode>(listeners, 'CSINode', 'storageNodes', (before, object) => {
    return { type: 'StorageNode', before, object };
  });
  keep<W, StorageDriver>(listeners, 'CSIDriver', 'storageDrivers', (before, object) => {
    return { type: 'StorageDriver', before, object };
  });
  keep<W, StorageCapacity>(listeners, 'CSIStorageCapacity', 'storageCapacities', (before, object) => {
    return { type: 'StorageCapacity', before, object };
  });
  listeners.on<VolumeAttachment>(SCHEDULER, 'VolumeAttachment', onAttachment);
}

type Kept = 'claims' | 'volumes' | 'storageClasses' | 'storageNodes' | 'storageDrivers' | 'storageCapacities';

/** No volume plugin listens to deletions of these. */
function keep<W extends SchedulerWorld, T extends KubernetesObject>(
  listeners: Listeners<W>,
  kind: string,
  place: Kept,
  eventOf: (before: T | undefined, object: T) => ClusterEvent,
): void {
  listeners.on<T>(SCHEDULER, kind, (world, { type, object, before }) => {
    const { cluster } = world.scheduler;
    const kept = cluster[place] as unknown as Map<ObjectKey, T>;
    const key = objectKey(object);
    cluster.version += 1;
    if (type === 'deleted') kept.delete(key);
    else {
      kept.set(key, object);
      happen(world, eventOf(type === 'added' ? undefined : before, object));
    }
    proceed(world);
  });
}

function onAttachment(world: SchedulerWorld, { type, object }: Change<VolumeAttachment>): void {
  const { cluster } = world.scheduler;
  cluster.version += 1;
  if (type === 'deleted') {
    dropAttachment(cluster, object);
    happen(world, { type: 'AttachmentDelete', object });
  } else {
    const { nodeName } = object.spec;
    const ofNode = cluster.attachments.get(nodeName);
    if (ofNode === undefined) cluster.attachments.set(nodeName, new Map([[object.metadata.name, object]]));
    else ofNode.set(object.metadata.name, object);
  }
  proceed(world);
}

function dropAttachment({ attachments }: ClusterState, { metadata, spec }: VolumeAttachment): void {
  const ofNode = attachments.get(spec.nodeName);
  ofNode?.delete(metadata.name);
  if (ofNode?.size === 0) attachments.delete(spec.nodeName);
}
