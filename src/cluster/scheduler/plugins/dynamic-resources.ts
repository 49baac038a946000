import type { AllocationResult, ResourceClaim } from '../../api/objects/devices.js';
import type { Pod } from '../../api/objects/pod.js';
import { type ClaimOfPod, claimOfPod, isReservedFor, strangerFault } from '../../api/resource-claims.js';
import { keyOf, type ObjectKey, objectKey } from '../../api/store.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import { allocate } from '../devices/allocator.js';
import type { DeviceState } from '../devices/device-state.js';
import { selects } from '../devices/pools.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, type Refusal, Rejection, type Verdict } from './verdict.js';

/**
 * Devices for the claims of a pod.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/plugins/dynamicresources/dynamicresources.go; reference/scheduling.md 3.12.
 */

/** A pod and its claims, in the order of its spec; undefined: one that is still to be made. */
export interface ClaimUser {
  readonly pod: Pick<Pod['metadata'], 'namespace' | 'name' | 'uid'>;
  readonly claims: readonly (ClaimOfPod | undefined)[];
}

export function claimUserOf(pod: Pod): ClaimUser | undefined {
  const { resourceClaims = [] } = pod.spec;
  if (resourceClaims.length === 0) return undefined;
  const { namespace, name, uid } = pod.metadata;
  return { pod: { namespace, name, uid }, claims: resourceClaims.map((podClaim) => claimOfPod(pod, podClaim)) };
}

/** PreEnqueue, and the first part of PreFilter: the claims, or what is missing. Source: foreachPodResourceClaim. */
export function claimsFor(
  { claims }: DeviceState,
  { pod, claims: wanted }: ClaimUser,
): readonly ResourceClaim[] | string {
  const found: ResourceClaim[] = [];
  for (const wish of wanted) {
    if (wish === undefined) return `pod "${pod.namespace}/${pod.name}": ResourceClaim not created yet`;
    if (wish.name === undefined) continue;
    const key = keyOf(pod.namespace, wish.name);
    const claim = claims.get(key);
    if (claim === undefined) return `could not find ResourceClaim "${key}"`;
    if (claim.metadata.deletionTimestamp !== undefined) return `resourceclaim "${wish.name}" is being deleted`;
    const fault = wish.isGenerated ? strangerFault(claim, pod) : undefined;
    if (fault !== undefined) return fault;
    found.push(claim);
  }
  return found;
}

/** PreFilter: why the pod can go nowhere, if its claims say so by themselves. */
export function refuseDevices({ devices }: ClusterState, { claimUser }: PodClass): Refusal | undefined {
  if (claimUser === undefined) return undefined;
  const claims = claimsFor(devices, claimUser);
  const message = typeof claims === 'string' ? claims : refusalOf(devices, claims);
  return message === undefined ? undefined : { plugin: 'DynamicResources', message };
}

function refusalOf({ pending, classes }: DeviceState, claims: readonly ResourceClaim[]): string | undefined {
  for (const claim of claims) {
    if (claim.status.allocation !== undefined) continue;
    if (pending.has(claim.metadata.uid)) {
      return `resource claim ${objectKey(claim)} is in the process of being allocated`;
    }
    for (const { name, exactly, firstAvailable = [] } of claim.spec.devices.requests ?? []) {
      const wishes = exactly === undefined ? firstAvailable : [{ ...exactly, name: '' }];
      for (const wish of wishes) {
        if (classes.has(wish.deviceClassName)) continue;
        const request = wish.name === '' ? name : `${name}/${wish.name}`;
        return `request ${request}: device class ${wish.deviceClassName} does not exist`;
      }
    }
  }
  return undefined;
}

/** What an attempt finds out about the claims of its pod. */
export interface DeviceDemand {
  readonly claims: readonly ResourceClaim[];
  /** Those without devices. */
  readonly unallocated: readonly ResourceClaim[];
  /** What was found out of each node that was looked at: it does not depend on the pods there. */
  readonly outcomes: Map<NodeIndex, NodeOutcome>;
  /** A mistake in a claim or a class, which ends the attempt; '' for none. */
  error: string;
}

interface NodeOutcome {
  readonly verdict: Verdict;
  /** For the claims without devices, where the node can serve them. */
  readonly allocations: readonly AllocationResult[];
}

/** Undefined: the pod has no claims, or its profile does not care. */
export function prepareDevices({ devices }: ClusterState, { claimUser, profile }: PodClass): DeviceDemand | undefined {
  if (claimUser === undefined || !profile.filters.includes('DynamicResources')) return undefined;
  const claims = claimsFor(devices, claimUser);
  if (typeof claims === 'string' || claims.length === 0) return undefined;
  const unallocated = claims.filter(({ status }) => status.allocation === undefined);
  return { claims, unallocated, outcomes: new Map(), error: '' };
}

