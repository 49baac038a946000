import { SECOND_US, type Micros } from '../../../kernel/time.js';
import { defaultClass, lacksClass, storageClassOf } from '../../api/claims.js';
import { type Controllers, enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { claimUsers, KCM, kcmLister } from '../../api/kcm.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/objects/storage.js';
import { objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { type ClaimView, syncClaim, waitsForConsumer } from './claim-sync.js';
import { volumeForClaim } from './matching.js';
import {
  caughtUp,
  claimKeyOf,
  indexVolume,
  keepWritten,
  known,
  type PersistentVolumeWorld,
  unindexVolume,
  volumesFor,
} from './state.js';
import { CLAIM_IS_NEXT, syncVolume, type VolumeView } from './volume-sync.js';

/** kubernetes v1.36.3 pkg/controller/volume/persistentvolume/pv_controller_base.go: Run */
const WORKERS = 1;
/** All claims and volumes are looked at so often; here, those alone that time could help. cmd/kube-controller-manager: PVClaimBinderSyncPeriod. */
const RESYNC_US = 15 * SECOND_US;

/**
 * The binder of claims and volumes: one worker for each, one client for both.
 * Source: kubernetes v1.36.3 pkg/controller/volume/persistentvolume; reference/control-loops.md 5.1.
 */
export function registerPersistentVolume<W extends PersistentVolumeWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const claims = controllers.add({
    name: 'persistentvolume-controller',
    workers: WORKERS,
    maximumRetries: 0,
    sync: (world, key) => {
      const claim = known<PersistentVolumeClaim>(world, 'PersistentVolumeClaim', key);
      return claim === undefined ? SYNC_DONE : beginStory(world, claimTeller, claimView(world, claim));
    },
    resume: (world, _key, memory, results) => resumeStory(world, claimTeller, memory, results),
  });
  const volumes = controllers.add({
    name: 'persistentvolume-controller/volumes',
    workers: WORKERS,
    maximumRetries: 0,
    sharesClientOf: claims,
    sync: (world, key) => {
      const volume = known<PersistentVolume>(world, 'PersistentVolume', key);
      return volume === undefined ? SYNC_DONE : beginStory(world, volumeTeller, volumeView(world, volume));
    },
    resume: (world, _key, memory, results) => resumeStory(world, volumeTeller, memory, results),
  });
  const keep = (world: PersistentVolumeWorld, note: unknown): void =>
    keepWritten(world.controllers.persistentVolume, note as KubernetesObject);
  const claimTeller = {
    controllerId: claims,
    story: syncClaim,
    onNote: (world: PersistentVolumeWorld, _view: ClaimView, note: unknown): void => keep(world, note),
  };
  const volumeTeller = {
    controllerId: volumes,
    story: syncVolume,
    onNote: (world: PersistentVolumeWorld, { claim }: VolumeView, note: unknown): void => {
      if (note === CLAIM_IS_NEXT) enqueue(world, claims, objectKey(claim!));
      else keep(world, note);
    },
  };
  listeners.on<PersistentVolumeClaim>(KCM, 'PersistentVolumeClaim', (world, { type, object }) => {
    caughtUp(world.controllers.persistentVolume, object, type === 'deleted');
    const { volumeName = '' } = object.spec;
    if (type !== 'deleted') enqueue(world, claims, objectKey(object));
    else if (volumeName !== '') enqueue(world, volumes, volumeName);
  });
  listeners.on<PersistentVolume>(KCM, 'PersistentVolume', (world, { type, object }) => {
    const state = world.controllers.persistentVolume;
    const { name } = object.metadata;
    caughtUp(state, object, type === 'deleted');
    if (type !== 'deleted') {
      indexVolume(state, known<PersistentVolume>(world, 'PersistentVolume', name)!);
      enqueue(world, volumes, name);
      return;
    }
    unindexVolume(state, name);
    const claim = claimKeyOf(object);
    if (claim !== undefined) enqueue(world, claims, claim);
  });
}

/** Time to the next look at everything. */
function resyncUs({ kernel }: PersistentVolumeWorld): Micros {
  return RESYNC_US - (kernel.now % RESYNC_US);
}

function claimView(world: PersistentVolumeWorld, claim: PersistentVolumeClaim): ClaimView {
  const classes = kcmLister<StorageClass>(world, 'StorageClass');
  const storageClass = classes.get(storageClassOf(claim));
  const { volumeName = '' } = claim.spec;
  const delays = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const volume =
    volumeName === ''
      ? volumeForClaim(claim, volumesFor(world, claim), delays)
      : known<PersistentVolume>(world, 'PersistentVolume', volumeName);
  const waits = volume === undefined && storageClass !== undefined && waitsForConsumer(claim, storageClass);
  return {
    claim,
    volume,
    storageClass,
    defaultClass: lacksClass(claim) ? defaultClass(classes.values())?.metadata.name : undefined,
    waitingPods: waits ? waitingPods(world, claim) : [],
    resyncUs: resyncUs(world),
  };
}

/** Source: pv_controller.go: findNonScheduledPodsByPVC. */
function waitingPods(world: PersistentVolumeWorld, claim: PersistentVolumeClaim): string[] {
  const users = claimUsers(world, claim);
  return users.filter((pod) => pod.spec.nodeName === undefined).map((pod) => pod.metadata.name);
}

function volumeView(world: PersistentVolumeWorld, volume: PersistentVolume): VolumeView {
  const key = claimKeyOf(volume);
  const named = key === undefined ? undefined : known<PersistentVolumeClaim>(world, 'PersistentVolumeClaim', key);
  const claim = named?.metadata.uid === volume.spec.claimRef?.uid ? named : undefined;
  return { volume, claim, resyncUs: resyncUs(world) };
}
