import type { ObjectDraft } from '../../api/create.js';
import { succeeded } from '../../api/calls.js';
import type { ResourceClaim, ResourceClaimTemplate } from '../../api/objects/devices.js';
import type { Pod, PodResourceClaim } from '../../api/objects/pod.js';
import { controllerReference } from '../../api/owner-references.js';
import { claimOfPod, claimUpdate, consumersWith, isReservedFor, strangerFault } from '../../api/resource-claims.js';
import { attempt, note, send, type Story, tell } from '../../api/sync-story.js';

/** On a claim that was made for a pod: which of its claims it is. Source: controller.go: podResourceClaimAnnotation. */
export const POD_CLAIM_ANNOTATION = 'resource.kubernetes.io/pod-claim-name';

/** One of the claims of a pod, with all that the controller knows of it. */
export interface PodClaimView {
  readonly podClaim: PodResourceClaim;
  /** By the name that the pod or its status gives. */
  readonly claim: ResourceClaim | undefined;
  /** Made for the pod, which its status does not say yet. */
  readonly orphan: ResourceClaim | undefined;
  readonly template: ResourceClaimTemplate | undefined;
}

export interface PodInput {
  readonly pod: Pod;
  readonly claims: readonly PodClaimView[];
}

/**
 * Makes the claims of a pod that come from templates, and reserves those of a pod that came to its node without the scheduler.
 * Source: kubernetes v1.36.3 pkg/controller/resourceclaim/controller.go: syncPod.
 */
export function* podStory({ pod, claims }: PodInput): Story {
  const { namespace, name } = pod.metadata;
  const statuses: { name: string; resourceClaimName: string }[] = [];
  for (const view of claims) {
    if (!needsClaim(pod, view)) continue;
    const made = yield* madeClaim(pod, view);
    if (typeof made === 'string') {
      yield* tell(pod, 'Warning', 'FailedResourceClaimCreation', `PodResourceClaim ${view.podClaim.name}: ${made}`);
      return { retry: true };
    }
    statuses.push({ name: view.podClaim.name, resourceClaimName: made.metadata.name });
  }
  if (statuses.length > 0) {
    const body = { status: { resourceClaimStatuses: statuses } };
    yield* send({ verb: 'patch', kind: 'Pod', namespace, name, subresource: 'status', body });
  }
  if (pod.spec.nodeName === undefined) return {}; // the scheduler reserves
  for (const { podClaim, claim } of claims) {
    const known = claimOfPod(pod, podClaim);
    if (known === undefined) return { retry: true };
    if (known.name === undefined) continue;
    if (claim === undefined) return {};
    if (known.isGenerated && strangerFault(claim, pod.metadata) !== undefined) return { retry: true };
    if (claim.status.allocation === undefined || isReservedFor(claim, pod.metadata.uid)) continue;
    const status = { ...claim.status, reservedFor: consumersWith(claim, pod) };
    yield* send(claimUpdate({ ...claim, status }, 'status'));
  }
  return {};
}

/** Source: controller.go: handleClaim. */
function needsClaim(pod: Pod, { podClaim, claim }: PodClaimView): boolean {
  const known = claimOfPod(pod, podClaim);
  if (podClaim.resourceClaimTemplateName === undefined) return false;
  if (known === undefined) return true;
  if (known.name === undefined) return false;
  return claim === undefined || strangerFault(claim, pod.metadata) !== undefined;
}

/** The claim, or why there is none. */
function* madeClaim(pod: Pod, { podClaim, orphan, template }: PodClaimView): Story<ResourceClaim | string> {
  if (orphan !== undefined) return orphan;
  const templateName = podClaim.resourceClaimTemplateName!;
  if (template === undefined) {
    const why = `resourceclaimtemplate.resource.k8s.io "${templateName}" not found`;
    return `resource claim template "${templateName}": ${why}`;
  }
  const { namespace } = pod.metadata;
  const body = claimDraft(pod, podClaim, template);
  const result = yield* attempt({ verb: 'create', kind: 'ResourceClaim', namespace, name: '', body });
  if (!succeeded(result)) return `create ResourceClaim : ${result.message}`;
  yield* note(result.object);
  return result.object as ResourceClaim;
}

/** Room for a dash and five random characters in a name of 63. */
const MAXIMUM_BASE_LENGTH = 57;

export function claimDraft(pod: Pod, podClaim: PodResourceClaim, template: ResourceClaimTemplate): ObjectDraft {
  const { metadata: { labels, annotations } = {}, spec } = template.spec;
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: '',
      generateName: baseName(pod.metadata.name, podClaim.name),
      namespace: pod.metadata.namespace,
      ownerReferences: [controllerReference(pod)],
      annotations: { ...annotations, [POD_CLAIM_ANNOTATION]: podClaim.name },
      ...(labels === undefined ? {} : { labels }),
    },
    spec,
  } as ObjectDraft;
}

/** Of names that are too long each part is cut in proportion. */
function baseName(podName: string, claimName: string): string {
  const base = `${podName}-${claimName}-`;
  if (base.length <= MAXIMUM_BASE_LENGTH) return base;
  const cut = (part: string): string => part.slice(0, Math.trunc((part.length * MAXIMUM_BASE_LENGTH) / base.length));
  return `${cut(podName)}-${cut(claimName)}`;
}
