import type { Deployment, ReplicaSet } from '../../api/objects/workload.js';
import { isRollingUpdate, maxSurgeOf, replicasOf } from './fenceposts.js';
import { activeSets, byCreation, bySizeNewer, bySizeOlder, specTotal } from './replica-sets.js';
import { DESIRED_REPLICAS, integerAnnotation, MAX_REPLICAS } from './revisions.js';
import type { Scaling } from './rolling.js';

/**
 * Scaling to a new spec.replicas, or while paused, without rolling out: in the middle of a rollout every ReplicaSet gets
 * its share, so that a bad new version does not take over. `annotate`: the sizes are written even where they stay equal.
 * Source: kubernetes v1.36.3 pkg/controller/deployment/sync.go: scale; reference/workloads.md 4.5.
 */
export function scaleProportionally(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): { readonly scalings: readonly Scaling[]; readonly annotate: boolean } {
  const desired = replicasOf(deployment);
  const all = newSet === undefined ? oldSets : [...oldSets, newSet];
  if (all.length === 0) return { scalings: [], annotate: false };
  const active = activeSets(all);
  if (active.length <= 1) {
    const set = active[0] ?? newSet ?? [...oldSets].sort(byCreation).at(-1)!;
    return { scalings: [{ set, replicas: desired }], annotate: false };
  }
  if (newSet !== undefined && isSaturated(deployment, newSet)) {
    return { scalings: activeSets(oldSets).map((set) => ({ set, replicas: 0 })), annotate: false };
  }
  if (!isRollingUpdate(deployment)) return { scalings: [], annotate: false };
  return { scalings: shares(deployment, active), annotate: true };
}

/** Source: deployment_util.go: IsSaturated. */
function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const desired = replicasOf(deployment);
  return (
    replicasOf(set) === desired &&
    integerAnnotation(set.metadata.annotations, DESIRED_REPLICAS) === desired &&
    (set.status.availableReplicas ?? 0) === desired
  );
}

function shares(deployment: Deployment, active: readonly ReplicaSet[]): Scaling[] {
  const desired = replicasOf(deployment);
  const allowed = desired > 0 ? desired + maxSurgeOf(deployment) : 0;
  const add = allowed - specTotal(active);
  if (add === 0) return active.map((set) => ({ set, replicas: replicasOf(set) }));
  let given = 0;
  const scalings = [...active].sort(add > 0 ? bySizeNewer : bySizeOlder).map((set) => {
    const share = shareOf(deployment, set, add - given);
    given += share;
    return { set, replicas: replicasOf(set) + share };
  });
  const [first, ...others] = scalings;
  return [{ set: first!.set, replicas: Math.max(0, first!.replicas + add - given) }, ...others];
}

/** What of `left` goes to (or from) one ReplicaSet. Source: deployment_util.go: GetReplicaSetProportion. */
function shareOf(deployment: Deployment, set: ReplicaSet, left: number): number {
  if (left === 0) return 0;
  const share = fraction(deployment, set);
  return left > 0 ? Math.min(share, left) : Math.max(share, left);
}

function fraction(deployment: Deployment, set: ReplicaSet): number {
  const desired = replicasOf(deployment);
  const size = replicasOf(set);
  if (desired === 0) return -size;
  const before = integerAnnotation(set.metadata.annotations, MAX_REPLICAS) || (deployment.status.replicas ?? 0);
  if (before === 0) return 0;
  return roundHalfAway((size * (desired + maxSurgeOf(deployment))) / before) - size;
}

function roundHalfAway(value: number): number {
  return value < 0 ? -Math.floor(-value + 0.5) : Math.floor(value + 0.5);
}
