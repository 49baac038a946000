import { withFields } from '../../kernel/with-fields.js';
import type { ApiRequest, ApiResult, NextStep, Pending } from './calls.js';
import { awaitAccount, createObject, refuseEarly, storeObject } from './create.js';
import { decodePatched } from './decode-patched.js';
import { beginCollection, deleteNext, deleteObject } from './delete.js';
import { storeEvent } from './event-row.js';
import { beginEviction, continueEviction } from './eviction.js';
import type { Condition, KubernetesObject } from './objects/meta.js';
import type { Pod, PodStatus } from './objects/pod.js';
import { jsonMerge, strategicMerge } from './patch.js';
import { labelsOfPlace } from './place-labels.js';
import { conflict, notFound } from './refusals.js';
import { collection, keyOf, type ObjectKey, stored } from './store.js';
import { updateObject } from './update.js';
import type { ApiWorld } from './world.js';
import { nextVersion, storeVersion } from './writes.js';

/**
 * What a writing request does before its first write (`next` undefined) and after a pause: reads, which may answer it. Without an
 * outcome it goes on to its write.
 */
export function begin(
  world: ApiWorld,
  request: ApiRequest,
  next: NextStep | undefined,
): ApiResult | Pending | undefined {
  if (request.verb === 'create' && request.event === undefined) {
    const waiting = request.kind === 'Pod' ? awaitAccount(world, request, next) : undefined;
    return waiting ?? refuseEarly(world, request);
  }
  if (request.verb === 'deletecollection') return beginCollection(world, request);
  if (request.verb !== 'evict') return undefined;
  return next === undefined || next.step === 'retry' || next.step === 'again'
    ? beginEviction(world, request, next)
    : undefined;
}

/** Carries a request out against the store, at this instant, or the next write of one that takes several. */
export function execute(world: ApiWorld, request: ApiRequest, next?: NextStep): ApiResult | Pending {
  if (next?.step === 'store') return storeObject(world, request, next.object);
  if (next?.step === 'collection') return deleteNext(world, request, next);
  if (next !== undefined && next.step !== 'account') return continueEviction(world, request, next);
  if (request.event !== undefined) return storeEvent(world, request, request.event);
  if (request.verb === 'create') return createObject(world, request);
  const key = keyOf(request.namespace, request.name);
  const object = stored(world, request.kind, key);
  if (object === undefined) return notFound(request);
  if (request.uid !== undefined && request.uid !== object.metadata.uid) {
    return conflict(
      request,
      `the UID in the precondition (${request.uid}) does not match the UID in record (${object.metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (request.resourceVersion !== undefined && request.resourceVersion !== object.metadata.resourceVersion) {
    return conflict(request, MODIFIED);
  }
  switch (request.verb) {
    case 'delete':
      return deleteObject(world, request, object);
    case 'bind':
      return bind(world, request, object as Pod, key);
    case 'update':
      return updateObject(world, request, object, request.body as KubernetesObject);
    default:
      return patchObject(world, request, object);
  }
}

/** Answers a reading request. */
export function read(world: ApiWorld, request: ApiRequest): ApiResult {
  if (request.verb === 'list') return list(world, request);
  const object = stored(world, request.kind, keyOf(request.namespace, request.name));
  return object === undefined ? notFound(request) : { status: 200, reason: '', message: '', object };
}

function patchObject(world: ApiWorld, request: ApiRequest, current: KubernetesObject): ApiResult {
  const wanted = patched(request, current);
  if (request.isTyped !== false) return updateObject(world, request, current, wanted);
  const decoded = decodePatched(request, current, wanted);
  return decoded.object === undefined ? decoded : updateObject(world, request, current, decoded.object);
}

function patched(request: ApiRequest, object: KubernetesObject): KubernetesObject {
  return request.patchType === 'merge' ? jsonMerge(object, request.body) : strategicMerge(object, request.body);
}

/** kubernetes v1.36.3 staging apiserver pkg/registry/generic/registry/store.go: OptimisticLockErrorMsg */
const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

function list(world: ApiWorld, request: ApiRequest): ApiResult {
  const objects = [...collection(world, request.kind).values()];
  const wanted =
    request.namespace === '' ? objects : objects.filter((object) => object.metadata.namespace === request.namespace);
  return { status: 200, reason: '', message: '', objects: wanted };
}

/** kubernetes v1.36.3 pkg/registry/core/pod/storage/storage.go: BindingREST.setPodNodeAndMetadata */
function bind(world: ApiWorld, request: ApiRequest, pod: Pod, key: ObjectKey): ApiResult {
  const nodeName = request.body as string;
  if (pod.metadata.deletionTimestamp !== undefined) {
    return conflict(request, `pod ${pod.metadata.name} is being deleted, cannot be assigned to a host`, 'pods/binding');
  }
  if (pod.spec.nodeName !== undefined) {
    return conflict(
      request,
      `pod ${pod.metadata.name} is already assigned to node "${pod.spec.nodeName}"`,
      'pods/binding',
    );
  }
  const before = pod.status.conditions;
  const scheduled: Condition = { type: 'PodScheduled', status: 'True', lastTransitionTime: world.kernel.now };
  // Joined rather than pushed: that would leave room for 17 more in what is kept of each pod.
  const conditions = (before ?? []).filter(({ type }) => type !== 'PodScheduled').concat(scheduled);
  const labels = labelsOfPlace(world, pod, nodeName);
  const resourceVersion = nextVersion(world);
  // A binding is no update of the spec: the generation stays.
  const bound: Pod = {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: withFields(pod.metadata, labels === undefined ? { resourceVersion } : { resourceVersion, labels }),
    spec: withFields(pod.spec, { nodeName }),
    status: withFields(withoutNomination(pod.status), { conditions }),
  };
  const object = storeVersion(world, bound, key);
  return { status: 201, reason: '', message: '', object };
}

/** A pod that has a node is nominated for none. Source: the feature ClearingNominatedNodeNameAfterBinding. */
function withoutNomination(status: PodStatus): PodStatus {
  if (status.nominatedNodeName === undefined) return status;
  const { nominatedNodeName: _nominated, ...rest } = status;
  return rest;
}
