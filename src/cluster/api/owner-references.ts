import type { ApiRequest } from './calls.js';
import type { KubernetesObject, OwnerReference, StringMap } from './objects/meta.js';
import { attempt, RequestRefused, send, type Story } from './sync-story.js';
import { succeeded } from './calls.js';

/** The reference to the controller that manages an object, if one does. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  const references = object.metadata.ownerReferences;
  if (references !== undefined) for (const reference of references) if (reference.controller === true) return reference;
  return undefined;
}

/** The reference that makes `owner` the controller of an object. */
export function controllerReference(owner: KubernetesObject): OwnerReference {
  const { apiVersion, kind } = owner;
  const { name, uid } = owner.metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export type ClaimVerdict = 'keep' | 'release' | 'adopt' | 'ignore';

/** Source: kubernetes v1.36.3 pkg/controller/controller_ref_manager.go: ClaimObject; reference/workloads.md section 2. */
export function claimVerdict(
  owner: KubernetesObject,
  matches: (labels: StringMap | undefined) => boolean,
  object: KubernetesObject,
): ClaimVerdict {
  const controller = controllerOf(object);
  const isGoing = owner.metadata.deletionTimestamp !== undefined;
  if (controller !== undefined) {
    if (controller.uid !== owner.metadata.uid) return 'ignore';
    if (matches(object.metadata.labels)) return 'keep';
    return isGoing ? 'ignore' : 'release';
  }
  if (isGoing || object.metadata.deletionTimestamp !== undefined) return 'ignore';
  return matches(object.metadata.labels) ? 'adopt' : 'ignore';
}

/**
 * The candidates that belong to `owner`, after orphans were adopted (and given `finalizers`) and strangers released through the API.
 */
export function* claimObjects<T extends KubernetesObject>(
  owner: KubernetesObject,
  matches: (labels: StringMap | undefined) => boolean,
  candidates: readonly T[],
  finalizers: readonly string[] = [],
): Story<T[]> {
  const claimed: T[] = [];
  let mayAdopt: boolean | undefined;
  let refused: RequestRefused | undefined;
  for (const candidate of candidates) {
    const verdict = claimVerdict(owner, matches, candidate);
    if (verdict === 'keep') claimed.push(candidate);
    if (verdict === 'keep' || verdict === 'ignore') continue;
    if (verdict === 'adopt') {
      mayAdopt ??= yield* isStillThere(owner);
      if (!mayAdopt) throw new RequestRefused(GONE);
    }
    const result = yield* attempt(ownerPatch(owner, candidate, verdict, finalizers));
    if (succeeded(result)) {
      if (verdict === 'adopt') claimed.push(candidate);
    } else if (result.status !== 404 && result.status !== 422) {
      refused ??= new RequestRefused(result);
    }
  }
  if (refused !== undefined) throw refused;
  return claimed;
}

const GONE = { status: 404, reason: 'NotFound', message: 'the owner has gone or is being deleted' };

/** Adoption asks the server itself, as the informer may not know yet that the owner has gone. */
function* isStillThere(owner: KubernetesObject): Story<boolean> {
  const { namespace, name, uid } = owner.metadata;
  const fresh = yield* send({ verb: 'get', kind: owner.kind, namespace, name });
  return fresh.metadata.uid === uid && fresh.metadata.deletionTimestamp === undefined;
}

function ownerPatch(
  owner: KubernetesObject,
  object: KubernetesObject,
  verdict: 'adopt' | 'release',
  added: readonly string[],
): ApiRequest {
  const { namespace, name, uid } = object.metadata;
  const finalizers = [...(object.metadata.finalizers ?? []), ...added];
  const gained = verdict === 'adopt' && added.length > 0 ? { finalizers } : {};
  const reference = verdict === 'adopt' ? controllerReference(owner) : { uid: owner.metadata.uid, $patch: 'delete' };
  return {
    verb: 'patch',
    kind: object.kind,
    namespace,
    name,
    uid,
    body: { metadata: { ownerReferences: [reference], ...gained } },
  };
}
