import type { Change } from '../../api/informers.js';
import type { LabelSelector, StringMap } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import { matchesSelector, placeOfLabel } from '../../api/selectors.js';
import { type ObjectKey, objectKey } from '../../api/store.js';

/**
 * Who selects which pods by labels, kept up to date with every change, so that nobody looks at all pods for one selector,
 * nor at all selectors for one pod.
 */
export interface SelectedPods {
  /** Selectors by one pair that they ask for; those without one by their namespace. */
  readonly byPlace: Map<string, Map<ObjectKey, LabelSelector>>;
  /** Where the selector of each is found. */
  readonly places: Map<ObjectKey, string>;
  /** The pods that each selects. */
  readonly pods: Map<ObjectKey, Map<ObjectKey, Pod>>;
}

export function createSelectedPods(): SelectedPods {
  return { byPlace: new Map(), places: new Map(), pods: new Map() };
}

/** Notes the selector of `key`, instead of the one that it had; the pods that it selects are looked for once, here. */
export function setSelector(
  selected: SelectedPods,
  key: ObjectKey,
  namespace: string,
  selector: LabelSelector,
  pods: Iterable<Pod>,
): void {
  dropSelector(selected, key);
  const [pair] = Object.entries(selector.matchLabels ?? {});
  const place = pair === undefined ? namespace : placeOfLabel(namespace, ...pair);
  selected.places.set(key, place);
  const selectors = selected.byPlace.get(place) ?? new Map<ObjectKey, LabelSelector>();
  selected.byPlace.set(place, selectors.set(key, selector));
  const matching = new Map<ObjectKey, Pod>();
  for (const pod of pods) {
    const { metadata } = pod;
    if (metadata.namespace === namespace && matchesSelector(selector, metadata.labels)) {
      matching.set(objectKey(pod), pod);
    }
  }
  selected.pods.set(key, matching);
}

export function dropSelector({ byPlace, places, pods }: SelectedPods, key: ObjectKey): void {
  const place = places.get(key);
  if (place === undefined) return;
  const selectors = byPlace.get(place)!;
  selectors.delete(key);
  if (selectors.size === 0) byPlace.delete(place);
  places.delete(key);
  pods.delete(key);
}

/** Who selects pods with these labels. */
function selecting({ byPlace }: SelectedPods, namespace: string, labels: StringMap = {}): ObjectKey[] {
  const keys: ObjectKey[] = [];
  const look = (place: string): void => {
    for (const [key, selector] of byPlace.get(place) ?? []) if (matchesSelector(selector, labels)) keys.push(key);
  };
  look(namespace);
  for (const name in labels) look(placeOfLabel(namespace, name, labels[name]!));
  return keys;
}

/** Takes a change of a pod in; gives who selects it as it is now, and who selected it as it was before. */
export function followPod(
  selected: SelectedPods,
  { type, object, before }: Change<Pod>,
): { readonly now: readonly ObjectKey[]; readonly was: readonly ObjectKey[] } {
  const pod = objectKey(object);
  const { namespace, labels } = object.metadata;
  const now = selecting(selected, namespace, labels);
  for (const key of now) {
    if (type === 'deleted') selected.pods.get(key)!.delete(pod);
    else selected.pods.get(key)!.set(pod, object);
  }
  if (before === undefined) return { now, was: NOBODY };
  if (before.metadata.labels === labels) return { now, was: now };
  const was = selecting(selected, namespace, before.metadata.labels);
  for (const key of was) if (!now.includes(key)) selected.pods.get(key)!.delete(pod);
  return { now, was };
}

const NOBODY: readonly ObjectKey[] = [];
