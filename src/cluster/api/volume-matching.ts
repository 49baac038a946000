import { storageClassOf } from './claims.js';
import { matchesNodeTerm } from './node-affinity.js';
import type { Node } from './objects/node.js';
import type { PersistentVolume, PersistentVolumeClaim } from './objects/storage.js';
import { compareQuantities, quantity } from './quantity.js';
import { matchesSelector } from './selectors.js';

/**
 * The volume that suits a claim best: one that is bound to it beforehand, else the smallest one that is available and big enough;
 * the first of equal size. With a node, as the scheduler looks for it: the volume must be reachable from there. Without one, as the
 * binder does, which leaves access modes to its caller, and a claim that waits for its first consumer to the scheduler.
 * Source: kubernetes v1.36.3 k8s.io/component-helpers storage/volume/pv_helpers.go: FindMatchingVolume.
 */
export function matchingVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  place: { readonly node: Node } | { readonly waitsForConsumer: boolean },
): PersistentVolume | undefined {
  let smallest: PersistentVolume | undefined;
  for (const volume of volumes) {
    const isForClaim = isBoundToClaim(volume, claim);
    if (!couldServe(volume, claim) || (volume.spec.claimRef !== undefined && !isForClaim)) continue;
    const isReachable = 'waitsForConsumer' in place || isReachableFrom(volume, place.node);
    if (isForClaim) return isReachable ? volume : undefined;
    if (!isReachable || !isFreeFor(volume, claim)) continue;
    if ('waitsForConsumer' in place ? place.waitsForConsumer : !hasAccessModes(volume, claim)) continue;
    if (smallest === undefined || compareQuantities(sizeOf(volume), sizeOf(smallest)) < 0) smallest = volume;
  }
  return smallest;
}

/** Was the volume given to this claim, by whoever made either, or by the binder? Source: IsVolumeBoundToClaim. */
export function isBoundToClaim({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { claimRef } = spec;
  if (claimRef === undefined || claimRef.name !== metadata.name || claimRef.namespace !== metadata.namespace)
    return false;
  return (claimRef.uid ?? '') === '' || claimRef.uid === metadata.uid;
}

/** What even a volume that is bound to the claim must have. */
export function couldServe({ metadata, spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { volumeMode = 'Filesystem', volumeAttributesClassName = '', capacity } = spec;
  const requested = quantity(claim.spec.resources?.requests?.['storage'] ?? 0);
  return (
    compareQuantities(quantity(capacity?.['storage'] ?? 0), requested) >= 0 &&
    volumeMode === (claim.spec.volumeMode ?? 'Filesystem') &&
    volumeAttributesClassName === (claim.spec.volumeAttributesClassName ?? '') &&
    metadata.deletionTimestamp === undefined
  );
}

function isFreeFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { selector } = claim.spec;
  if (volume.status.phase !== 'Available' || storageClassOf(volume) !== storageClassOf(claim)) return false;
  return selector === undefined || matchesSelector(selector, volume.metadata.labels);
}

function sizeOf({ spec }: PersistentVolume): ReturnType<typeof quantity> {
  return quantity(spec.capacity?.['storage'] ?? 0);
}

/** Source: CheckNodeAffinity. */
export function isReachableFrom({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec.nodeAffinity?.required;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesNodeTerm(term, node));
}

/** Does the volume offer every access mode that the claim asks for? Source: CheckAccessModes. */
export function hasAccessModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const offered = volume.spec.accessModes ?? [];
  return (claim.spec.accessModes ?? []).every((mode) => offered.includes(mode));
}
