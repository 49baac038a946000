import type { Deployment, ReplicaSet } from '../../api/objects/workload.js';
import { isRollingUpdate, maxSurgeOf, maxUnavailableOf, replicasOf } from './fenceposts.js';
import { availableTotal, byCreation, specTotal } from './replica-sets.js';

/** One write of spec.replicas. */
export interface Scaling {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

/** Size that the new ReplicaSet may have now. Source: deployment_util.go: NewRSNewReplicas. */
export function newSetSize(deployment: Deployment, all: readonly ReplicaSet[], newSize: number): number {
  const desired = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return desired;
  const room = desired + maxSurgeOf(deployment) - specTotal(all);
  return room <= 0 ? newSize : newSize + Math.min(room, desired - newSize);
}

/** Source: rolling.go: reconcileNewReplicaSet. */
export function reconcileNewSet(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet): Scaling {
  const desired = replicasOf(deployment);
  const size = replicasOf(newSet);
  return { set: newSet, replicas: size >= desired ? desired : newSetSize(deployment, all, size) };
}

/** How many pods old ReplicaSets may lose; <= 0 for none. Source: rolling.go: reconcileOldReplicaSets. */
export function oldSetsSurplus(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet): number {
  const minimum = replicasOf(deployment) - maxUnavailableOf(deployment);
  const newUnavailable = replicasOf(newSet) - (newSet.status.availableReplicas ?? 0);
  return specTotal(all) - minimum - newUnavailable;
}

/**
 * Pods that do not serve go first, those of the oldest ReplicaSet before others. A status that lags behind may claim more
 * available pods than its ReplicaSet wants: `isStale`, and scaling down ends there for this sync.
 * Source: rolling.go: cleanupUnhealthyReplicas.
 */
export function cleanUpUnhealthy(
  oldSets: readonly ReplicaSet[],
  limit: number,
): { readonly scalings: readonly Scaling[]; readonly isStale: boolean } {
  const scalings: Scaling[] = [];
  let done = 0;
  for (const set of [...oldSets].sort(byCreation)) {
    if (done >= limit) break;
    const size = replicasOf(set);
    const unavailable = size - (set.status.availableReplicas ?? 0);
    if (size === 0 || unavailable === 0) continue;
    const count = Math.min(limit - done, unavailable);
    if (count < 0) return { scalings, isStale: true };
    scalings.push({ set, replicas: size - count });
    done += count;
  }
  return { scalings, isStale: false };
}

/**
 * Then as many as there are available pods beyond the minimum. `oldSets` as they are after the unhealthy ones went;
 * the count of available pods is still the one that the statuses say.
 * Source: rolling.go: scaleDownOldReplicaSetsForRollingUpdate.
 */
export function scaleDownOld(deployment: Deployment, oldSets: readonly ReplicaSet[], newSet: ReplicaSet): Scaling[] {
  const minimum = replicasOf(deployment) - maxUnavailableOf(deployment);
  const budget = availableTotal([...oldSets, newSet]) - minimum;
  const scalings: Scaling[] = [];
  let done = 0;
  for (const set of [...oldSets].sort(byCreation)) {
    if (done >= budget) break;
    const size = replicasOf(set);
    if (size === 0) continue;
    const count = Math.min(size, budget - done);
    scalings.push({ set, replicas: size - count });
    done += count;
  }
  return scalings;
}
