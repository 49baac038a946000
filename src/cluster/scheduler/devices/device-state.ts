import type { AllocatedDevice, DeviceClass, ResourceClaim, ResourceSlice } from '../../api/objects/devices.js';
import { quantity } from '../../api/quantity.js';
import type { ObjectKey } from '../../api/store.js';

/** `driver/pool/device`: names one device of the cluster. */
export type DeviceId = string;

/** Amounts by name of the capacity, in units of 1e-9. */
export type Amounts = Map<string, bigint>;

/** What DynamicResources knows: kept in the cluster of the scheduler, and looked at by pods with claims alone. */
export interface DeviceState {
  /** What the scheduler has written stands here before its informer shows it (the real one's assume cache). */
  readonly claims: Map<ObjectKey, ResourceClaim>;
  /** By uid: claims that have devices in the plan of a pod on its way to a node, which are not written yet. */
  readonly pending: Map<string, ResourceClaim>;
  readonly classes: Map<string, DeviceClass>;
  /** Slices by name, of one node, or under '' those of several. */
  readonly slicesByNode: Map<string, Map<string, ResourceSlice>>;
  /** The same by `driver/pool`. */
  readonly slicesByPool: Map<string, Map<string, ResourceSlice>>;
  /** Claims that have a device for themselves. */
  readonly owners: Map<DeviceId, number>;
  /** What is taken of devices that several may share. */
  readonly shares: Map<DeviceId, Amounts>;
}

export function createDeviceState(): DeviceState {
  return {
    claims: new Map(),
    pending: new Map(),
    classes: new Map(),
    slicesByNode: new Map(),
    slicesByPool: new Map(),
    owners: new Map(),
    shares: new Map(),
  };
}

export function deviceId(driver: string, pool: string, device: string): DeviceId {
  return `${driver}/${pool}/${device}`;
}

export function poolKey({ spec }: ResourceSlice): string {
  return `${spec.driver}/${spec.pool.name}`;
}

/** Undefined: the claim is gone. */
export function setClaim(state: DeviceState, key: ObjectKey, claim: ResourceClaim | undefined): void {
  count(state, state.claims.get(key), -1);
  count(state, claim, 1);
  if (claim === undefined) state.claims.delete(key);
  else state.claims.set(key, claim);
}

/** The claim's devices are taken from now on, although nobody else knows yet. */
export function holdDevices(state: DeviceState, claim: ResourceClaim): void {
  state.pending.set(claim.metadata.uid, claim);
  count(state, claim, 1);
}

/** They are written, or not wanted any more. */
export function endHold(state: DeviceState, uid: string): void {
  count(state, state.pending.get(uid), -1);
  state.pending.delete(uid);
}

/** Devices that are only watched over are nobody's. Source: kubernetes v1.36.3 plugins/dynamicresources/allocateddevices.go. */
function count(state: DeviceState, claim: ResourceClaim | undefined, sign: 1 | -1): void {
  for (const result of claim?.status.allocation?.devices.results ?? []) {
    if (result.adminAccess === true) continue;
    const id = deviceId(result.driver, result.pool, result.device);
    if (result.shareID !== undefined) countShare(state.shares, id, result, sign);
    else {
      const owners = (state.owners.get(id) ?? 0) + sign;
      if (owners === 0) state.owners.delete(id);
      else state.owners.set(id, owners);
    }
  }
}

function countShare(
  shares: DeviceState['shares'],
  id: DeviceId,
  { consumedCapacity = {} }: AllocatedDevice,
  sign: 1 | -1,
): void {
  const taken: Amounts = shares.get(id) ?? new Map();
  for (const [name, amount] of Object.entries(consumedCapacity)) {
    const sum = (taken.get(name) ?? 0n) + BigInt(sign) * quantity(amount).nano;
    if (sum === 0n) taken.delete(name);
    else taken.set(name, sum);
  }
  if (taken.size === 0) shares.delete(id);
  else shares.set(id, taken);
}

export function addSlice(state: DeviceState, slice: ResourceSlice): void {
  file(state.slicesByNode, homeOf(slice), slice);
  file(state.slicesByPool, poolKey(slice), slice);
}

export function removeSlice(state: DeviceState, slice: ResourceSlice): void {
  unfile(state.slicesByNode, homeOf(slice), slice);
  unfile(state.slicesByPool, poolKey(slice), slice);
}

/** Counters count for the whole pool, wherever its devices are. */
function homeOf({ spec }: ResourceSlice): string {
  return (spec.sharedCounters?.length ?? 0) > 0 ? '' : (spec.nodeName ?? '');
}

type Files = Map<string, Map<string, ResourceSlice>>;

function file(files: Files, place: string, slice: ResourceSlice): void {
  const slices = files.get(place);
  if (slices === undefined) files.set(place, new Map([[slice.metadata.name, slice]]));
  else slices.set(slice.metadata.name, slice);
}

function unfile(files: Files, place: string, slice: ResourceSlice): void {
  const slices = files.get(place);
  slices?.delete(slice.metadata.name);
  if (slices?.size === 0) files.delete(place);
}
