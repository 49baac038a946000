import { SECOND_US, type Micros } from '../../../kernel/time.js';
import type { Taint } from '../../api/objects/node.js';
import type { Toleration } from '../../api/objects/pod.js';
import { tolerates } from '../../api/tolerations.js';

/** What is to become of a pod: nothing, or its deletion at a point in time that was set at another. */
export interface Eviction {
  readonly setAt: Micros;
  readonly at: Micros;
}

/**
 * The eviction of a pod whose node has these NoExecute taints, seen at `now`; undefined: it stays. One that is set stands: only
 * a taint that isn't tolerated (now), or none that counts (never), changes it.
 * kubernetes v1.36.3 pkg/controller/tainteviction/taint_eviction.go: processPodOnNode
 */
export function planEviction(
  current: Eviction | undefined,
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  now: Micros,
): Eviction | undefined {
  if (taints.length === 0) return undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    // Only the first toleration that matches a taint counts.
    const used = tolerations.find((toleration) => tolerates(toleration, taint));
    if (used === undefined) return { setAt: now, at: now };
    if (used.tolerationSeconds !== undefined) shortest = Math.min(shortest, Math.max(0, used.tolerationSeconds));
  }
  if (shortest === Number.POSITIVE_INFINITY) return undefined;
  return current ?? { setAt: now, at: now + shortest * SECOND_US };
}

export function noExecuteTaints(taints: readonly Taint[] | undefined): readonly Taint[] {
  return taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
}
