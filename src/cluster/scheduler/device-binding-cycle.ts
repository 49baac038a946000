import { type ApiRequest, type ApiResult, issue, NOBODY, succeeded } from '../api/calls.js';
import { lister } from '../api/informers.js';
import type { ResourceClaim } from '../api/objects/devices.js';
import { ALLOCATED_FINALIZER, claimUpdate, consumersWith, isProtected } from '../api/resource-claims.js';
import { type ObjectKey, objectKey } from '../api/store.js';
import { endHold, holdDevices, setClaim } from './devices/device-state.js';
import { SchedulerEvent } from './events.js';
import { happen } from './happen.js';
import type { ClaimWish } from './plugins/dynamic-resources.js';
import type { Binding, SchedulerWorld } from './world.js';

/** How a claim is written: k8s.io/client-go util/retry DefaultRetry gives up after so many conflicts; its pauses of 10 ms are left out. */
const MAXIMUM_TRIES = 5;

/** The writes of PreBind that are under way, or to come. Plain data, in the world. */
export interface DeviceWrites {
  readonly wishes: readonly ClaimWish[];
  /** Number of the wish that is written; its tries so far; the claim as it is known now. */
  wish: number;
  tries: number;
  claim: ResourceClaim | undefined;
  /** The claim is asked for again after a conflict. */
  isReading: boolean;
}

export function beginDeviceWrites(wishes: readonly ClaimWish[]): DeviceWrites {
  return { wishes, wish: 0, tries: 0, claim: undefined, isReading: false };
}

/** Reserve: the devices are taken from now on. */
export function reserveDevices({ scheduler }: SchedulerWorld, wishes: readonly ClaimWish[]): void {
  for (const { claim, allocation } of wishes) {
    if (allocation !== undefined) holdDevices(scheduler.cluster.devices, { ...claim, status: { allocation } });
  }
}

/**
 * Sends the next write: first the finalizer that keeps a claim with devices, then devices and pod together. False: all is written.
 * Source: kubernetes v1.36.3 plugins/dynamicresources/dynamicresources.go: bindClaim.
 */
function writeDevices(world: SchedulerWorld, number: number, binding: Binding): boolean {
  const writes = binding.devices;
  const wish = writes?.wishes[writes.wish];
  if (wish === undefined) return false;
  const claim = writes!.claim ?? wish.claim;
  issue(world, world.scheduler.client, nextWrite(world, binding, wish, claim), SchedulerEvent.ClaimWritten, number);
  return true;
}

function nextWrite(world: SchedulerWorld, { queued }: Binding, wish: ClaimWish, claim: ResourceClaim): ApiRequest {
  if (wish.allocation !== undefined && !isProtected(claim)) {
    const finalizers = [...(claim.metadata.finalizers ?? []), ALLOCATED_FINALIZER];
    return claimUpdate({ ...claim, metadata: { ...claim.metadata, finalizers } });
  }
  const { now } = world.kernel;
  const given = wish.allocation ?? claim.status.allocation;
  const allocation =
    given === undefined ? undefined : { ...given, allocationTimestamp: given.allocationTimestamp ?? now };
  const reservedFor = consumersWith(claim, queued.pod);
  const status = { ...claim.status, ...(allocation === undefined ? {} : { allocation }), reservedFor };
  return claimUpdate({ ...claim, status }, 'status');
}

