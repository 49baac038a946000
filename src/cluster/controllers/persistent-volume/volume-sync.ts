import type { Micros } from '../../../kernel/time.js';
import type { SyncOutcome } from '../../api/controller-loop.js';
import { PROVISIONED_BY } from '../../api/claims.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/objects/storage.js';
import { note, RequestRefused, type Story, tell } from '../../api/sync-story.js';
import { unbindVolume, writeVolumePhase } from './writes.js';

/** What the binder looks at for one volume. */
export interface VolumeView {
  readonly volume: PersistentVolume;
  /** The claim that it names, if that is still the same. */
  readonly claim: PersistentVolumeClaim | undefined;
  readonly resyncUs: Micros;
}

/** Asks for a look at the claim, which goes on with its binding. */
export const CLAIM_IS_NEXT = 'claim';

/** One look at a volume. Source: kubernetes v1.36.3 pkg/controller/volume/persistentvolume/pv_controller.go: syncVolume. */
export function* syncVolume({ volume, claim, resyncUs }: VolumeView): Story<SyncOutcome> {
  try {
    yield* settle(volume, claim);
    return {};
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    return { afterUs: resyncUs };
  }
}

function* settle(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): Story<undefined> {
  const { claimRef } = volume.spec;
  if (claimRef === undefined || (claimRef.uid ?? '') === '') {
    yield* writeVolumePhase(volume, 'Available');
    return undefined;
  }
  if (claim === undefined) {
    return yield* release(volume);
  }
  const { volumeName = '' } = claim.spec;
  if (volumeName === '') yield* note(CLAIM_IS_NEXT);
  else if (volumeName === volume.metadata.name) yield* writeVolumePhase(volume, 'Bound');
  else if (volume.metadata.annotations?.[PROVISIONED_BY] !== undefined && policyOf(volume) === 'Delete') {
    return yield* release(volume); // made for a claim that has got another one
  } else yield* unbindVolume(volume);
  return undefined;
}

function policyOf({ spec }: PersistentVolume): string {
  return spec.persistentVolumeReclaimPolicy ?? 'Retain';
}

/** The claim has gone. What then becomes of the volume is for whoever made it. Source: pv_controller.go: reclaimVolume. */
function* release(volume: PersistentVolume): Story<undefined> {
  const { phase } = volume.status;
  const released = phase === 'Failed' ? volume : yield* writeVolumePhase(volume, 'Released');
  if (policyOf(volume) !== 'Delete' || phase === 'Failed') return undefined;
  if (volume.metadata.annotations?.[PROVISIONED_BY] !== undefined) return undefined;
  const { name } = volume.metadata;
  const message = `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`;
  yield* writeVolumePhase(released, 'Failed', message);
  return yield* tell(volume, 'Warning', 'VolumeFailedDelete', message);
}
