import type { Change } from '../../api/informers.js';
import type { Endpoint, EndpointSlice } from '../../api/objects/network.js';
import type { Pod } from '../../api/objects/pod.js';
import { keyOf, type ObjectKey, objectKey } from '../../api/store.js';

/** What has become of a Service's pods since its slices were last brought in line with them, so that a sync need not go through all. */
export interface Followed {
  /** Keys of the pods that changed since; undefined: nobody knows, all are to be looked at. */
  changed: Set<ObjectKey> | undefined;
  /** In which slice each pod is, by name. */
  readonly sliceOf: Map<ObjectKey, string>;
  /** In which order the pods came. */
  readonly arrivals: Map<ObjectKey, number>;
  nextArrival: number;
}

export function createFollowed(): Followed {
  return { changed: undefined, sliceOf: new Map(), arrivals: new Map(), nextArrival: 0 };
}

/** All pods that the Service selects, instead of those that it did. */
export function followAll(followed: Followed, pods: Iterable<ObjectKey>): void {
  followed.changed = undefined;
  followed.arrivals.clear();
  for (const pod of pods) followed.arrivals.set(pod, followed.nextArrival++);
}

/** A pod that the Service selects, or has selected until now, has changed. */
export function followPodOf(followed: Followed, pod: ObjectKey, isSelected: boolean): void {
  followed.changed?.add(pod);
  if (!isSelected) followed.arrivals.delete(pod);
  else if (!followed.arrivals.has(pod)) followed.arrivals.set(pod, followed.nextArrival++);
}

export function followSliceOf({ sliceOf }: Followed, { type, object, before }: Change<EndpointSlice>): void {
  const { name } = object.metadata;
  for (const endpoint of before?.endpoints ?? []) {
    const pod = podOf(endpoint);
    if (sliceOf.get(pod) === name) sliceOf.delete(pod);
  }
  if (type !== 'deleted') for (const endpoint of object.endpoints) sliceOf.set(podOf(endpoint), name);
}

function podOf({ targetRef }: Endpoint): ObjectKey {
  return targetRef === undefined ? '' : keyOf(targetRef.namespace, targetRef.name);
}

/** The pods to look at, in the order in which they came, and the slices that nothing has happened to. */
export function toLookAt(
  { changed, sliceOf, arrivals }: Followed,
  pods: ReadonlyMap<ObjectKey, Pod>,
  slices: readonly EndpointSlice[],
): { readonly pods: readonly Pod[]; readonly settled: ReadonlySet<string> } {
  if (changed === undefined) return { pods: [...pods.values()], settled: new Set() };
  const touched = new Set([...changed].map((pod) => sliceOf.get(pod)));
  const wanted = new Set(changed);
  const settled = new Set<string>();
  for (const { metadata, endpoints } of slices) {
    // An empty slice goes when there are endpoints.
    if (!touched.has(metadata.name) && endpoints.length > 0) settled.add(metadata.name);
    else for (const endpoint of endpoints) wanted.add(podOf(endpoint));
  }
  const found = [...wanted].flatMap((pod) => pods.get(pod) ?? []);
  const arrivalOf = (pod: Pod): number => arrivals.get(objectKey(pod))!;
  return { pods: found.sort((left, right) => arrivalOf(left) - arrivalOf(right)), settled };
}
