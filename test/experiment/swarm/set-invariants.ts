import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { DaemonSet, StatefulSet } from '../../../src/cluster/api/objects/workload.js';
import { isActive, isReady } from '../../../src/cluster/api/pod-predicates.js';
import { collection } from '../../../src/cluster/api/store.js';
import { allowanceOf } from '../../../src/cluster/controllers/daemon-set/ledger.js';
import type { World } from '../../../src/experiment/assemble.js';
import { type Invariant, ownedBy } from './invariants.js';

/**
 * Nobody else disturbing: once all pods of an ordered StatefulSet have been ready, an update takes one of them away at a time;
 * and of a DaemonSet's no more than may be unavailable, none where they surge. Left out, as Kubernetes promises nothing: a
 * parallel StatefulSet that is updated anew half-way begins again at the top, whatever is missing below; daemons that are
 * ready and not yet available are exchanged at once.
 */
export function updatesOfSetsKeepTheirPromise(): Invariant {
  /** Sizes that have been reached, by uid. */
  const reached = new Map<string, number>();
  const check = (uid: string, wanted: number, ready: number, most: number): string | undefined => {
    if (ready >= wanted) reached.set(uid, wanted);
    if (reached.get(uid) !== wanted || ready >= wanted - most) return undefined;
    return `${ready} of ${wanted} pods ready, ${most} may be missing`;
  };
  return (world) => {
    for (const { metadata, spec, status } of collection<StatefulSet>(world, 'StatefulSet').values()) {
      // The controller has not seen this size yet.
      if (status.observedGeneration !== metadata.generation || spec.podManagementPolicy === 'Parallel') continue;
      const problem = check(metadata.uid, spec.replicas ?? 1, readyPods(world, metadata.uid), 1);
      if (problem !== undefined) return `StatefulSet ${metadata.name}: ${problem}`;
    }
    const nodes = collection(world, 'Node').size;
    for (const { metadata, spec } of collection<DaemonSet>(world, 'DaemonSet').values()) {
      if ((spec.minReadySeconds ?? 0) > 0) continue;
      const { maxUnavailable } = allowanceOf(spec, nodes);
      const problem = check(metadata.uid, nodes, readyPods(world, metadata.uid), maxUnavailable);
      if (problem !== undefined) return `DaemonSet ${metadata.name}: ${problem}`;
    }
    return undefined;
  };
}

/** Nodes, or ordinals, with a pod that serves. */
function readyPods(world: World, uid: string): number {
  const ready = ownedBy<Pod>(world, 'Pod', uid).filter((pod) => isActive(pod) && isReady(pod));
  return new Set(ready.map(({ spec, metadata }) => (spec.hostname === undefined ? spec.nodeName : metadata.name))).size;
}
