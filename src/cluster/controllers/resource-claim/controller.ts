import { type Controllers, enqueue, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { KCM, kcmLister } from '../../api/kcm.js';
import type { ResourceClaim, ResourceClaimTemplate } from '../../api/objects/devices.js';
import type { Pod, PodResourceClaim } from '../../api/objects/pod.js';
import { controllerOf } from '../../api/owner-references.js';
import { isActive } from '../../api/pod-predicates.js';
import { controlledBy } from '../../api/owner-index.js';
import { claimOfPod, isReservedFor, resourceClaimNamesOf, strangerFault } from '../../api/resource-claims.js';
import { keyOf, type ObjectKey, objectKey } from '../../api/store.js';
import { beginStory, resumeStory, type StoryTeller } from '../../api/sync-story.js';
import { type ClaimInput, claimStory, type ConsumerView, isPodDone } from './claim-sync.js';
import { POD_CLAIM_ANNOTATION, type PodClaimView, type PodInput, podStory } from './pod-sync.js';
import { notePodGone, type ResourceClaimWorld } from './state.js';

/** kubernetes v1.36.3 cmd/kube-controller-manager/app/core.go: defaultResourceClaimControllerWorkers */
const WORKERS = 50;

/** One line for pods and claims: keys of either have a prefix. */
const POD = 'pod:';
const CLAIM = 'claim:';

/**
 * Makes claims for devices from templates, and takes care of those that are no longer used.
 * Source: kubernetes v1.36.3 pkg/controller/resourceclaim/controller.go.
 */
export function registerResourceClaim<W extends ResourceClaimWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'resource-claim-controller',
    workers: WORKERS,
    sync: (world, key) =>
      key.startsWith(POD)
        ? syncPod(world, podTeller, key.slice(POD.length))
        : syncClaim(world, claimTeller, key.slice(CLAIM.length)),
    resume: (world, key, memory, results) =>
      key.startsWith(POD)
        ? resumeStory(world, podTeller, memory, results)
        : resumeStory(world, claimTeller, memory, results),
  });
  const podTeller: StoryTeller<W, PodInput> = {
    controllerId,
    story: podStory,
    onNote: (world, _input, made) => {
      const claim = made as ResourceClaim;
      world.controllers.resourceClaim.made.set(claim.metadata.uid, claim);
    },
  };
  const claimTeller: StoryTeller<W, ClaimInput> = { controllerId, story: claimStory };
  listeners.on<Pod>(KCM, 'Pod', (world, change) => {
    if ((change.object.spec.resourceClaims?.length ?? 0) > 0) podChanged(world, controllerId, change);
  });
  listeners.on<ResourceClaim>(KCM, 'ResourceClaim', (world, { type, object }) => {
    const { made, users } = world.controllers.resourceClaim;
    made.delete(object.metadata.uid);
    const key = objectKey(object);
    if (type !== 'deleted') enqueue(world, controllerId, `${CLAIM}${key}`);
    const pods = kcmLister<Pod>(world, 'Pod');
    for (const podKey of users.get(key) ?? []) enqueuePod(world, controllerId, pods.get(podKey)!, false);
  });
}

function podChanged(world: ResourceClaimWorld, controllerId: number, { type, object, before }: Change<Pod>): void {
  const state = world.controllers.resourceClaim;
  if (before !== undefined) follow(state.users, before, false);
  if (type !== 'deleted') follow(state.users, object, true);
  if (before !== undefined && before.metadata.uid !== object.metadata.uid) {
    notePodGone(state, before.metadata.uid);
    enqueuePod(world, controllerId, before, true);
  }
  if (type === 'deleted') notePodGone(state, object.metadata.uid);
  enqueuePod(world, controllerId, object, type === 'deleted');
}

function follow(users: Map<ObjectKey, Set<ObjectKey>>, pod: Pod, isUser: boolean): void {
  for (const name of resourceClaimNamesOf(pod)) {
    const key = keyOf(pod.metadata.namespace, name);
    const pods = users.get(key) ?? new Set();
    if (isUser) pods.add(objectKey(pod));
    else pods.delete(objectKey(pod));
    if (pods.size === 0) users.delete(key);
    else users.set(key, pods);
  }
}

