import { SECOND_US } from '../../kernel/time.js';
import { withFields } from '../../kernel/with-fields.js';
import { SYSTEM_PRIORITY_CLASSES } from './admission/pod.js';
import type { ApiRequest, ApiResult, NextStep, Pending } from './calls.js';
import type { KubernetesObject } from './objects/meta.js';
import type { Pod } from './objects/pod.js';
import type { Namespace } from './objects/namespace.js';
import { forbidden, releaseService } from './prepare.js';
import { collection, type ObjectKey, stored } from './store.js';
import { finalizersOf } from './finalizers.js';
import type { ApiWorld } from './world.js';
import { removeObject, replaceObject } from './writes.js';
import { sameData } from './patch.js';

/** Grace of a pod that asks for none (kubernetes v1.36.3 pkg/apis/core/v1/defaults.go: SetDefaults_PodSpec). */
const DEFAULT_GRACE_SECONDS = 30;

/** The garbage collector keeps the owner until its dependents are gone. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
/** The garbage collector first takes the owner's name off its dependents. */
export const ORPHAN_FINALIZER = 'orphan';

/**
 * Deletes an object: at once, or by marking it, when it has time left (a bound pod's grace) or finalizers.
 * kubernetes v1.36.3 staging apiserver pkg/registry/generic/registry/store.go: Store.Delete
 */
export function deleteObject(world: ApiWorld, request: ApiRequest, current: KubernetesObject): ApiResult {
  if (current.kind === 'Namespace') return deleteNamespace(world, current as Namespace);
  if (current.kind === 'PriorityClass' && SYSTEM_PRIORITY_CLASSES.has(current.metadata.name)) {
    // kubernetes v1.36.3 pkg/registry/scheduling/priorityclass/storage/storage.go: REST.Delete
    return forbidden(current, 'this is a system priority class and cannot be deleted');
  }
  const graceSeconds = graceOf(request, current);
  const finalizers = finalizersFor(request, current);
  const { deletionTimestamp: marked, deletionGracePeriodSeconds: markedSeconds = 0 } = current.metadata;
  const askedAt = marked === undefined ? world.kernel.now : marked - markedSeconds * SECOND_US;
  if (graceSeconds === 0 && finalizers.length === 0) {
    releaseService(world, current);
    removeObject(world, current);
    return { status: 200, reason: '', message: '', object: current };
  }
  // A later delete may shorten the time that is left, never lengthen it; it may ask for another policy.
  const isKept = marked !== undefined && markedSeconds <= graceSeconds;
  const deadline = askedAt + graceSeconds * SECOND_US;
  if (isKept && sameData(finalizers, current.metadata.finalizers ?? [])) {
    return { status: 200, reason: '', message: '', object: current };
  }
  const object = replaceObject(world, current, {
    ...current,
    metadata: withFields(current.metadata, {
      ...(isKept ? {} : { deletionTimestamp: deadline, deletionGracePeriodSeconds: graceSeconds }),
      ...(finalizers.length > 0 || current.metadata.finalizers !== undefined ? { finalizers } : {}),
    }),
  });
  return { status: 200, reason: '', message: '', object };
}

/** kubernetes v1.36.3 pkg/registry/core/pod/strategy.go: CheckGracefulDelete. Kinds other than pods have no grace. */
function graceOf(request: ApiRequest, object: KubernetesObject): number {
  if (object.kind !== 'Pod') return 0;
  const { spec, status } = object as Pod;
  if (spec.nodeName === undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return 0;
  const grace = request.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return grace < 0 ? 1 : grace;
}

/**
 * Kinds whose dependents stay when a deletion does not say what becomes of them
 * (kubernetes v1.36.3 pkg/registry/{batch/job,core/replicationcontroller}/strategy.go: DefaultGarbageCollectionPolicy).
 */
const ORPHANING_KINDS: readonly string[] = ['Job', 'ReplicationController'];

/**
 * The finalizers of an object once it is deleted: those of the garbage collector follow the policy.
 * kubernetes v1.36.3 staging apiserver pkg/registry/generic/registry/store.go: deletionFinalizersForGarbageCollection
 */
function finalizersFor(request: ApiRequest, object: KubernetesObject): readonly string[] {
  const present = object.metadata.finalizers ?? [];
  const others = present.filter((finalizer) => finalizer !== FOREGROUND_FINALIZER && finalizer !== ORPHAN_FINALIZER);
  switch (request.propagation) {
    case 'Foreground':
      return [...others, FOREGROUND_FINALIZER];
    case 'Orphan':
      return [...others, ORPHAN_FINALIZER];
    case 'Background':
      return others;
    default:
      if (others.length < present.length || !ORPHANING_KINDS.includes(object.kind)) return present;
      return [...others, ORPHAN_FINALIZER];
  }
}

/** Namespaces without which a cluster does not work (kubernetes v1.36.3 staging apiserver plugin namespace/lifecycle). */
const IMMORTAL_NAMESPACES: readonly string[] = ['default', 'kube-system', 'kube-public'];
const STILL_REMOVING =
  'The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.';

/** kubernetes v1.36.3 pkg/registry/core/namespace/storage/storage.go: REST.Delete */
function deleteNamespace(world: ApiWorld, namespace: Namespace): ApiResult {
  const { name, deletionTimestamp } = namespace.metadata;
  if (IMMORTAL_NAMESPACES.includes(name)) {
    const message = `namespaces "${name}" is forbidden: this namespace may not be deleted`;
    return { status: 403, reason: 'Forbidden', message };
  }
  if (finalizersOf(namespace).length === 0) {
    removeObject(world, namespace);
    return { status: 200, reason: '', message: '', object: namespace };
  }
  if (deletionTimestamp !== undefined) {
    const message = `Operation cannot be fulfilled on namespaces "${name}": ${STILL_REMOVING}`;
    return { status: 409, reason: 'Conflict', message };
  }
  const object = replaceObject(world, namespace, {
    ...namespace,
    metadata: { ...namespace.metadata, deletionTimestamp: world.kernel.now },
    status: { ...namespace.status, phase: 'Terminating' },
  });
  return { status: 200, reason: '', message: '', object };
}

/** The objects to delete are those that are there when the request comes; without any there is nothing to write. */
export function beginCollection(world: ApiWorld, request: ApiRequest): ApiResult | Pending {
  const keys: ObjectKey[] = [];
  for (const [key, { metadata }] of collection(world, request.kind)) {
    if (metadata.namespace === request.namespace) keys.push(key);
  }
  return keys.length === 0 ? COLLECTION_DELETED : { next: { step: 'collection', keys, count: 0 } };
}

const COLLECTION_DELETED: ApiResult = { status: 200, reason: '', message: '' };

/** One object after the other. Source: store.go: Store.DeleteCollection, with one worker. */
export function deleteNext(
  world: ApiWorld,
  request: ApiRequest,
  { keys, count }: NextStep & { step: 'collection' },
): ApiResult | Pending {
  const object = stored(world, request.kind, keys[count]!);
  if (object !== undefined) deleteObject(world, request, object);
  return count + 1 === keys.length ? COLLECTION_DELETED : { next: { step: 'collection', keys, count: count + 1 } };
}
