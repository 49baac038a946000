import { withFields } from '../../kernel/with-fields.js';
import { notifyWatchers } from './informers.js';
import type { KubernetesObject } from './objects/meta.js';
import { sameData } from './patch.js';
import { mutableCollection, objectKey } from './store.js';
import type { ApiWorld } from './world.js';

/** Stores a new object and tells the watchers. */
export function insertObject(world: ApiWorld, object: KubernetesObject, key = objectKey(object)): void {
  mutableCollection(world, object.kind).set(key, object);
  notifyWatchers(world, 'added', object, key);
}

/** Stores `object` as the next version of `current` and tells the watchers; generation follows the spec. */
export function replaceObject<T extends KubernetesObject>(world: ApiWorld, current: T, object: T): T {
  const changedSpec = !sameData(specOf(current), specOf(object));
  const generation = current.metadata.generation + (changedSpec ? 1 : 0);
  return storeVersion(
    world,
    withFields(object, {
      metadata: withFields(object.metadata, { resourceVersion: nextVersion(world), generation }),
    }),
  );
}

/** The version of the write that is about to happen. */
export function nextVersion(world: ApiWorld): number {
  world.api.resourceVersion += 1;
  return world.api.resourceVersion;
}

/** Stores a complete new version of an object and tells the watchers. */
export function storeVersion<T extends KubernetesObject>(world: ApiWorld, next: T, key = objectKey(next)): T {
  mutableCollection(world, next.kind).set(key, next);
  notifyWatchers(world, 'modified', next, key);
  return next;
}

/** Takes an object out of the store for good and tells the watchers. */
export function removeObject(world: ApiWorld, object: KubernetesObject): void {
  const key = objectKey(object);
  mutableCollection(world, object.kind).delete(key);
  world.api.resourceVersion += 1;
  notifyWatchers(world, 'deleted', object, key);
}

function specOf(object: KubernetesObject): unknown {
  return (object as { readonly spec?: unknown }).spec;
}
