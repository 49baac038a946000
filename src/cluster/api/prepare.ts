import type { ApiRequest, ApiResult } from './calls.js';
import type { ObjectDraft } from './create.js';
import type { KubernetesObject, ObjectMeta } from './objects/meta.js';
import type { ApiWorld } from './world.js';

/** Defaulting, admission and validation of a new object: the object as it will be stored, or the refusal. */
export function prepareCreate(world: ApiWorld, draft: ObjectDraft, name: string): ApiResult {
  const object = { ...draft, metadata: newMetadata(world, draft, name) } as KubernetesObject;
  return { status: 201, reason: '', message: '', object: withInitialStatus(object) };
}

/** Defaulting, admission and validation of a new version of an object. */
export function prepareUpdate(
  _world: ApiWorld,
  _request: ApiRequest,
  _current: KubernetesObject,
  object: KubernetesObject,
): ApiResult {
  return { status: 200, reason: '', message: '', object };
}

/** Gives back the addresses of a Service that goes. */
export function releaseService(_world: ApiWorld, _object: KubernetesObject): void {}

const INITIAL_STATUS: Readonly<Record<string, unknown>> = {
  Pod: { phase: 'Pending' },
  Deployment: {},
  ReplicaSet: { replicas: 0 },
  Service: {},
  HorizontalPodAutoscaler: { desiredReplicas: 0 },
};

function withInitialStatus(object: KubernetesObject): KubernetesObject {
  const status = INITIAL_STATUS[object.kind];
  return status === undefined || 'status' in object ? object : ({ ...object, status } as KubernetesObject);
}

/** Metadata as the server completes it for a new object. */
function newMetadata(world: ApiWorld, draft: ObjectDraft, name: string): ObjectMeta {
  const { api, kernel } = world;
  api.resourceVersion += 1;
  api.nextUid += 1;
  return {
    ...draft.metadata,
    name,
    namespace: draft.metadata.namespace ?? '',
    uid: `uid-${api.nextUid}`,
    resourceVersion: api.resourceVersion,
    generation: 1,
    creationTimestamp: kernel.now,
  };
}
