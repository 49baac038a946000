import type { Change } from './informers.js';
import type { KubernetesObject, LabelSelector } from './objects/meta.js';
import { controllerOf } from './owner-references.js';
import { placeOfLabel } from './selectors.js';

/**
 * What an informer knows of one kind, by uid of the controller, then by uid: so that a sync looks at the objects of its owner and at nothing
 * else. Within an owner the objects come in the order in which the informer saw them first.
 */
export interface OwnerIndex {
  readonly byController: Map<string, Map<string, KubernetesObject>>;
  /** Objects without a controller, by namespace. */
  readonly orphans: Map<string, Map<string, KubernetesObject>>;
  /** How many of them carry each pair of a label and its value. */
  readonly orphanLabels: Map<string, number>;
  /** Newest version that the informer has seen: a watch never reorders. */
  seenVersion: number;
}

export function createOwnerIndex(): OwnerIndex {
  return { byController: new Map(), orphans: new Map(), orphanLabels: new Map(), seenVersion: 0 };
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** The objects whose controller has this uid. */
export function controlledBy<T extends KubernetesObject>(index: OwnerIndex, uid: string): ReadonlyMap<string, T> {
  return (index.byController.get(uid) as ReadonlyMap<string, T> | undefined) ?? NONE;
}

/** The objects of a namespace that no controller manages. */
export function orphansIn<T extends KubernetesObject>(index: OwnerIndex, namespace: string): ReadonlyMap<string, T> {
  return (index.orphans.get(namespace) as ReadonlyMap<string, T> | undefined) ?? NONE;
}

/** The same, or none if there is a pair that the selector asks for and none of them carries: then nobody need look at them. */
export function orphansFor<T extends KubernetesObject>(
  index: OwnerIndex,
  namespace: string,
  { matchLabels = {} }: LabelSelector,
): ReadonlyMap<string, T> {
  for (const label in matchLabels) {
    if (!index.orphanLabels.has(placeOfLabel(namespace, label, matchLabels[label]!))) return NONE;
  }
  return orphansIn(index, namespace);
}

/** Brings the index up to date with a change that the informer has just seen. */
export function indexChange(index: OwnerIndex, { type, object, before }: Change): void {
  const { uid, resourceVersion, ownerReferences, labels } = object.metadata;
  index.seenVersion = Math.max(index.seenVersion, resourceVersion);
  const isSame = before !== undefined && before.metadata.uid === uid;
  const isMoved = !isSame || before.metadata.ownerReferences !== ownerReferences;
  const isRelabelled = isMoved || type === 'deleted' || before.metadata.labels !== labels;
  if (before !== undefined && isRelabelled) countLabels(index, before, -1);
  if (type !== 'deleted' && isRelabelled) countLabels(index, object, 1);
  if (before !== undefined && (isMoved || type === 'deleted')) drop(index, before);
  if (type === 'deleted') return;
  const [groups, name] = placeOf(index, object);
  const group = groups.get(name);
  if (group === undefined) groups.set(name, new Map([[uid, object]]));
  else group.set(uid, object);
}

function placeOf(index: OwnerIndex, object: KubernetesObject): [OwnerIndex['orphans'], string] {
  const controller = controllerOf(object);
  return controller === undefined ? [index.orphans, object.metadata.namespace] : [index.byController, controller.uid];
}

function drop(index: OwnerIndex, object: KubernetesObject): void {
  const [groups, name] = placeOf(index, object);
  const group = groups.get(name);
  if (group === undefined) return;
  group.delete(object.metadata.uid);
  if (group.size === 0) groups.delete(name);
}

/** Counts the labels of an object, if it is an orphan (`by` 1), or no longer (`by` -1). */
function countLabels({ orphanLabels }: OwnerIndex, object: KubernetesObject, by: 1 | -1): void {
  if (controllerOf(object) !== undefined) return;
  const { namespace, labels = {} } = object.metadata;
  for (const label in labels) {
    const place = placeOfLabel(namespace, label, labels[label]!);
    const count = (orphanLabels.get(place) ?? 0) + by;
    if (count === 0) orphanLabels.delete(place);
    else orphanLabels.set(place, count);
  }
}
