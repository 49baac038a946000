import { sample } from '../../kernel/distributions.js';
import type { Handlers } from '../../kernel/events.js';
import { drawsOnce } from '../../kernel/random.js';
import { schedule } from '../../kernel/simulation.js';
import { MILLISECOND_US, type Micros, SECOND_US } from '../../kernel/time.js';
import { attachmentName, claimNamesOf } from '../api/claims.js';
import { type Listeners, lister, openInformer } from '../api/informers.js';
import type { Pod, Volume } from '../api/objects/pod.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageDriver,
  VolumeAttachment,
} from '../api/objects/storage.js';
import { keyOf, type ObjectKey, objectKey, stored } from '../api/store.js';
import type { ApiWorld } from '../api/world.js';
import { NodesEvent } from './events.js';
import { podEvent } from './kubelet-events.js';
import { FAILED_SYNC_US } from './sync-end.js';
import { recordOf } from './pod-table.js';
import type { NodesWorld } from './world.js';

/** The pod worker looks at its volumes at once, then every so often, and gives up after so long (kubernetes v1.36.3 pkg/kubelet/volumemanager/volume_manager.go). */
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
  if (claimFaults(world, podIndex).length > 0) {
    schedule(world, VOLUME_POLL_US, NodesEvent.MountFailed, podIndex, plan);
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
  handlers.on(NodesEvent.MountFailed, (world, podIndex, plan) => {
    if (world.nodes.pods.plan[podIndex] !== plan) return;
    const faults = claimFaults(world, podIndex);
    if (faults.length === 0) return mountVolumes(world, podIndex);
    podEvent(world, podIndex, 'Warning', 'FailedMount', faultMessage(world, podIndex, faults));
    retryLater(world, podIndex, plan);
  });
  handlers.on(NodesEvent.MountTimedOut, (world, podIndex, plan) => {
    if (world.nodes.disks.waiting.get(podIndex)?.plan !== plan || world.nodes.pods.plan[podIndex] !== plan) return;
    world.nodes.disks.waiting.delete(podIndex);
    retryLater(world, podIndex, plan); // without a word (kubelet.go: SyncPod)
  });
  handlers.on(NodesEvent.MountRetried, (world, podIndex, plan) => {
    if (world.nodes.pods.plan[podIndex] === plan) mountVolumes(world, podIndex);
  });
}

function retryLater(world: NodesWorld, podIndex: number, plan: number): void {
  const { jitter } = recordOf(world, podIndex).containers[0]!.times;
  schedule(world, Math.ceil(FAILED_SYNC_US * jitter), NodesEvent.MountRetried, podIndex, plan);
}

interface ClaimFault {
  readonly volume: string;
  readonly message: string;
}

/**
 * The volumes of a pod whose claims cannot be followed to a disk: the worker's second look finds out and fails.
 * Source: kubernetes v1.36.3 pkg/kubelet/volumemanager: createVolumeSpec, verifyVolumesMountedFunc.
 */
function claimFaults(world: NodesWorld, podIndex: number): ClaimFault[] {
  const { pod } = recordOf(world, podIndex);
  const { namespace } = pod.metadata;
  const names = claimNamesOf(pod);
  return claimVolumesOf(pod).flatMap((volume, index) => {
    const name = names[index]!;
    const fault = claimFault(world, keyOf(namespace, name), name);
    return fault === undefined ? [] : [{ volume, message: `error processing PVC ${namespace}/${name}: ${fault}` }];
  });
}

function claimFault(world: NodesWorld, key: ObjectKey, name: string): string | undefined {
  const claim = stored<PersistentVolumeClaim>(world, 'PersistentVolumeClaim', key);
  if (claim === undefined) return `failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`;
  if (claim.metadata.deletionTimestamp !== undefined) return 'PVC is being deleted';
  if (claim.status.phase !== 'Bound') return 'PVC is not bound';
  const { volumeName = '' } = claim.spec;
  if (volumeName === '') return 'PVC has empty pvc.Spec.VolumeName';
  if (stored(world, 'PersistentVolume', volumeName) !== undefined) return undefined;
  return `failed to fetch PV ${volumeName} from API server: persistentvolumes "${volumeName}" not found`;
}

function faultMessage(world: NodesWorld, podIndex: number, faults: readonly ClaimFault[]): string {
  const { pod } = recordOf(world, podIndex);
  const failed = faults.map(({ volume }) => volume);
  const keys = claimKeysOf(world, podIndex);
  const unmounted = claimVolumesOf(pod);
  const unattached = unmounted.filter(
    (name, index) => !failed.includes(name) && !isThere(world, podIndex, keys[index]!),
  );
  const [all, missing, unprocessed] = [unmounted, unattached, failed].map((names) => [...names].sort().join(' '));
  const errors = [...new Set(faults.map(({ message }) => message))].sort().join('; ');
  return `Unable to attach or mount volumes: unmounted volumes=[${all}], unattached volumes=[${missing}], failed to process volumes=[${unprocessed}]: ${errors}`;
}

/** Names of the volumes of a pod that claims stand for, in the order of `claimNamesOf`. */
function claimVolumesOf({ spec }: Pod): string[] {
  const isClaim = (volume: Volume): boolean =>
    volume['persistentVolumeClaim'] !== undefined || volume['ephemeral'] !== undefined;
  return (spec.volumes ?? []).filter(isClaim).map(({ name }) => name);
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
  return claimKeysOf(world, podIndex).every((key) => isThere(world, podIndex, key));
}

function isThere(world: NodesWorld, podIndex: number, claimKey: ObjectKey): boolean {
  const { pods, hosts, disks } = world.nodes;
  const claim = lister<PersistentVolumeClaim>(world, disks.informers.PersistentVolumeClaim).get(claimKey);
  if (claim?.status.phase !== 'Bound') return false;
  const volume = lister<PersistentVolume>(world, disks.informers.PersistentVolume).get(claim.spec.volumeName ?? '');
  return volume !== undefined && isAttached(world, volume, hosts.names[pods.node[podIndex]!]!);
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
