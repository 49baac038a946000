import type {
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeAttachment,
} from '../../../src/cluster/api/objects/storage.js';
import { collection } from '../../../src/cluster/api/store.js';
import type { Invariant } from './invariants.js';

/** A bound claim's volume is bound to that claim and to no other, and a disk for one node is attached to no two. */
export function disksHaveOneUser(): Invariant {
  return (world) => {
    const volumes = collection<PersistentVolume>(world, 'PersistentVolume');
    for (const { metadata, spec, status } of collection<PersistentVolumeClaim>(
      world,
      'PersistentVolumeClaim',
    ).values()) {
      if (status.phase !== 'Bound') continue;
      const claimRef = volumes.get(spec.volumeName!)?.spec.claimRef;
      if (claimRef?.uid !== metadata.uid)
        return `${metadata.name} is bound to ${spec.volumeName}, which is not bound to it`;
    }
    const holders = new Map<string, string>();
    for (const { spec } of collection<VolumeAttachment>(world, 'VolumeAttachment').values()) {
      const { persistentVolumeName } = spec.source;
      const other = holders.get(persistentVolumeName);
      if (other !== undefined) return `${persistentVolumeName} is attached to ${other} and ${spec.nodeName}`;
      holders.set(persistentVolumeName, spec.nodeName);
    }
    return undefined;
  };
}
