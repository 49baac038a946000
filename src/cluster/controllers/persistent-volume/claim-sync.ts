import type { Micros } from '../../../kernel/time.js';
import type { SyncOutcome } from '../../api/controller-loop.js';
import {
  BETA_STORAGE_PROVISIONER,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  NO_PROVISIONER,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  storageClassOf,
} from '../../api/claims.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/objects/storage.js';
import { compareQuantities, quantity } from '../../api/quantity.js';
import { RequestRefused, type Story, tell } from '../../api/sync-story.js';
import { hasAccessModes, isBoundToClaim } from '../../api/volume-matching.js';
import { bind, withAnnotations, write, writeClaimPhase } from './writes.js';

/** What the binder looks at for one claim. */
export interface ClaimView {
  readonly claim: PersistentVolumeClaim;
  /** The volume that the claim names, or the best one that it may have. */
  readonly volume: PersistentVolume | undefined;
  readonly storageClass: StorageClass | undefined;
  /** The class that a claim without one would get now. */
  readonly defaultClass: string | undefined;
  /** Names of pods that mount the claim and have no node yet. */
  readonly waitingPods: readonly string[];
  /** When all claims are looked at again. */
  readonly resyncUs: Micros;
}

/**
 * One look at a claim. What does not settle it is left to the next round of all claims: the binder retries nothing by itself.
 * Source: kubernetes v1.36.3 pkg/controller/volume/persistentvolume/pv_controller.go: syncClaim; reference/control-loops.md 5.1.
 */
export function* syncClaim(view: ClaimView): Story<SyncOutcome> {
  const { claim } = view;
  try {
    const isSettled =
      claim.metadata.annotations?.[BIND_COMPLETED] === undefined
        ? yield* syncUnbound(view)
        : yield* syncBound(claim, view.volume);
    if (isSettled) return {};
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
  }
  return { afterUs: view.resyncUs };
}

function* syncUnbound(view: ClaimView): Story<boolean> {
  const { claim, volume } = view;
  if (claim.spec.volumeName !== undefined && claim.spec.volumeName !== '') {
    return yield* syncNamed(claim, volume);
  }
  if (volume !== undefined) {
    yield* bind(volume, claim);
    return true;
  }
  const { defaultClass, storageClass } = view;
  if (defaultClass !== undefined) {
    yield* write({ ...claim, spec: { ...claim.spec, storageClassName: defaultClass } });
    return true; // its own change brings it back
  }
  if (storageClass !== undefined && waitsForConsumer(claim, storageClass)) {
    yield* tellOfWait(view);
  } else if (storageClassOf(claim) !== '') {
    yield* provision(claim, storageClass);
    return false;
  } else {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    yield* tell(claim, 'Normal', 'FailedBinding', message);
  }
  yield* writeClaimPhase(claim, 'Pending');
  return false;
}

/** Does the claim wait until the scheduler has chosen a node for its first pod? Source: IsDelayBindingProvisioning. */
export function waitsForConsumer({ metadata }: PersistentVolumeClaim, { volumeBindingMode }: StorageClass): boolean {
  return volumeBindingMode === 'WaitForFirstConsumer' && metadata.annotations?.[SELECTED_NODE] === undefined;
}

/** Source: pv_controller.go: emitEventForUnboundDelayBindingClaim. */
function* tellOfWait({ claim, waitingPods }: ClaimView): Story<undefined> {
  if (waitingPods.length === 0) {
    const message = 'waiting for first consumer to be created before binding';
    return yield* tell(claim, 'Normal', 'WaitForFirstConsumer', message);
  }
  const pods = waitingPods.length === 1 ? `pod ${waitingPods[0]}` : `pods ${waitingPods.join(',')}`;
  return yield* tell(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${pods} to be scheduled`);
}

/** Who makes the volumes of the class is told by an annotation. Source: pv_controller.go: provisionClaim. */
function* provision(claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): Story<undefined> {
  if (storageClass === undefined) {
    const message = `storageclass.storage.k8s.io "${storageClassOf(claim)}" not found`;
    return yield* tell(claim, 'Warning', 'ProvisioningFailed', message);
  }
  const { provisioner } = storageClass;
  if (provisioner === NO_PROVISIONER) {
    return yield* tell(claim, 'Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`);
  }
  if (claim.metadata.annotations?.[STORAGE_PROVISIONER] !== provisioner) {
    const names = { [BETA_STORAGE_PROVISIONER]: provisioner, [STORAGE_PROVISIONER]: provisioner };
    claim = yield* write(withAnnotations(claim, names));
  }
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system ` +
    'administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
  return yield* tell(claim, 'Normal', 'ExternalProvisioning', message);
}

/** The claim names its volume, by its maker's will or because the binder stopped half-way. */
function* syncNamed(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): Story<boolean> {
  if (volume === undefined) {
    yield* writeClaimPhase(claim, 'Pending');
    return false;
  }
  const { claimRef } = volume.spec;
  const { name } = volume.metadata;
  const isOurs = claimRef !== undefined && isBoundToClaim(volume, claim);
  const mismatch = claimRef === undefined ? mismatchOf(volume, claim) : undefined;
  if (isOurs || (claimRef === undefined && mismatch === undefined)) {
    yield* bind(volume, claim);
    return true;
  }
  if (mismatch !== undefined) {
    yield* tell(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${mismatch}`);
  } else if (claim.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined) {
    yield* tell(claim, 'Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`);
  }
  yield* writeClaimPhase(claim, 'Pending');
  return false;
}

/** Source: pv_controller.go: checkVolumeSatisfyClaim. */
function mismatchOf(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const requested = quantity(claim.spec.resources?.requests?.['storage'] ?? 0);
  if (compareQuantities(quantity(volume.spec.capacity?.['storage'] ?? 0), requested) < 0) {
    return 'requested PV is too small';
  }
  if (storageClassOf(volume) !== storageClassOf(claim)) return 'storageClassName does not match';
  const { volumeMode = 'Filesystem' } = claim.spec;
  if (volumeMode !== (volume.spec.volumeMode ?? 'Filesystem')) return 'incompatible volumeMode';
  return hasAccessModes(volume, claim) ? undefined : 'incompatible accessMode';
}

/** A claim that was bound once keeps its volume or is lost. Source: pv_controller.go: syncBoundClaim. */
function* syncBound(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): Story<boolean> {
  if (claim.spec.volumeName === undefined || claim.spec.volumeName === '') {
    return yield* lose(
      claim,
      'ClaimLost',
      'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
    );
  }
  if (volume === undefined) {
    return yield* lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  }
  const { claimRef } = volume.spec;
  if (claimRef !== undefined && claimRef.uid !== claim.metadata.uid) {
    const message = 'Two claims are bound to the same volume, this one is bound incorrectly';
    return yield* lose(claim, 'ClaimMisbound', message);
  }
  yield* bind(volume, claim);
  return true;
}

function* lose(claim: PersistentVolumeClaim, reason: string, message: string): Story<boolean> {
  if (claim.status.phase === 'Lost') return true;
  yield* writeClaimPhase(claim, 'Lost');
  yield* tell(claim, 'Warning', reason, message);
  return true;
}
