import type { PersistentVolume, PersistentVolumeClaim } from '../../api/objects/storage.js';
import { hasAccessModes, matchingVolume } from '../../api/volume-matching.js';

/**
 * The volume to which the binder binds a claim. Volumes are looked through by their set of access modes, the smallest sets with all that
 * the claim asks for first: a bigger volume with fewer modes goes before a smaller one with more.
 * Source: kubernetes v1.36.3 pkg/controller/volume/persistentvolume/index.go: findByClaim.
 */
export function volumeForClaim(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  waitsForConsumer: boolean,
): PersistentVolume | undefined {
  const bySet = new Map<string, PersistentVolume[]>();
  for (const volume of volumes) {
    if (!hasAccessModes(volume, claim)) continue;
    const set = [...new Set(volume.spec.accessModes)].sort().join(',');
    const alike = bySet.get(set);
    if (alike === undefined) bySet.set(set, [volume]);
    else alike.push(volume);
  }
  const modes = (set: string): number => set.split(',').length;
  const sets = [...bySet].sort(([left], [right]) => modes(left) - modes(right) || (left < right ? -1 : 1));
  for (const [, alike] of sets) {
    const found = matchingVolume(claim, alike, { waitsForConsumer });
    if (found !== undefined) return found;
  }
  return undefined;
}
