import { sample } from '../../kernel/distributions.js';
import type { Handlers } from '../../kernel/events.js';
import { drawsOnce } from '../../kernel/random.js';
import { schedule } from '../../kernel/simulation.js';
import { MILLISECOND_US, type Micros, SECOND_US } from '../../kernel/time.js';
import { attachmentName, claimNamesOf } from '../api/claims.js';
import { type Listeners, lister, openInformer } from '../api/informers.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageDriver,
  VolumeAttachment,
} from '../api/objects/storage.js';
import { keyOf, type ObjectKey, objectKey } from '../api/store.js';
import type { ApiWorld } from '../api/world.js';
import { NodesEvent } from './events.js';
import { podEvent } from './kubelet-events.js';
import { FAILED_SYNC_US } from './sync-end.js';
import { recordOf } from './pod-table.js';
import type { NodesWorld } from './world.js';

/** The pod worker looks at its volumes at once, then every so often, and gives up after so long (kubernetes v1.36.3 pkg/kubelet/volumemanager). */
const VOLUME_POLL_US = 300 * MILLISECOND_US;
const MOUNT_TIMEOUT_US = 123 * SECOND_US;

const KUBELET = 'kubelet';
const WATCHED = ['PersistentVolumeClaim', 'PersistentVolume', 'VolumeAttachment', 'CSIDriver'] as const;

/** What the kubelets know of claims and disks. Each has a view of its own in Kubernetes; here they share one, a watch delay behind the store. */
export interface DisksState {
  readonly informers: Readonly<Record<(typeof WATCHED)[number], number>>;
  /** Pods whose disks are not there yet, with their plan and the time of their first look. */
  readonly waiting: Map<number, { readonly plan: number; readonly since: Micros }>;
  /** Those pods by the key of each claim they mount. */
  readonly byClaim: Map<ObjectKey, Set<number>>;
}

export function createDisks(world: ApiWorld): DisksState {
  const [claims, volumes, attachments, drivers] = WATCHED.map((kind) => openInformer(world, KUBELET, kind));
  return {
    informers: {
      PersistentVolumeClaim: claims!,
      PersistentVolume: volumes!,
      VolumeAttachment: attachments!,
      CSIDriver: drivers!,
    },
    waiting: new Map(),
    byClaim: new Map(),
  };
}

/** A pod's first look at its volumes. Those without disks are mounted in less than a poll, so that they are found at the second one. */
export function mountVolumes(world: NodesWorld, podIndex: number): void {
  const { pods, disks } = world.nodes;
  const { pod } = recordOf(world, podIndex);
  const plan = pods.plan[podIndex]!;
  if (claimNamesOf(pod).length === 0) {
    schedule(
      world,
      (pod.spec.volumes?.length ?? 0) > 0 ? VOLUME_POLL_US : 0,
      NodesEvent.VolumesMounted,
      podIndex,
      plan,
    );
    return;
  }
  disks.waiting.set(podIndex, { plan, since: world.kernel.now });
  for (const key of claimKeysOf(world, podIndex)) {
    const others = disks.byClaim.get(key);
    if (others === undefined) disks.byClaim.set(key, new Set([podIndex]));
    else others.add(podIndex);
  }
  schedule(world, MOUNT_TIMEOUT_US, NodesEvent.MountTimedOut, podIndex, plan);
  look(world, podIndex);
}