/** The answer to a write, or to the question what a claim is like now; gives the error that ends the binding. */
export function claimWritten(world: SchedulerWorld, binding: Binding, result: ApiResult): string {
  const writes = binding.devices!;
  const wish = writes.wishes[writes.wish]!;
  if (writes.isReading) {
    writes.isReading = false;
    if (!succeeded(result)) return `get updated claim ${wish.key} after conflict: ${result.message}`;
    writes.claim = result.object as ResourceClaim;
    return clashOf(wish, writes.claim);
  }
  if (result.status === 409 && writes.tries + 1 < MAXIMUM_TRIES) {
    writes.tries += 1;
    writes.isReading = true;
    return '';
  }
  const isProtecting = wish.allocation !== undefined && !isProtected(writes.claim ?? wish.claim);
  if (!succeeded(result)) {
    const what = isProtecting
      ? 'finalizer'
      : wish.allocation === undefined
        ? 'reservation'
        : 'allocation and reservation';
    return `add ${what} to claim ${wish.key}: ${result.message}`;
  }
  const written = result.object as ResourceClaim;
  if (isProtecting) writes.claim = written;
  else {
    seeClaim(world, written);
    if (wish.allocation !== undefined) endHold(world.scheduler.cluster.devices, written.metadata.uid);
    Object.assign(writes, { wish: writes.wish + 1, tries: 0, claim: undefined });
  }
  return '';
}

/** Asks for the claim if its last write met with a conflict; else goes on writing. False: all is written. */
export function goOnWithDevices(world: SchedulerWorld, number: number, binding: Binding): boolean {
  const { devices: writes } = binding;
  if (writes?.isReading !== true) return writeDevices(world, number, binding);
  const { namespace, name } = writes.wishes[writes.wish]!.claim.metadata;
  const request = { verb: 'get', kind: 'ResourceClaim', namespace, name } as const;
  issue(world, world.scheduler.client, request, SchedulerEvent.ClaimWritten, number);
  return true;
}

/** Somebody else was faster. */
function clashOf({ key, allocation }: ClaimWish, { metadata, status }: ResourceClaim): string {
  if (metadata.deletionTimestamp !== undefined) return `claim ${key} got deleted in the meantime`;
  const isTaken = allocation !== undefined && status.allocation !== undefined;
  return isTaken ? `claim ${key} got allocated elsewhere in the meantime` : '';
}

/** Unreserve: what is not written is free again, and what is, is taken back. */
export function forgetDevices(world: SchedulerWorld, { queued, devices }: Binding): void {
  const { scheduler } = world;
  const { uid } = queued.pod.metadata;
  const { wishes, wish } = devices!;
  for (const [index, { key, claim, allocation }] of wishes.entries()) {
    if (index >= wish) {
      if (allocation !== undefined) release(world, key, claim);
      continue;
    }
    const { namespace, name } = claim.metadata;
    const body = { status: { reservedFor: [{ uid, $patch: 'delete' }] } };
    const patch = { verb: 'patch', kind: 'ResourceClaim', namespace, name, uid: claim.metadata.uid } as const;
    issue(world, scheduler.client, { ...patch, subresource: 'status', body }, NOBODY);
  }
}

function release(world: SchedulerWorld, key: ObjectKey, { metadata }: ResourceClaim): void {
  const { devices } = world.scheduler.cluster;
  endHold(devices, metadata.uid);
  const before = devices.claims.get(key);
  const object = lister<ResourceClaim>(world, world.scheduler.resourceClaims).get(key);
  if (object === undefined || object === before) return;
  setClaim(devices, key, object);
  happen(world, { type: 'ResourceClaim', before, object });
}

/** A claim as its informer shows it, or as it was written: what is older than what is known is ignored (the assume cache). */
export function seeClaim(world: SchedulerWorld, object: ResourceClaim): void {
  const { devices } = world.scheduler.cluster;
  const key = objectKey(object);
  const before = devices.claims.get(key);
  if (before !== undefined && object.metadata.resourceVersion <= before.metadata.resourceVersion) return;
  setClaim(devices, key, object);
  happen(world, { type: 'ResourceClaim', before, object });
}

/** PostFilter: gives the devices of a claim back that are of no use where the pod could go. */
export function freeClaim(world: SchedulerWorld, claim: ResourceClaim): void {
  issue(world, world.scheduler.client, claimUpdate({ ...claim, status: {} }, 'status'), SchedulerEvent.ClaimFreed);
}
