import { type ApiRequest, type ApiResult, succeeded } from '../../api/calls.js';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '../../api/delete.js';
import { kindOf } from '../../api/kinds.js';
import type { KubernetesObject, OwnerReference } from '../../api/objects/meta.js';
import { attempt, attemptAll, note, RequestRefused, type Story } from '../../api/sync-story.js';
import { isDeletingDependents, isOrphaningDependents } from './graph.js';

/** What one look at an object starts from. */
export interface GarbageView {
  /** As the graph shows it. */
  readonly node: KubernetesObject;
  /** Its deletion has come to the graph. */
  readonly isGoing: boolean;
  readonly dependents: readonly KubernetesObject[];
  /** Uids of its owners that are known to have gone. */
  readonly absentOwners: readonly string[];
}

/**
 * Deletes an object whose owners have gone, lets go of one that waited for its dependents, or takes a leaving owner's
 * name off its dependents. The objects themselves are read from the server: the graph may lag behind.
 * Source: kubernetes v1.36.3 pkg/controller/garbagecollector/garbagecollector.go: attemptToDeleteItem, orphanDependents.
 */
export function* collect({ node, isGoing, dependents, absentOwners }: GarbageView): Story {
  if (isOrphaningDependents(node)) return yield* orphan(node, dependents);
  if (isGoing && !isDeletingDependents(node)) return {};
  const object = yield* read(node.kind, node.metadata.namespace, node.metadata.name);
  if (object?.metadata.uid !== node.metadata.uid) return {};
  if (isDeletingDependents(object)) return yield* releaseWhenAlone(object, dependents);
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0) return {};
  const { solid, dangling, waiting } = yield* classify(object, references, absentOwners);
  if (solid > 0) {
    if (dangling.length + waiting.length > 0) yield* change(withoutOwners(object, [...dangling, ...waiting]));
    return {};
  }
  const isForeground = waiting.length > 0 && dependents.length > 0;
  const propagation = isForeground ? 'Foreground' : policyOf(object);
  yield* change({ ...requestFor(object), verb: 'delete', propagation });
  return {};
}

/** The object may have asked for another policy in an earlier deletion. */
function policyOf({ metadata }: KubernetesObject): 'Background' | 'Foreground' | 'Orphan' {
  if (metadata.finalizers?.includes(ORPHAN_FINALIZER) === true) return 'Orphan';
  return metadata.finalizers?.includes(FOREGROUND_FINALIZER) === true ? 'Foreground' : 'Background';
}

interface OwnersFound {
  solid: number;
  readonly dangling: OwnerReference[];
  readonly waiting: OwnerReference[];
}

/** Source: garbagecollector.go: classifyReferences. */
function* classify(
  object: KubernetesObject,
  references: readonly OwnerReference[],
  absentOwners: readonly string[],
): Story<OwnersFound> {
  const found: OwnersFound = { solid: 0, dangling: [], waiting: [] };
  for (const reference of references) {
    const kind = kindOf(reference.kind);
    // Nobody can say whether an owner of a kind that the server does not know is there: it keeps what it owns.
    if (kind === undefined) {
      found.solid += 1;
      continue;
    }
    const namespace = kind.namespaced ? object.metadata.namespace : '';
    const isAbsent = absentOwners.includes(reference.uid);
    const owner = isAbsent ? undefined : yield* read(reference.kind, namespace, reference.name);
    if (owner?.metadata.uid !== reference.uid) found.dangling.push(reference);
    else if (isDeletingDependents(owner)) found.waiting.push(reference);
    else found.solid += 1;
  }
  return found;
}

/**
 * An owner in foreground deletion goes when no dependent blocks it any more; until then each look at it sends for those that do.
 * Source: garbagecollector.go: processDeletingDependentsItem.
 */
function* releaseWhenAlone(owner: KubernetesObject, dependents: readonly KubernetesObject[]): Story {
  const blocking = dependents.filter(({ metadata }) =>
    (metadata.ownerReferences ?? []).some(
      ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
    ),
  );
  if (blocking.length === 0) yield* change(withoutFinalizer(owner, FOREGROUND_FINALIZER));
  else yield* note(blocking.filter((dependent) => !isDeletingDependents(dependent)).map(uidOf));
  return {};
}

function uidOf({ metadata }: KubernetesObject): string {
  return metadata.uid;
}

function* orphan(object: KubernetesObject, dependents: readonly KubernetesObject[]): Story {
  const reference = { uid: object.metadata.uid } as OwnerReference;
  const results = yield* attemptAll(dependents.map((dependent) => withoutOwners(dependent, [reference])));
  for (const result of results) refuseUnlessGone(result);
  yield* change(withoutFinalizer(object, ORPHAN_FINALIZER));
  return {};
}

function* read(kind: string, namespace: string, name: string): Story<KubernetesObject | undefined> {
  const result = yield* attempt({ verb: 'get', kind, namespace, name });
  refuseUnlessGone(result);
  return result.object;
}

function* change(request: ApiRequest): Story<undefined> {
  refuseUnlessGone(yield* attempt(request));
  return undefined;
}

function refuseUnlessGone(result: ApiResult): void {
  if (!succeeded(result) && result.status !== 404) throw new RequestRefused(result);
}

function requestFor({ kind, metadata }: KubernetesObject): Omit<ApiRequest, 'verb'> {
  return { kind, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid };
}

function withoutOwners(object: KubernetesObject, owners: readonly OwnerReference[]): ApiRequest {
  const ownerReferences = owners.map(({ uid }) => ({ uid, $patch: 'delete' }));
  return { ...requestFor(object), verb: 'patch', body: { metadata: { ownerReferences } } };
}

function withoutFinalizer(object: KubernetesObject, finalizer: string): ApiRequest {
  const finalizers = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
  return { ...requestFor(object), verb: 'patch', body: { metadata: { finalizers } } };
}
