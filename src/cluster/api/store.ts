import type { KubernetesObject } from './objects/meta.js';
import type { ApiWorld } from './world.js';

/** Key of an object among those of its kind: `namespace/name`, or `name` for kinds without a namespace. */
export type ObjectKey = string;

export function keyOf(namespace: string, name: string): ObjectKey {
  return namespace === '' ? name : `${namespace}/${name}`;
}

export function objectKey(object: KubernetesObject): ObjectKey {
  return keyOf(object.metadata.namespace, object.metadata.name);
}

/** All stored objects of a kind in order of creation. What the API server knows: components see it later. */
export function collection<T extends KubernetesObject>(world: ApiWorld, kind: string): ReadonlyMap<ObjectKey, T> {
  return mutableCollection(world, kind) as Map<ObjectKey, T>;
}

export function stored<T extends KubernetesObject>(world: ApiWorld, kind: string, key: ObjectKey): T | undefined {
  return world.api.collections.get(kind)?.get(key) as T | undefined;
}

/** For the API server itself: everybody else reads. */
export function mutableCollection(world: ApiWorld, kind: string): Map<ObjectKey, KubernetesObject> {
  let objects = world.api.collections.get(kind);
  if (objects === undefined) {
    objects = new Map();
    world.api.collections.set(kind, objects);
  }
  return objects;
}
