import type { Pod } from '../../../src/cluster/api/objects/pod.js';

/** How many of the pods are on each node. */
export function activeByNode(pods: readonly Pod[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const { spec } of pods) ranks.set(spec.nodeName ?? '', (ranks.get(spec.nodeName ?? '') ?? 0) + 1);
  return ranks;
}