export function filterDevices(cluster: ClusterState, demand: DeviceDemand, node: NodeIndex): Verdict {
  return outcomeOn(cluster, demand, node).verdict;
}

/** What the node gives the claims without devices. */
function allocationsOn(cluster: ClusterState, demand: DeviceDemand, node: NodeIndex): readonly AllocationResult[] {
  return outcomeOn(cluster, demand, node).allocations;
}

function outcomeOn(cluster: ClusterState, demand: DeviceDemand, node: NodeIndex): NodeOutcome {
  const known = demand.outcomes.get(node);
  if (known !== undefined) return known;
  const outcome = judge(cluster, demand, node);
  demand.outcomes.set(node, outcome);
  return outcome;
}

const NOTHING: readonly AllocationResult[] = [];

function judge({ devices, nodes }: ClusterState, demand: DeviceDemand, index: NodeIndex): NodeOutcome {
  const { claims, unallocated } = demand;
  const node = nodes[index]!;
  const allocated = unallocated.length === 0 ? NOTHING : allocate(devices, node, unallocated);
  if (typeof allocated === 'string') {
    return { verdict: allocated === 'none' ? Rejection.Devices : Rejection.DevicePools, allocations: NOTHING };
  }
  if ('error' in allocated) {
    demand.error ||= `running "DynamicResources" filter plugin: ${allocated.error}`;
    return { verdict: Rejection.DeviceError, allocations: NOTHING };
  }
  const isElsewhere = ({ status }: ResourceClaim): boolean => {
    const selector = status.allocation?.nodeSelector;
    return selector !== undefined && !selects(selector, node);
  };
  return { verdict: claims.some(isElsewhere) ? Rejection.ClaimElsewhere : FEASIBLE, allocations: allocated };
}

/** Alternatives of one request: the first is worth most. Source: k8s.io/api resource/v1: FirstAvailableDeviceRequestMaxSize. */
const MAXIMUM_ALTERNATIVES = 8;

/** Better alternatives score higher. Source: computeScore. */
export function scoreDevices(cluster: ClusterState, demand: DeviceDemand, node: NodeIndex): number {
  const allocations = allocationsOn(cluster, demand, node);
  let score = 0;
  for (const [index, { spec }] of demand.unallocated.entries()) {
    const chosen = new Set(allocations[index]?.devices.results.map(({ request }) => request));
    for (const { name, firstAvailable = [] } of spec.devices.requests ?? []) {
      for (const [rank, alternative] of firstAvailable.entries()) {
        if (chosen.has(`${name}/${alternative.name}`)) score += MAXIMUM_ALTERNATIVES - rank;
      }
    }
  }
  return score;
}

/** Can nodes score differently at all? */
export function scoresDevices({ unallocated }: DeviceDemand): boolean {
  return unallocated.some(({ spec }) =>
    spec.devices.requests?.some(({ firstAvailable = [] }) => firstAvailable.length > 0),
  );
}

/** PostFilter: a claim whose devices are of no use to the pod, and that nobody else uses. The real one takes any of them. */
export function claimToFree(cluster: ClusterState, demand: DeviceDemand, uid: string): ResourceClaim | undefined {
  return demand.claims.find(({ status }) => {
    const { allocation, reservedFor = [] } = status;
    const selector = allocation?.nodeSelector;
    if (selector === undefined || reservedFor.some((consumer) => consumer.uid !== uid)) return false;
    for (const [node, { verdict }] of demand.outcomes) {
      if (verdict === Rejection.ClaimElsewhere && !selects(selector, cluster.nodes[node]!)) return true;
    }
    return false;
  });
}

/** A claim that the pod is to be noted in, with the devices that it gets. */
export interface ClaimWish {
  readonly key: ObjectKey;
  readonly claim: ResourceClaim;
  /** Undefined: the claim has devices already. */
  readonly allocation: AllocationResult | undefined;
}

/** Reserve: what is to be written before the pod may go to its node, which was found to serve all claims. */
export function planDevices(cluster: ClusterState, pod: PodClass, node: NodeIndex): readonly ClaimWish[] | undefined {
  const demand = prepareDevices(cluster, pod);
  if (demand === undefined) return undefined;
  const allocations = allocationsOn(cluster, demand, node);
  const { uid } = pod.claimUser!.pod;
  return demand.claims
    .filter((claim) => !isReservedFor(claim, uid))
    .map((claim) => {
      const allocation = allocations[demand.unallocated.indexOf(claim)];
      return { key: objectKey(claim), claim, allocation };
    });
}
