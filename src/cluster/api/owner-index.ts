import type { Change } from './informers.js';
import type { KubernetesObject } from './objects/meta.js';
import { controllerOf } from './owner-references.js';
import { type ObjectKey, objectKey } from './store.js';

/**
 * What an informer knows of one kind, by controller: so that a sync looks at the objects of its owner and at nothing
 * else. Within an owner the objects come in the order in which the informer saw them first.
 */
export interface OwnerIndex {
  readonly byController: Map<string, Map<ObjectKey, KubernetesObject>>;
  /** Objects without a controller, by namespace. */
  readonly orphans: Map<string, Map<ObjectKey, KubernetesObject>>;
  /** Newest version that the informer has seen: a watch never reorders. */
  seenVersion: number;
}

export function createOwnerIndex(): OwnerIndex {
  return { byController: new Map(), orphans: new Map(), seenVersion: 0 };
}

const NONE: ReadonlyMap<ObjectKey, never> = new Map<ObjectKey, never>();

/** The objects whose controller has this uid. */
export function controlledBy<T extends KubernetesObject>(index: OwnerIndex, uid: string): ReadonlyMap<ObjectKey, T> {
  return (index.byController.get(uid) as ReadonlyMap<ObjectKey, T> | undefined) ?? NONE;
}

/** The objects of a namespace that no controller manages. */
export function orphansIn<T extends KubernetesObject>(index: OwnerIndex, namespace: string): ReadonlyMap<ObjectKey, T> {
  return (index.orphans.get(namespace) as ReadonlyMap<ObjectKey, T> | undefined) ?? NONE;
}

/** Brings the index up to date with a change that the informer has just seen. */
export function indexChange(index: OwnerIndex, { type, object, before }: Change): void {
  const key = objectKey(object);
  index.seenVersion = Math.max(index.seenVersion, object.metadata.resourceVersion);
  if (before !== undefined && (type === 'deleted' || owner(before) !== owner(object))) drop(index, key, before);
  if (type === 'deleted') return;
  const controller = owner(object);
  const [groups, name] =
    controller === undefined ? [index.orphans, object.metadata.namespace] : [index.byController, controller];
  const group = groups.get(name);
  if (group === undefined) groups.set(name, new Map([[key, object]]));
  else group.set(key, object);
}

function owner(object: KubernetesObject): string | undefined {
  return controllerOf(object)?.uid;
}

function drop(index: OwnerIndex, key: ObjectKey, object: KubernetesObject): void {
  const controller = owner(object);
  const [groups, name] =
    controller === undefined ? [index.orphans, object.metadata.namespace] : [index.byController, controller];
  const group = groups.get(name);
  if (group === undefined) return;
  group.delete(key);
  if (group.size === 0) groups.delete(name);
}
