import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import { keyOf, stored } from '../../cluster/api/store.js';
import type { ApiWorld } from '../../cluster/api/world.js';

/** The chain of controllers from the object itself to the one at the top: `pod/web-1-x`, `replicaset/web-1`, `deployment/web`. */
export function chainOf(world: ApiWorld, object: KubernetesObject): string[] {
  const own = `${object.kind.toLowerCase()}/${object.metadata.name}`;
  const owner = controllerOf(object);
  if (owner === undefined) return [own];
  const above = stored(world, owner.kind, keyOf(object.metadata.namespace, owner.name));
  return [own, ...(above === undefined ? [`${owner.kind.toLowerCase()}/${owner.name}`] : chainOf(world, above))];
}

export function controllerOf(object: KubernetesObject): { readonly kind: string; readonly name: string } | undefined {
  return (object.metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
}
