import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../src/cluster/api/objects/storage.js';
import { matchingVolume } from '../../../src/cluster/api/volume-matching.js';
import { volumeForClaim } from '../../../src/cluster/controllers/persistent-volume/matching.js';
import { type Checker, difference } from './checker.js';

interface Case {
  readonly claim: PersistentVolumeClaim;
  readonly volumes: readonly PersistentVolume[];
  readonly node: Node;
  readonly expected: {
    readonly immediate: string;
    readonly delayedController: string;
    readonly schedulerOnNode: string;
  };
}

/** `pv.matching`: the volume for a claim, as the binder and as the scheduler choose it. */
export const volumeMatching: Checker = {
  kind: 'pv.matching',
  check({ claim, volumes, node, expected }: Case) {
    const ours = {
      immediate: volumeForClaim(claim, volumes, false)?.metadata.name ?? '',
      delayedController: volumeForClaim(claim, volumes, true)?.metadata.name ?? '',
      schedulerOnNode: matchingVolume(claim, volumes, { node })?.metadata.name ?? '',
    };
    return difference(ours, expected);
  },
};
