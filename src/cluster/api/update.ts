import { withFields } from '../../kernel/with-fields.js';
import type { ApiRequest, ApiResult } from './calls.js';
import type { KubernetesObject, ObjectMeta } from './objects/meta.js';
import { sameData } from './patch.js';
import { finalizersOf } from './finalizers.js';
import { prepareUpdate } from './prepare.js';
import type { ApiWorld } from './world.js';
import { removeObject, replaceObject } from './writes.js';

/** Fields of the metadata that only the server writes. */
type ServerFields =
  | 'name'
  | 'namespace'
  | 'uid'
  | 'creationTimestamp'
  | 'deletionTimestamp'
  | 'deletionGracePeriodSeconds'
  | 'generation'
  | 'resourceVersion';

/**
 * Stores a new version of an object. A request for the status changes the status alone, another leaves it alone. An
 * update that changes nothing is no write: no version, no watch event.
 */
export function updateObject(
  world: ApiWorld,
  request: ApiRequest,
  current: KubernetesObject,
  wanted: KubernetesObject,
): ApiResult {
  const merged = mergeParts(request, current, wanted);
  const prepared = prepareUpdate(world, request, current, merged);
  if (prepared.object === undefined) return prepared;
  const { object } = prepared;
  if (sameData(object, current)) return { status: 200, reason: '', message: '', object: current };
  const next = replaceObject(world, current, object);
  if (next.metadata.deletionTimestamp !== undefined && finalizersOf(next).length === 0) {
    // The last finalizer of an object that waits for nothing else has gone.
    if ((next.metadata.deletionGracePeriodSeconds ?? 0) === 0) removeObject(world, next);
  }
  return { status: 200, reason: '', message: '', object: next };
}

type WithStatus = KubernetesObject & { readonly status?: unknown };

function mergeParts(request: ApiRequest, current: WithStatus, wanted: WithStatus): KubernetesObject {
  if (request.subresource === 'status') return withStatus(current, wanted);
  const metadata = withFields(wanted.metadata, serverFields(current.metadata));
  const { status } = current;
  return status === undefined ? withFields(wanted, { metadata }) : withFields(wanted, { metadata, status });
}

/** Annotations may come with a status: the Deployment controller writes the revision so. */
function withStatus(current: WithStatus, wanted: WithStatus): KubernetesObject {
  const { annotations } = wanted.metadata;
  const metadata = annotations === undefined ? current.metadata : withFields(current.metadata, { annotations });
  return withFields(current, { metadata, status: wanted.status });
}

function serverFields(metadata: ObjectMeta): Pick<ObjectMeta, ServerFields> {
  const { name, namespace, uid, creationTimestamp, generation, resourceVersion } = metadata;
  const fields = { name, namespace, uid, creationTimestamp, generation, resourceVersion };
  if (metadata.deletionTimestamp === undefined) return fields;
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  return { ...fields, deletionTimestamp, deletionGracePeriodSeconds };
}
