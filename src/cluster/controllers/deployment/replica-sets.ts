import { wholeSeconds } from '../../../kernel/time.js';
import type { KubernetesObject, StringMap } from '../../api/objects/meta.js';
import type { PodTemplateSpec } from '../../api/objects/pod.js';
import type { Deployment, ReplicaSet } from '../../api/objects/workload.js';
import { sameData } from '../../api/patch.js';
import { replicasOf } from './fenceposts.js';

/**
 * The ReplicaSets of a Deployment: which is the new one, how large they are together.
 * Source: kubernetes v1.36.3 pkg/controller/deployment/util/deployment_util.go.
 */

export const HASH_LABEL = 'pod-template-hash';

/** Older first; within a second, in which Kubernetes sees no difference, by name. */
export function byCreation(left: KubernetesObject, right: KubernetesObject): number {
  const age = wholeSeconds(left.metadata.creationTimestamp) - wholeSeconds(right.metadata.creationTimestamp);
  if (age !== 0) return age;
  return left.metadata.name < right.metadata.name ? -1 : left.metadata.name > right.metadata.name ? 1 : 0;
}

/** Larger first, then older. */
export function bySizeOlder(left: ReplicaSet, right: ReplicaSet): number {
  return replicasOf(right) - replicasOf(left) || byCreation(left, right);
}

/** Larger first, then newer. */
export function bySizeNewer(left: ReplicaSet, right: ReplicaSet): number {
  return replicasOf(right) - replicasOf(left) || byCreation(right, left);
}

/** The oldest ReplicaSet with the Deployment's template. */
export function findNewReplicaSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byCreation).find((set) => sameTemplate(set.spec.template, deployment.spec.template));
}

/** Equal but for the hash label. */
export function sameTemplate(left: PodTemplateSpec, right: PodTemplateSpec): boolean {
  return (
    sameData(left.spec, right.spec) &&
    sameData(left.metadata?.annotations ?? {}, right.metadata?.annotations ?? {}) &&
    sameData(withoutHash(left.metadata?.labels), withoutHash(right.metadata?.labels))
  );
}

function withoutHash(labels: StringMap = {}): StringMap {
  const { [HASH_LABEL]: _hash, ...others } = labels;
  return others;
}

export function activeSets(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.filter((set) => replicasOf(set) > 0);
}

/** Sum of spec.replicas. */
export function specTotal(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + replicasOf(set), 0);
}

/** Sum of status.replicas: pods that there are. */
export function actualTotal(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + set.status.replicas, 0);
}

export function readyTotal(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.status.readyReplicas ?? 0), 0);
}

export function availableTotal(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.status.availableReplicas ?? 0), 0);
}
