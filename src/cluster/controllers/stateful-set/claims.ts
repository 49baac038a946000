import { type ApiRequest, succeeded } from '../../api/calls.js';
import type { KubernetesObject, OwnerReference } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { PersistentVolumeClaim } from '../../api/objects/storage.js';
import type { StatefulSet } from '../../api/objects/workload.js';
import { controllerReference } from '../../api/owner-references.js';
import { attempt, RequestRefused, send, type Story, tell } from '../../api/sync-story.js';
import { isInRange, podName } from './ordinals.js';

/**
 * The claims of a StatefulSet's pods: made before the pod, kept when it goes, and owned by the set or the pod as the retention
 * policy says.
 * Source: kubernetes v1.36.3 pkg/controller/statefulset/stateful_pod_control.go, stateful_set_utils.go; reference/workloads.md
 * section 5.
 */

/** Claims by name, as the informer knows them. */
export type Claims = ReadonlyMap<string, PersistentVolumeClaim>;

export function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

export function claimNames(set: StatefulSet, ordinal: number): string[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => claimName(set, template, ordinal));
}

/** Makes the claims of an ordinal that are missing. One that is being deleted is in the way. */
export function* createClaims(set: StatefulSet, claims: Claims, ordinal: number): Story<undefined> {
  let refused: RequestRefused | undefined;
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const name = claimName(set, template, ordinal);
    const claim = claims.get(name);
    if (claim?.metadata.deletionTimestamp !== undefined) {
      refused ??= new RequestRefused({ status: 409, reason: 'Conflict', message: `pvc ${name} is being deleted` });
    }
    if (claim !== undefined) continue;
    const result = yield* attempt(claimRequest(set, template, ordinal));
    if (!succeeded(result)) {
      refused ??= new RequestRefused({ ...result, message: `failed to create PVC ${name}: ${result.message}` });
    }
    if (result.reason === 'AlreadyExists') continue;
    const pod = podName(set, ordinal);
    if (succeeded(result)) {
      const message = `Create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`;
      yield* tell(set, 'Normal', 'SuccessfulCreate', message);
    } else {
      const message = `Create Claim ${name} for Pod ${pod} in StatefulSet ${set.metadata.name} failed error: ${result.message}`;
      yield* tell(set, 'Warning', 'FailedCreate', message);
    }
  }
  if (refused !== undefined) throw refused;
  return undefined;
}

export function claimRequest(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): ApiRequest {
  const { namespace } = set.metadata;
  const { metadata, spec } = template;
  const labels = { ...metadata.labels, ...set.spec.selector.matchLabels };
  const name = claimName(set, template, ordinal);
  const kind = 'PersistentVolumeClaim';
  const body = { apiVersion: 'v1', kind, metadata: { ...metadata, name, namespace, labels }, spec };
  return { verb: 'create', kind, namespace, name: '', body };
}

interface WantedOwners {
  readonly set: boolean;
  readonly pod: boolean;
}

/** Who owns the claims of an ordinal: the set, where they go with it; the pod, once it is condemned and they go with it. */
function wantedOwners(set: StatefulSet, ordinal: number): WantedOwners {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const isCondemned = !isInRange(set, ordinal);
  const withPod = whenScaled === 'Delete' && isCondemned;
  return { set: whenDeleted === 'Delete' && !withPod, pod: withPod };
}

function isOwnedBy({ metadata }: KubernetesObject, owner: KubernetesObject): boolean {
  return (metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}

function hasWantedOwners(set: StatefulSet, pod: Pod, ordinal: number, claim: PersistentVolumeClaim): boolean {
  const wanted = wantedOwners(set, ordinal);
  return isOwnedBy(claim, set) === wanted.set && isOwnedBy(claim, pod) === wanted.pod;
}

/** Are the claims, as far as they exist, owned as the policy wants? Source: ClaimsMatchRetentionPolicy. */
export function claimsMatchPolicy(set: StatefulSet, claims: Claims, pod: Pod, ordinal: number): boolean {
  return claimNames(set, ordinal).every((name) => {
    const claim = claims.get(name);
    return claim === undefined || hasWantedOwners(set, pod, ordinal, claim);
  });
}

/** Are all claims of an ordinal there to stay, and owned as the policy wants? */
export function areInOrder(set: StatefulSet, claims: Claims, pod: Pod, ordinal: number): boolean {
  return claimNames(set, ordinal).every((name) => {
    const claim = claims.get(name);
    return (
      claim !== undefined && claim.metadata.deletionTimestamp === undefined && hasWantedOwners(set, pod, ordinal, claim)
    );
  });
}

/** Gives the claims the owners that the policy wants. Source: UpdatePodClaimForRetentionPolicy. */
export function* applyPolicy(set: StatefulSet, claims: Claims, pod: Pod, ordinal: number): Story<undefined> {
  for (const name of claimNames(set, ordinal)) {
    const claim = claims.get(name);
    if (claim === undefined || hasWantedOwners(set, pod, ordinal, claim)) continue;
    const wanted = wantedOwners(set, ordinal);
    const ownerReferences: OwnerReference[] = [
      ...(claim.metadata.ownerReferences ?? []).filter(
        ({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid,
      ),
      ...(wanted.set ? [controllerReference(set)] : []),
      ...(wanted.pod ? [controllerReference(pod)] : []),
    ];
    const { namespace, resourceVersion } = claim.metadata;
    const body = { ...claim, metadata: { ...claim.metadata, ownerReferences } };
    yield* send({ verb: 'update', kind: claim.kind, namespace, name, resourceVersion, body });
  }
  return undefined;
}

/** Does a claim still belong to an earlier pod of this name? It will go with that pod. Source: PodClaimIsStale. */
export function hasStaleClaim(set: StatefulSet, claims: Claims, ordinal: number): boolean {
  if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete') return false;
  const pod = podName(set, ordinal);
  return claimNames(set, ordinal).some((name) =>
    (claims.get(name)?.metadata.ownerReferences ?? []).some((owner) => owner.kind === 'Pod' && owner.name === pod),
  );
}
