import { scaledValue } from '../../api/int-or-percent.js';
import type { IntOrString } from '../../api/objects/meta.js';
import type { Deployment } from '../../api/objects/workload.js';

export type Fenceposts =
  | { readonly ok: true; readonly surge: number; readonly unavailable: number }
  | { readonly ok: false; readonly error: string };

/**
 * How many pods may be too many and how many too few during a rolling update. Both zero would never get anywhere, so
 * that one may then be missing.
 * Source: kubernetes v1.36.3 pkg/controller/deployment/util/deployment_util.go: ResolveFenceposts.
 */
export function resolveFenceposts(maxSurge: IntOrString, maxUnavailable: IntOrString, desired: number): Fenceposts {
  const surge = scaledValue(maxSurge, desired, true);
  if (!surge.ok) return surge;
  const unavailable = scaledValue(maxUnavailable, desired, false);
  if (!unavailable.ok) return unavailable;
  if (surge.value === 0 && unavailable.value === 0) return { ok: true, surge: 0, unavailable: 1 };
  return { ok: true, surge: surge.value, unavailable: unavailable.value };
}

/** Pods beyond spec.replicas that a rolling update may create; 0 for other strategies. */
export function maxSurgeOf(deployment: Deployment): number {
  const resolved = fencepostsOf(deployment);
  return resolved?.ok === true ? resolved.surge : 0;
}

/** Pods below spec.replicas that a rolling update may leave; 0 for other strategies. */
export function maxUnavailableOf(deployment: Deployment): number {
  const desired = replicasOf(deployment);
  if (desired === 0) return 0;
  const resolved = fencepostsOf(deployment);
  return resolved?.ok === true ? Math.min(resolved.unavailable, desired) : 0;
}

/** Default of both where a manifest says nothing (kubernetes v1.36.3 pkg/apis/apps/v1/defaults.go). */
const DEFAULT_FENCEPOST = '25%';

function fencepostsOf(deployment: Deployment): Fenceposts | undefined {
  if (!isRollingUpdate(deployment)) return undefined;
  const { maxSurge = DEFAULT_FENCEPOST, maxUnavailable = DEFAULT_FENCEPOST } =
    deployment.spec.strategy?.rollingUpdate ?? {};
  return resolveFenceposts(maxSurge, maxUnavailable, replicasOf(deployment));
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return (deployment.spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/** spec.replicas; 1 where it is not given. */
export function replicasOf(object: { readonly spec: { readonly replicas?: number } }): number {
  return object.spec.replicas ?? 1;
}