export function registerDisks<W extends NodesWorld>(handlers: Handlers<W>, listeners: Listeners<W>): void {
  listeners.on<PersistentVolumeClaim>(KUBELET, 'PersistentVolumeClaim', (world, { object }) => {
    lookAgain(world, objectKey(object));
  });
  listeners.on<PersistentVolume>(KUBELET, 'PersistentVolume', (world, { object }) => ofVolume(world, object));
  listeners.on<VolumeAttachment>(KUBELET, 'VolumeAttachment', (world, { object }) => {
    const { persistentVolumeName } = object.spec.source;
    const { informers } = world.nodes.disks;
    ofVolume(world, lister<PersistentVolume>(world, informers.PersistentVolume).get(persistentVolumeName));
  });
  handlers.on(NodesEvent.MountTimedOut, (world, podIndex, plan) => {
    if (world.nodes.disks.waiting.get(podIndex)?.plan !== plan || world.nodes.pods.plan[podIndex] !== plan) return;
    const missing = (recordOf(world, podIndex).pod.spec.volumes ?? [])
      .filter((volume) => volume['persistentVolumeClaim'] !== undefined || volume['ephemeral'] !== undefined)
      .map(({ name }) => name);
    const names = missing.join(' ');
    const message = `Unable to attach or mount volumes: unmounted volumes=[${names}], unattached volumes=[${names}], failed to process volumes=[]: context deadline exceeded`;
    podEvent(world, podIndex, 'Warning', 'FailedMount', message);
    schedule(world, FAILED_SYNC_US + MOUNT_TIMEOUT_US, NodesEvent.MountTimedOut, podIndex, plan);
  });
}

function ofVolume(world: NodesWorld, volume: PersistentVolume | undefined): void {
  const claimRef = volume?.spec.claimRef;
  if (claimRef !== undefined) lookAgain(world, keyOf(claimRef.namespace, claimRef.name));
}

/** Something has changed for those that mount a claim. */
function lookAgain(world: NodesWorld, claimKey: ObjectKey): void {
  const { pods, disks } = world.nodes;
  for (const podIndex of disks.byClaim.get(claimKey) ?? []) {
    const isWaiting = disks.waiting.get(podIndex)?.plan === pods.plan[podIndex];
    if (isWaiting) look(world, podIndex);
    else disks.waiting.delete(podIndex);
    if (!disks.waiting.has(podIndex)) disks.byClaim.get(claimKey)!.delete(podIndex);
  }
  if (disks.byClaim.get(claimKey)?.size === 0) disks.byClaim.delete(claimKey);
}

function claimKeysOf(world: NodesWorld, podIndex: number): ObjectKey[] {
  const { pod } = recordOf(world, podIndex);
  return claimNamesOf(pod).map((name) => keyOf(pod.metadata.namespace, name));
}

/** Mounts the disks of a pod once all are attached to its node; the worker finds them mounted at its next poll. */
function look(world: NodesWorld, podIndex: number): void {
  const { disks, parameters } = world.nodes;
  const { plan, since } = disks.waiting.get(podIndex)!;
  if (!areAttached(world, podIndex)) return;
  disks.waiting.delete(podIndex);
  const mountUs = sample(parameters.diskMount, drawsOnce(world, `${recordOf(world, podIndex).stream}/mount`));
  const elapsedUs = world.kernel.now - since;
  const polls = Math.ceil((elapsedUs + mountUs) / VOLUME_POLL_US);
  schedule(world, polls * VOLUME_POLL_US - elapsedUs, NodesEvent.VolumesMounted, podIndex, plan);
}

function areAttached(world: NodesWorld, podIndex: number): boolean {
  const { pods, hosts, disks } = world.nodes;
  const nodeName = hosts.names[pods.node[podIndex]!]!;
  const claims = lister<PersistentVolumeClaim>(world, disks.informers.PersistentVolumeClaim);
  return claimKeysOf(world, podIndex).every((key) => {
    const claim = claims.get(key);
    if (claim?.status.phase !== 'Bound') return false;
    const volume = lister<PersistentVolume>(world, disks.informers.PersistentVolume).get(claim.spec.volumeName ?? '');
    return volume !== undefined && isAttached(world, volume, nodeName);
  });
}

function isAttached(world: NodesWorld, { metadata, spec }: PersistentVolume, nodeName: string): boolean {
  const { informers } = world.nodes.disks;
  if (spec.csi === undefined) return true;
  const driver = lister<StorageDriver>(world, informers.CSIDriver).get(spec.csi.driver);
  if (driver?.spec.attachRequired === false) return true;
  const name = attachmentName(metadata.name, nodeName);
  const attachment = lister<VolumeAttachment>(world, informers.VolumeAttachment).get(name);
  return attachment?.status.attached === true && attachment.metadata.deletionTimestamp === undefined;
}
