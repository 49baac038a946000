import type { KubernetesObject } from './objects/meta.js';
import type { Namespace } from './objects/namespace.js';

/** What an object that is being deleted still waits for. A Namespace has finalizers in its spec, too. */
export function finalizersOf(object: KubernetesObject): readonly string[] {
  const { finalizers = [] } = object.metadata;
  if (object.kind !== 'Namespace') return finalizers;
  return [...finalizers, ...((object as Namespace).spec?.finalizers ?? [])];
}
