import type { ApiRequest } from './calls.js';
import type { ClaimConsumer, ResourceClaim } from './objects/devices.js';
import type { Pod, PodResourceClaim } from './objects/pod.js';
import { controllerOf } from './owner-references.js';

/** How pods and their claims for devices find each other. Source: kubernetes v1.36.3 k8s.io/dynamic-resource-allocation resourceclaim. */

/** Keeps a claim that has devices. Source: k8s.io/api resource/v1: Finalizer. */
export const ALLOCATED_FINALIZER = 'resource.kubernetes.io/delete-protection';

/** A claim that a pod names itself, or that was made for it; without a name: the pod does without. */
export interface ClaimOfPod {
  readonly name: string | undefined;
  readonly isGenerated: boolean;
}

/** Undefined: the claim is still to be made. Source: resourceclaim.go: Name. */
export function claimOfPod({ status }: Pod, podClaim: PodResourceClaim): ClaimOfPod | undefined {
  if (podClaim.resourceClaimName !== undefined) return { name: podClaim.resourceClaimName, isGenerated: false };
  const made = status.resourceClaimStatuses?.find(({ name }) => name === podClaim.name);
  return made === undefined ? undefined : { name: made.resourceClaimName, isGenerated: true };
}

/** The claims of a pod as far as they have names. */
export function resourceClaimNamesOf(pod: Pod): string[] {
  return (pod.spec.resourceClaims ?? []).flatMap((podClaim) => claimOfPod(pod, podClaim)?.name ?? []);
}

/** Why a claim that was made for a pod is not this pod's; undefined: it is. Source: resourceclaim.go: IsForPod. */
export function strangerFault(
  claim: ResourceClaim,
  pod: Pick<Pod['metadata'], 'namespace' | 'name' | 'uid'>,
): string | undefined {
  if (controllerOf(claim)?.uid === pod.uid) return undefined;
  const { namespace, name } = claim.metadata;
  return `ResourceClaim ${namespace}/${name} was not created for Pod ${pod.namespace}/${pod.name} (Pod is not owner)`;
}

/** Has it the finalizer that keeps a claim with devices? */
export function isProtected({ metadata }: ResourceClaim): boolean {
  return metadata.finalizers?.includes(ALLOCATED_FINALIZER) === true;
}

/** The consumers of a claim with one more pod. */
export function consumersWith({ status }: ResourceClaim, { metadata }: Pod): ClaimConsumer[] {
  const { name, uid } = metadata;
  return [...(status.reservedFor ?? []), { resource: 'pods', name, uid }];
}

/** Refused if somebody else has written the claim meanwhile. */
export function claimUpdate(body: ResourceClaim, subresource?: 'status'): ApiRequest {
  const { namespace, name, resourceVersion } = body.metadata;
  const request = { verb: 'update', kind: 'ResourceClaim', namespace, name, resourceVersion, body } as const;
  return subresource === undefined ? request : { ...request, subresource };
}

export function isReservedFor({ status }: ResourceClaim, uid: string): boolean {
  return status.reservedFor?.some((consumer) => consumer.uid === uid) === true;
}
