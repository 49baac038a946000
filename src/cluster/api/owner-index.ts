import type { Change } from './informers.js';
import type { KubernetesObject } from './objects/meta.js';
import { controllerOf } from './owner-references.js';

/**
 * What an informer knows of one kind, by uid of the controller, then by uid: so that a sync looks at the objects of its owner and at nothing
 * else. Within an owner the objects come in the order in which the informer saw them first.
 */
export interface OwnerIndex {
  readonly byController: Map<string, Map<string, KubernetesObject>>;
  /** Objects without a controller, by namespace. */
  readonly orphans: Map<string, Map<string, KubernetesObject>>;
  /** Newest version that the informer has seen: a watch never reorders. */
  seenVersion: number;
}

export function createOwnerIndex(): OwnerIndex {
  return { byController: new Map(), orphans: new Map(), seenVersion: 0 };
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

/** Brings the index up to date with a change that the informer has just seen. */
export function indexChange(index: OwnerIndex, { type, object, before }: Change): void {
  const { uid, resourceVersion, ownerReferences } = object.metadata;
  index.seenVersion = Math.max(index.seenVersion, resourceVersion);
  const isSame = before !== undefined && before.metadata.uid === uid;
  const isMoved = !isSame || before.metadata.ownerReferences !== ownerReferences;
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
