import { succeeded } from '../../api/calls.js';
import type { ClaimConsumer, ResourceClaim } from '../../api/objects/devices.js';
import type { Pod } from '../../api/objects/pod.js';
import { isTerminal } from '../../api/pod-predicates.js';
import { ALLOCATED_FINALIZER, claimUpdate, isProtected } from '../../api/resource-claims.js';
import { attempt, RequestRefused, send, type Story } from '../../api/sync-story.js';

/** A pod that a claim is reserved for, as far as the controller knows: `unknown` has to be asked for. */
export interface ConsumerView {
  readonly consumer: ClaimConsumer;
  readonly state: 'alive' | 'done' | 'unknown';
}

export interface ClaimInput {
  readonly claim: ResourceClaim;
  readonly consumers: readonly ConsumerView[];
  /** It was made for a pod that will not use it any more. */
  readonly isLeftOver: boolean;
}

/**
 * Takes pods that have ended off a claim, gives its devices back after the last one, and deletes it if it was made for a pod that has ended.
 * Source: kubernetes v1.36.3 pkg/controller/resourceclaim/controller.go: syncClaim.
 */
export function* claimStory({ claim, consumers, isLeftOver }: ClaimInput): Story {
  const valid: ClaimConsumer[] = [];
  for (const { consumer, state } of consumers) {
    if (state === 'alive' || (state === 'unknown' && (yield* isThere(claim, consumer)))) valid.push(consumer);
  }
  if (valid.length < consumers.length) {
    const updated = yield* update(withConsumers(claim, valid), 'status');
    if (updated.status.allocation === undefined) yield* release(updated);
  } else if (valid.length === 0 && claim.metadata.deletionTimestamp !== undefined && isProtected(claim)) {
    const isFree = claim.status.allocation === undefined;
    yield* release(isFree ? claim : yield* update(withConsumers(claim, []), 'status'));
  }
  if (valid.length > 0 || !isLeftOver) return {};
  const { namespace, name } = claim.metadata;
  yield* send({ verb: 'delete', kind: 'ResourceClaim', namespace, name });
  return {};
}

/** Its informer may be behind, so that the controller asks before it takes a pod off. */
function* isThere({ metadata }: ResourceClaim, { name, uid }: ClaimConsumer): Story<boolean> {
  const result = yield* attempt({ verb: 'get', kind: 'Pod', namespace: metadata.namespace, name });
  if (result.status === 404) return false;
  if (!succeeded(result)) throw new RequestRefused(result);
  return result.object!.metadata.uid === uid;
}

/** After the last consumer the devices go back, if it was the scheduler that gave them. */
function withConsumers(claim: ResourceClaim, consumers: readonly ClaimConsumer[]): ResourceClaim {
  const { allocation } = claim.status;
  const keeps = allocation !== undefined && (consumers.length > 0 || !isProtected(claim));
  const status = {
    ...(keeps ? { allocation } : {}),
    ...(consumers.length > 0 ? { reservedFor: consumers } : {}),
  };
  return { ...claim, status };
}

function* release(claim: ResourceClaim): Story<undefined> {
  if (!isProtected(claim)) return undefined;
  const finalizers = claim.metadata.finalizers!.filter((finalizer) => finalizer !== ALLOCATED_FINALIZER);
  yield* update({ ...claim, metadata: { ...claim.metadata, finalizers } });
  return undefined;
}

function* update(body: ResourceClaim, subresource?: 'status'): Story<ResourceClaim> {
  return (yield* send(claimUpdate(body, subresource))) as ResourceClaim;
}

/** None of its containers runs, or ever will. Source: controller.go: isPodDone. */
export function isPodDone(pod: Pod): boolean {
  return isTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && pod.spec.nodeName === undefined);
}
