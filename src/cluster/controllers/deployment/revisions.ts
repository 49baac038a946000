import type { StringMap } from '../../api/objects/meta.js';
import type { Deployment, ReplicaSet } from '../../api/objects/workload.js';
import { maxSurgeOf, replicasOf } from './fenceposts.js';
import { byCreation } from './replica-sets.js';

/**
 * Revisions and sizes that a Deployment writes on its ReplicaSets, and which of them are history to be forgotten.
 * Source: kubernetes v1.36.3 pkg/controller/deployment/util/deployment_util.go, sync.go: cleanupDeployment.
 */

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Annotations of a Deployment that its ReplicaSets do not get. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

/** Revision of a ReplicaSet; 0 where none is written or it is no number. */
export function revisionOf(set: ReplicaSet): number {
  return integerAnnotation(set.metadata.annotations, REVISION) ?? 0;
}

export function maxRevision(sets: readonly ReplicaSet[]): number {
  return sets.reduce((max, set) => Math.max(max, revisionOf(set)), 0);
}

export function integerAnnotation(annotations: StringMap | undefined, name: string): number | undefined {
  const text = annotations?.[name];
  return text !== undefined && /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** The annotations of a ReplicaSet that carries `revision` from now on (if it is larger than its own). */
export function revisionAnnotations(deployment: Deployment, set: ReplicaSet | undefined, revision: number): StringMap {
  const annotations: Record<string, string> = Object.assign({}, set?.metadata.annotations);
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(name)) annotations[name] = value;
  }
  const before = annotations[REVISION];
  if (before !== undefined && integerAnnotation(annotations, REVISION) === undefined) return annotations;
  if (Number(before ?? 0) >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (before !== undefined) {
    const history = annotations[REVISION_HISTORY] ?? '';
    annotations[REVISION_HISTORY] = history === '' ? before : `${history},${before}`;
  }
  return annotations;
}

/** What scaling leaves on a ReplicaSet, so that a later change of spec.replicas is seen and shared in proportion. */
export function sizeAnnotations(deployment: Deployment): StringMap {
  const desired = replicasOf(deployment);
  return { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(desired + maxSurgeOf(deployment)) };
}

/** Has spec.replicas changed since a ReplicaSet with pods was last scaled? */
export function isScalingEvent(deployment: Deployment, active: readonly ReplicaSet[]): boolean {
  return active.some((set) => {
    const desired = integerAnnotation(set.metadata.annotations, DESIRED_REPLICAS);
    return desired !== undefined && desired !== replicasOf(deployment);
  });
}

/** Old ReplicaSets beyond revisionHistoryLimit, lowest revision first, as far as they are empty and settled. */
export function forgottenSets(deployment: Deployment, oldSets: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit === MAXIMUM_INT32) return [];
  const alive = oldSets.filter((set) => set.metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return [];
  return alive
    .sort((left, right) => revisionOf(left) - revisionOf(right) || byCreation(left, right))
    .slice(0, surplus)
    .filter(
      (set) =>
        set.status.replicas === 0 &&
        replicasOf(set) === 0 &&
        set.metadata.generation <= (set.status.observedGeneration ?? 0),
    );
}

/** Stands for "no limit" in revisionHistoryLimit and progressDeadlineSeconds. */
export const MAXIMUM_INT32 = 2_147_483_647;
