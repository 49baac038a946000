import type { ApiRequest } from './calls.js';
import type { KubernetesObject } from './objects/meta.js';

/** Writes the status of an object as it stands there, unless somebody has changed the object since it was read. */
export function statusRequest(object: KubernetesObject & { readonly status?: unknown }): ApiRequest {
  const { kind, metadata } = object;
  const { namespace, name, resourceVersion } = metadata;
  return { verb: 'update', kind, namespace, name, subresource: 'status', resourceVersion, body: object };
}
