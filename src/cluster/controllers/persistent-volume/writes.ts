import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from '../../api/claims.js';
import type { KubernetesObject, StringMap } from '../../api/objects/meta.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/objects/storage.js';
import { sameData } from '../../api/patch.js';
import { compareQuantities, quantity } from '../../api/quantity.js';
import { note, send, type Story } from '../../api/sync-story.js';
import { isBoundToClaim } from '../../api/volume-matching.js';

/** Writes an object, or its status; the binder keeps what the server answers. */
export function* write<T extends KubernetesObject>(object: T, subresource?: 'status'): Story<T> {
  const { kind, metadata } = object;
  const { namespace, name, resourceVersion } = metadata;
  const request = { verb: 'update', kind, namespace, name, resourceVersion, body: object } as const;
  const stored = yield* send(subresource === undefined ? request : { ...request, subresource });
  yield* note(stored);
  return stored as T;
}

export function withAnnotations<T extends KubernetesObject>(object: T, annotations: StringMap): T {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

function hasAnnotation({ metadata }: KubernetesObject, name: string): boolean {
  return metadata.annotations?.[name] !== undefined;
}

/**
 * Binds a volume and a claim to each other in up to four writes, each left out if there is nothing to change: so a binding that
 * was interrupted goes on where it stopped. Source: pv_controller.go: bind.
 */
export function* bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Story<undefined> {
  const reserved = yield* reserveVolume(volume, claim);
  const bound = yield* writeVolumePhase(reserved, 'Bound');
  const named = yield* nameVolume(claim, bound);
  yield* writeClaimPhase(named, 'Bound', bound);
  return undefined;
}

/** Source: pv_helpers.go: GetBindVolumeToClaim. */
function* reserveVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): Story<PersistentVolume> {
  const { namespace, name, uid } = claim.metadata;
  const isOurs = isBoundToClaim(volume, claim);
  if (isOurs && volume.spec.claimRef?.uid === uid) return volume;
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid };
  const claimed = { ...volume, spec: { ...volume.spec, claimRef } };
  return yield* write(isOurs ? claimed : withAnnotations(claimed, { [BOUND_BY_CONTROLLER]: 'yes' }));
}

/** Source: pv_controller.go: updateVolumePhase. */
export function* writeVolumePhase(
  volume: PersistentVolume,
  phase: NonNullable<PersistentVolume['status']['phase']>,
  message?: string,
): Story<PersistentVolume> {
  if (volume.status.phase === phase) return volume;
  return yield* write({ ...volume, status: message === undefined ? { phase } : { phase, message } }, 'status');
}

/** Source: pv_controller.go: bindClaimToVolume. */
function* nameVolume(claim: PersistentVolumeClaim, volume: PersistentVolume): Story<PersistentVolumeClaim> {
  const volumeName = volume.metadata.name;
  const isNamed = claim.spec.volumeName === volumeName;
  if (isNamed && hasAnnotation(claim, BIND_COMPLETED)) return claim;
  const named = { ...claim, spec: { ...claim.spec, volumeName } };
  const byUs = isNamed || hasAnnotation(claim, BOUND_BY_CONTROLLER) ? {} : { [BOUND_BY_CONTROLLER]: 'yes' };
  return yield* write(withAnnotations(named, { ...byUs, [BIND_COMPLETED]: 'yes' }));
}

/** Source: pv_controller.go: updateClaimStatus. */
export function* writeClaimPhase(
  claim: PersistentVolumeClaim,
  phase: 'Pending' | 'Bound' | 'Lost',
  volume?: PersistentVolume,
): Story<PersistentVolumeClaim> {
  const { accessModes = [], capacity = {} } = volume?.spec ?? {};
  const before = claim.status;
  const hasSize =
    volume === undefined ||
    (before.capacity !== undefined &&
      compareQuantities(quantity(before.capacity['storage'] ?? 0), quantity(capacity['storage'] ?? 0)) === 0);
  if (before.phase === phase && hasSize && sameData(before.accessModes ?? [], accessModes)) return claim;
  const status = volume === undefined ? { phase } : { phase, accessModes, capacity };
  return yield* write({ ...claim, status }, 'status');
}

/** A volume is nobody's any more: as the binder claimed it, or for whoever has the name that its maker gave. Source: unbindVolume. */
export function* unbindVolume(volume: PersistentVolume): Story<undefined> {
  const { claimRef, ...spec } = volume.spec;
  const { [BOUND_BY_CONTROLLER]: byUs, ...annotations } = volume.metadata.annotations ?? {};
  const unbound: PersistentVolume =
    byUs === undefined
      ? { ...volume, spec: { ...spec, claimRef: { ...claimRef!, uid: '' } } }
      : { ...volume, metadata: { ...volume.metadata, annotations }, spec };
  yield* writeVolumePhase(yield* write(unbound), 'Available');
  return undefined;
}
