import { type Micros, SECOND_US } from '../../../kernel/time.js';
import { withFields } from '../../../kernel/with-fields.js';
import type { ApiRequest, ApiResult } from '../../api/calls.js';
import type { ObjectDraft } from '../../api/create.js';
import type { Pod, PodSpec } from '../../api/objects/pod.js';
import type { ReplicaSetStatus } from '../../api/objects/workload.js';
import { claimObjects, controllerOf, controllerReference } from '../../api/owner-references.js';
import { isActive, isTerminating } from '../../api/pod-predicates.js';
import { RequestRefused, type Story } from '../../api/sync-story.js';
import { writeOwnerStatus } from '../shared/owner-status.js';
import { createPods, deletePods } from '../shared/pod-control.js';
import type { Availability } from '../shared/ready-since.js';
import { availabilityOf, countPods, type PodCounts, readySinceOf } from './counts.js';
import { inDeletionOrder } from './deletion-rank.js';
import { type ReplicaOwner, selects } from './replica-owner.js';
import { calculateStatus, sameStatus } from './status.js';

/** Pods that one sync creates or deletes at most (kubernetes v1.36.3 pkg/controller/replicaset: BurstReplicas). */
export const BURST_REPLICAS = 500;

/** What one sync of a ReplicaSet or ReplicationController looks at. */
export interface ReplicaSetView {
  readonly owner: ReplicaOwner;
  /** The owner's pods in numbers. */
  readonly counts: PodCounts;
  readonly availability: Availability;
  /** Where pods are to be deleted: its active pods, as many of them as may be among the first to go. */
  readonly active: readonly Pod[];
  /** Its pods and those of its namespace without an owner, if any is to be adopted or released. */
  readonly candidates?: readonly Pod[];
  /** Where pods are to be deleted: active pods of all ReplicaSets of the same Deployment on the nodes of these. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Have the pods that were asked for earlier been seen? Without that nothing is created or deleted. */
  readonly mayManage: boolean;
  readonly now: Micros;
}

/**
 * One sync of a ReplicaSet or ReplicationController.
 * Source: kubernetes v1.36.3 pkg/controller/replicaset/replica_set.go: syncReplicaSet; reference/workloads.md section 3.
 */
export function* syncReplicaSet(view: ReplicaSetView): Story {
  const { owner, candidates, mayManage, now } = view;
  const { minReadySeconds = 0 } = owner.spec;
  const { active, counts, availability } = candidates === undefined ? view : yield* claimPods(view, candidates);
  let refused: ApiResult | undefined;
  if (mayManage && owner.metadata.deletionTimestamp === undefined) {
    refused = yield* manageReplicas(view, counts.active, active);
  }
  const status = calculateStatus(owner, counts, availability.available, refused?.message, now);
  if (!sameStatus(status, owner.status)) yield* writeOwnerStatus<ReplicaSetStatus>(owner, status);
  if (refused !== undefined) throw new RequestRefused(refused);
  const { nextUs } = availability;
  return nextUs === undefined || status.readyReplicas === status.availableReplicas
    ? {}
    : { afterUs: Math.min(nextUs, minReadySeconds * SECOND_US) };
}

/** The active pods of the owner, after orphans were adopted and strangers released; and all its pods in numbers. */
function* claimPods(
  { owner, now }: ReplicaSetView,
  candidates: readonly Pod[],
): Story<Pick<ReplicaSetView, 'active' | 'counts' | 'availability'>> {
  const active = yield* claimObjects(owner, (labels) => selects(owner, labels), candidates.filter(isActive));
  const terminating = candidates.filter((pod) => isTerminating(pod) && controllerOf(pod)?.uid === owner.metadata.uid);
  const counts = countPods(owner, [...active, ...terminating]);
  return {
    active,
    counts,
    availability: availabilityOf(counts, readySinceOf(active), owner.spec.minReadySeconds ?? 0, now),
  };
}

/** Creates or deletes pods; gives the first refusal, if there was one. */
function* manageReplicas(view: ReplicaSetView, count: number, active: readonly Pod[]): Story<ApiResult | undefined> {
  const surplus = count - (view.owner.spec.replicas ?? 1);
  if (surplus < 0) {
    const request = podRequest(view.owner);
    const missing = Math.min(-surplus, BURST_REPLICAS);
    return yield* createPods(
      view.owner,
      Array.from({ length: missing }, () => request),
    );
  }
  if (surplus === 0) return undefined;
  const victims = podsToDelete(active, view.ranks, Math.min(surplus, BURST_REPLICAS), view.now);
  return yield* deletePods(view.owner, victims);
}

interface PodDraft extends ObjectDraft {
  readonly spec: PodSpec;
}

/** The same draft for all pods: they share the template's spec and labels, which keeps a large owner small. */
export function podRequest(owner: ReplicaOwner): ApiRequest {
  const { name, namespace } = owner.metadata;
  const { metadata = {}, spec } = owner.spec.template;
  const body: PodDraft = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: withFields(metadata, {
      generateName: `${name}-`,
      namespace,
      ownerReferences: [controllerReference(owner)],
    }),
    spec,
  };
  return { verb: 'create', kind: 'Pod', namespace, name: '', body };
}

/** Source: replica_set.go: getPodsToDelete. */
export function podsToDelete(
  active: readonly Pod[],
  ranks: ReadonlyMap<string, number>,
  count: number,
  now: Micros,
): Pod[] {
  return count >= active.length ? [...active] : inDeletionOrder(active, ranks, now, count);
}