/** Source: controller.go: enqueuePod. */
function enqueuePod(world: ResourceClaimWorld, controllerId: number, pod: Pod, isGone: boolean): void {
  if (isGone || isPodDone(pod)) {
    for (const name of resourceClaimNamesOf(pod)) {
      enqueue(world, controllerId, `${CLAIM}${keyOf(pod.metadata.namespace, name)}`);
    }
  }
  if (!isGone && needsWork(world, pod)) enqueue(world, controllerId, `${POD}${objectKey(pod)}`);
}

/**
 * Source: controller.go: podNeedsWork. The real one also works for pods that have ended: it reserves claims for them again
 * (kubernetes/kubernetes#141274), which are taken off them, and so on. That mistake is left out.
 */
function needsWork(world: ResourceClaimWorld, pod: Pod): boolean {
  const { namespace, uid } = pod.metadata;
  if (!isActive(pod)) return false;
  const claims = kcmLister<ResourceClaim>(world, 'ResourceClaim');
  for (const podClaim of pod.spec.resourceClaims!) {
    const known = claimOfPod(pod, podClaim);
    if (known === undefined) return true;
    if (known.name === undefined) return false;
    const claim = claims.get(keyOf(namespace, known.name));
    if (claim === undefined) return podClaim.resourceClaimTemplateName !== undefined;
    if (known.isGenerated && strangerFault(claim, pod.metadata) !== undefined) return false;
    if (pod.spec.nodeName !== undefined && claim.status.allocation !== undefined && !isReservedFor(claim, uid))
      return true;
  }
  return false;
}

function syncPod<W extends ResourceClaimWorld>(world: W, teller: StoryTeller<W, PodInput>, key: ObjectKey): SyncStep {
  const pod = kcmLister<Pod>(world, 'Pod').get(key);
  if (pod === undefined || !isActive(pod)) return SYNC_DONE;
  const claims = pod.spec.resourceClaims!.map((podClaim) => viewOf(world, pod, podClaim));
  return beginStory(world, teller, { pod, claims });
}

function viewOf(world: ResourceClaimWorld, pod: Pod, podClaim: PodResourceClaim): PodClaimView {
  const { namespace, uid } = pod.metadata;
  const known = claimOfPod(pod, podClaim)?.name;
  const name = podClaim.resourceClaimTemplateName ?? '';
  return {
    podClaim,
    claim:
      known === undefined ? undefined : kcmLister<ResourceClaim>(world, 'ResourceClaim').get(keyOf(namespace, known)),
    orphan: madeFor(world, uid, podClaim),
    template: kcmLister<ResourceClaimTemplate>(world, 'ResourceClaimTemplate').get(keyOf(namespace, name)),
  };
}

/** A claim that was made for the pod already. Source: controller.go: findPodResourceClaim. */
function madeFor(
  { kcm, controllers }: ResourceClaimWorld,
  podUid: string,
  { name }: PodResourceClaim,
): ResourceClaim | undefined {
  const isIt = (claim: ResourceClaim): boolean => claim.metadata.annotations?.[POD_CLAIM_ANNOTATION] === name;
  for (const claim of controlledBy<ResourceClaim>(kcm.owned.ResourceClaim, podUid).values())
    if (isIt(claim)) return claim;
  for (const claim of controllers.resourceClaim.made.values()) {
    if (controllerOf(claim)?.uid === podUid && isIt(claim)) return claim;
  }
  return undefined;
}

function syncClaim<W extends ResourceClaimWorld>(
  world: W,
  teller: StoryTeller<W, ClaimInput>,
  key: ObjectKey,
): SyncStep {
  const claim = kcmLister<ResourceClaim>(world, 'ResourceClaim').get(key);
  if (claim === undefined) return SYNC_DONE;
  const { namespace } = claim.metadata;
  const { gonePods } = world.controllers.resourceClaim;
  const pods = kcmLister<Pod>(world, 'Pod');
  const consumers = (claim.status.reservedFor ?? []).map((consumer): ConsumerView => {
    if (gonePods.has(consumer.uid)) return { consumer, state: 'done' };
    const pod = pods.get(keyOf(namespace, consumer.name));
    if (pod === undefined) return { consumer, state: 'unknown' };
    return { consumer, state: pod.metadata.uid === consumer.uid && !isPodDone(pod) ? 'alive' : 'done' };
  });
  const owner = controllerOf(claim);
  const pod = owner?.kind === 'Pod' ? pods.get(keyOf(namespace, owner.name)) : undefined;
  const isLeftOver = pod !== undefined && (pod.metadata.uid !== owner!.uid || isPodDone(pod));
  return beginStory(world, teller, { claim, consumers, isLeftOver });
}
