import type { OwnerReference } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import { controllerOf } from '../../api/owner-references.js';
import { isReady } from '../../api/pod-predicates.js';

/** The pods that a budget selects in numbers, kept up to date with each change: a sync does not go through all of them. */
export interface Census {
  /** Ready ones that are not being deleted. */
  healthy: number;
  /** Those without a controller. */
  unmanaged: number;
  /** Controllers, by uid, and how many of the pods each has. */
  readonly controllers: Map<string, { readonly reference: OwnerReference; pods: number }>;
}

export function censusOf(pods: Iterable<Pod>): Census {
  const census: Census = { healthy: 0, unmanaged: 0, controllers: new Map() };
  for (const pod of pods) countPod(census, pod, 1);
  return census;
}

/** Adds a pod (`by` 1), or takes it out (`by` -1). */
export function countPod(census: Census, pod: Pod, by: 1 | -1): void {
  if (pod.metadata.deletionTimestamp === undefined && isReady(pod)) census.healthy += by;
  const reference = controllerOf(pod);
  if (reference === undefined) {
    census.unmanaged += by;
    return;
  }
  const known = census.controllers.get(reference.uid);
  if (known === undefined) census.controllers.set(reference.uid, { reference, pods: by });
  else {
    known.pods += by;
    if (known.pods === 0) census.controllers.delete(reference.uid);
  }
}
