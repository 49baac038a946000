import type { Pod, PodSpec } from '../api/objects/pod.js';

/**
 * Do two pods of one owner look the same to the scheduler? They mostly share the objects of their template, so that
 * comparing identities answers at once; what was copied on the way is compared by content. `false` may be wrong (two
 * spellings of one thing), `true` never is.
 */
export function sameTemplate(left: Pod, right: Pod): boolean {
  return same(left.metadata.labels, right.metadata.labels) && sameSpec(left.spec, right.spec);
}

/** The same, whatever their labels. */
export function sameSpec(a: PodSpec, b: PodSpec): boolean {
  return (
    same(a.containers, b.containers) &&
    same(a.initContainers, b.initContainers) &&
    same(a.tolerations, b.tolerations) &&
    same(a.nodeSelector, b.nodeSelector) &&
    same(a.affinity, b.affinity) &&
    same(a.topologySpreadConstraints, b.topologySpreadConstraints) &&
    same(a.overhead, b.overhead) &&
    same(a.resources, b.resources) &&
    same(a.volumes, b.volumes) &&
    same(a.resourceClaims, b.resourceClaims) &&
    a.priority === b.priority &&
    a.schedulerName === b.schedulerName &&
    a.preemptionPolicy === b.preemptionPolicy
  );
}

function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const before = left as Readonly<Record<string, unknown>>;
  const after = right as Readonly<Record<string, unknown>>;
  let keys = 0;
  for (const key in before) {
    if (!same(before[key], after[key])) return false;
    keys += 1;
  }
  for (const _key in after) keys -= 1;
  return keys === 0;
}
