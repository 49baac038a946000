import type { KubernetesObject } from '../../api/objects/meta.js';
import type { StatefulSet } from '../../api/objects/workload.js';

/** The name of a StatefulSet's pod tells its set and its ordinal. Source: stateful_set_utils.go: statefulPodRegex. */
const POD_NAME = /^(.*)-([0-9]+)$/;

/** Ordinal of a pod; undefined where the name has none. */
export function ordinalOf({ metadata }: KubernetesObject): number | undefined {
  const parts = POD_NAME.exec(metadata.name);
  return parts === null ? undefined : Number(parts[2]);
}

/** What the name of a pod, or of its claim, has before the ordinal. */
export function stemOf({ metadata }: KubernetesObject): string | undefined {
  return POD_NAME.exec(metadata.name)?.[1];
}

/** Could the pod be one of the set's, by its name? */
export function isMember(set: StatefulSet, pod: KubernetesObject): boolean {
  return stemOf(pod) === set.metadata.name;
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

export function replicasOf({ spec }: StatefulSet): number {
  return spec.replicas ?? 1;
}

export function firstOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  return ordinal >= firstOrdinal(set) && ordinal < firstOrdinal(set) + replicasOf(set);
}
