import { uniform } from '../../../kernel/distributions.js';
import { MILLISECOND_US, type Micros } from '../../../kernel/time.js';
import { claimNamesOf } from '../../api/claims.js';
import { clientOf, type Controllers, enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import { recordEvent } from '../../api/event-recorder.js';
import type { Change, Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageDriver,
  VolumeAttachment,
} from '../../api/objects/storage.js';
import { keyOf, type ObjectKey, objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { type DiskNote, type DiskView, syncDisk } from './decide.js';

/** One loop goes through all disks so often (kubernetes v1.36.3 pkg/controller/volume/attachdetach: ReconcilerLoopPeriod); here each disk waits for its turn of it. */
const LOOP_PERIOD_US = 100 * MILLISECOND_US;
const WORKERS = 10;

/** The attach-detach controller's own memory. */
export interface AttachDetachState {
  /** By volume: nodes that need it no more, and since when they are known to. */
  readonly idleSince: Map<string, Map<string, Micros>>;
  /** By volume: pods (by uid) that were told that it is elsewhere. */
  readonly told: Map<string, string[]>;
  /** Pods with a node, by the key of each claim they mount. */
  readonly users: Map<ObjectKey, Map<ObjectKey, Pod>>;
  readonly attachments: Map<string, Map<string, VolumeAttachment>>;
}

export interface AttachDetachWorld extends KcmWorld {
  readonly controllers: { readonly attachDetach: AttachDetachState };
}

export function createAttachDetachState(): AttachDetachState {
  return { idleSince: new Map(), told: new Map(), users: new Map(), attachments: new Map() };
}

/** Attaches disks to the nodes of the pods that mount them. Source: kubernetes v1.36.3 pkg/controller/volume/attachdetach; reference/control-loops.md 5.2. */
export function registerAttachDetach<W extends AttachDetachWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'attachdetach-controller',
    workers: WORKERS,
    reaction: uniform(0, LOOP_PERIOD_US),
    sync: (world, name) => {
      const volume = kcmLister<PersistentVolume>(world, 'PersistentVolume').get(name);
      return volume === undefined ? SYNC_DONE : beginStory(world, teller, viewOf(world, volume));
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = {
    controllerId,
    story: syncDisk,
    onNote: (world: AttachDetachWorld, { volume }: DiskView, heard: unknown): void =>
      keepNote(world, volume.metadata.name, heard as DiskNote),
  };
  listeners.on<Pod>(KCM, 'Pod', (world, change) => observePod(world, controllerId, change));
  listeners.on<PersistentVolumeClaim>(KCM, 'PersistentVolumeClaim', (world, { type, object }) => {
    const { volumeName = '' } = object.spec;
    if (type !== 'deleted' && volumeName !== '') enqueue(world, controllerId, volumeName);
  });
  listeners.on<PersistentVolume>(KCM, 'PersistentVolume', (world, { type, object }) => {
    const { name } = object.metadata;
    const { idleSince, told } = world.controllers.attachDetach;
    if (type === 'added') enqueue(world, controllerId, name);
    if (type !== 'deleted') return;
    idleSince.delete(name);
    told.delete(name);
  });
  listeners.on<VolumeAttachment>(KCM, 'VolumeAttachment', (world, change) => {
    observeAttachment(world, controllerId, change);
  });
  listeners.on<Node>(KCM, 'Node', (world, { type, object, before }) => {
    if (type === 'modified' && before!.status.conditions === object.status.conditions && before!.spec === object.spec)
      return;
    for (const [volumeName, attachments] of world.controllers.attachDetach.attachments) {
      for (const { spec } of attachments.values()) {
        if (spec.nodeName === object.metadata.name) enqueue(world, controllerId, volumeName);
      }
    }
  });
}

/** A pod keeps its disks until it has ended or its object is gone: its kubelet unmounts them before that. */
function observePod(world: AttachDetachWorld, controllerId: number, { type, object }: Change<Pod>): void {
  const names = claimNamesOf(object);
  if (names.length === 0 || object.spec.nodeName === undefined) return;
  const { users } = world.controllers.attachDetach;
  const { phase } = object.status;
  const isOver = type === 'deleted' || phase === 'Succeeded' || phase === 'Failed';
  const key = objectKey(object);
  for (const name of names) {
    const claimKey = keyOf(object.metadata.namespace, name);
    const ofClaim = users.get(claimKey);
    if (!isOver && ofClaim?.has(key) === true) {
      ofClaim.set(key, object);
      continue;
    }
    if (!isOver) {
      if (ofClaim === undefined) users.set(claimKey, new Map([[key, object]]));
      else ofClaim.set(key, object);
    } else {
      ofClaim?.delete(key);
      if (ofClaim?.size === 0) users.delete(claimKey);
    }
    const claim = kcmLister<PersistentVolumeClaim>(world, 'PersistentVolumeClaim').get(claimKey);
    const { volumeName = '' } = claim?.spec ?? {};
    if (volumeName !== '') enqueue(world, controllerId, volumeName);
  }
}

function observeAttachment(
  world: AttachDetachWorld,
  controllerId: number,
  { type, object, before }: Change<VolumeAttachment>,
): void {
  const { attachments } = world.controllers.attachDetach;
  const volumeName = object.spec.source.persistentVolumeName;
  const key = objectKey(object);
  if (type === 'deleted') {
    attachments.get(volumeName)?.delete(key);
    if (attachments.get(volumeName)?.size === 0) attachments.delete(volumeName);
  } else {
    const others = attachments.get(volumeName);
    if (others === undefined) attachments.set(volumeName, new Map([[key, object]]));
    else others.set(key, object);
  }
  if (type === 'modified' && before?.status.attached !== true && object.status.attached) {
    const message = `AttachVolume.Attach succeeded for volume "${volumeName}"`;
    for (const pod of usersOf(world, volumeName)) {
      if (pod.spec.nodeName !== object.spec.nodeName) continue;
      recordEvent(world, clientOf(world, controllerId), pod, 'Normal', 'SuccessfulAttachVolume', message);
    }
  }
  enqueue(world, controllerId, volumeName);
}

function usersOf(world: AttachDetachWorld, volumeName: string): Pod[] {
  const claimRef = kcmLister<PersistentVolume>(world, 'PersistentVolume').get(volumeName)?.spec.claimRef;
  if (claimRef === undefined) return [];
  const claimKey = keyOf(claimRef.namespace, claimRef.name);
  const claim = kcmLister<PersistentVolumeClaim>(world, 'PersistentVolumeClaim').get(claimKey);
  if (claim?.spec.volumeName !== volumeName) return [];
  return [...(world.controllers.attachDetach.users.get(claimKey)?.values() ?? [])];
}

function viewOf(world: AttachDetachWorld, volume: PersistentVolume): DiskView {
  const { idleSince, told, attachments } = world.controllers.attachDetach;
  const { name } = volume.metadata;
  const held = [...(attachments.get(name)?.values() ?? [])];
  const nodes = new Map<string, Node>();
  for (const { spec } of held) {
    const node = kcmLister<Node>(world, 'Node').get(spec.nodeName);
    if (node !== undefined) nodes.set(spec.nodeName, node);
  }
  return {
    volume,
    users: isAttachable(world, volume) ? usersOf(world, name) : [],
    attachments: held,
    nodes,
    idleSince: new Map(idleSince.get(name)),
    told: told.get(name) ?? [],
    now: world.kernel.now,
  };
}

/** Disks of drivers are attached unless the driver's CSIDriver says that it needs none of it. */
function isAttachable(world: KcmWorld, { spec }: PersistentVolume): boolean {
  if (spec.csi === undefined) return false;
  return kcmLister<StorageDriver>(world, 'CSIDriver').get(spec.csi.driver)?.spec.attachRequired !== false;
}

function keepNote(world: AttachDetachWorld, volumeName: string, heard: DiskNote): void {
  const { idleSince, told } = world.controllers.attachDetach;
  if (heard.type === 'told') {
    told.set(volumeName, [...(told.get(volumeName) ?? []), heard.pod]);
    return;
  }
  const nodes = idleSince.get(volumeName) ?? new Map<string, Micros>();
  if (heard.type === 'needed') nodes.delete(heard.node);
  else if (!nodes.has(heard.node)) nodes.set(heard.node, world.kernel.now);
  if (nodes.size === 0) idleSince.delete(volumeName);
  else idleSince.set(volumeName, nodes);
}
