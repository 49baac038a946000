import { selectorMatches } from '../../api/cel/device-selector.js';
import type {
  Device,
  DeviceClass,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceWish,
  ResourceClaim,
  ResourceSlice,
} from '../../api/objects/devices.js';
import type { Node } from '../../api/objects/node.js';
import { objectKey } from '../../api/store.js';
import { consumedBy, hasRoomFor } from './capacity.js';
import { type DeviceState, deviceId } from './device-state.js';
import { isFor, type Pool } from './pools.js';

/** Most devices that one claim can have. Source: k8s.io/api resource/v1: AllocationResultsMaxSize. */
export const MAXIMUM_DEVICES = 32;

/** One device of a pool, as a candidate. */
export interface Candidate {
  readonly pool: Pool;
  readonly slice: ResourceSlice;
  readonly device: Device;
  readonly id: string;
}

/** A request, or one of its alternatives, as the allocator works on it. */
export interface Wanted {
  /** `request`, or `request/alternative`. */
  readonly name: string;
  readonly wish: DeviceWish;
  readonly deviceClass: DeviceClass;
  readonly claim: ResourceClaim;
  readonly count: number;
  /** All devices that match, where all are wanted. */
  readonly all: readonly Candidate[] | undefined;
}

/** The requests of a claim, each with its alternatives, or just itself. */
export type WantedClaim = readonly (readonly Wanted[])[];

/** What stops the whole attempt: a mistake in a claim or a class, whatever the node. */
export interface AllocationError {
  readonly error: string;
}

export function isError<T extends object>(value: T | AllocationError): value is AllocationError {
  return 'error' in value;
}

/** Source: allocator_incubating.go: Allocate, validateDeviceRequest. */
export function wantedBy(
  state: DeviceState,
  node: Node,
  pools: readonly Pool[],
  claim: ResourceClaim,
): WantedClaim | AllocationError {
  const requests: Wanted[][] = [];
  let fewest = 0;
  for (const request of claim.spec.devices.requests ?? []) {
    const alternatives: Wanted[] = [];
    for (const [name, wish] of alternativesOf(request)) {
      const wanted = wantedOf(state, node, pools, claim, name, wish);
      if (isError(wanted)) return wanted;
      alternatives.push(wanted);
    }
    fewest += Math.min(...alternatives.map(({ count }) => count));
    requests.push(alternatives);
  }
  if (fewest <= MAXIMUM_DEVICES) return requests;
  const error = `claim ${objectKey(claim)}: number of requested devices ${fewest} exceeds the claim limit of ${MAXIMUM_DEVICES}`;
  return { error };
}

function alternativesOf({ name, exactly, firstAvailable = [] }: DeviceRequest): [string, DeviceWish][] {
  if (exactly !== undefined) return [[name, exactly]];
  return firstAvailable.map((alternative: DeviceSubRequest) => [`${name}/${alternative.name}`, alternative]);
}

function wantedOf(
  state: DeviceState,
  node: Node,
  pools: readonly Pool[],
  claim: ResourceClaim,
  name: string,
  wish: DeviceWish,
): Wanted | AllocationError {
  const own = name.slice(name.indexOf('/') + 1);
  const where = `claim ${objectKey(claim)}, request ${own}`;
  const deviceClass = state.classes.get(wish.deviceClassName);
  if (deviceClass === undefined) {
    const why = `deviceclass.resource.k8s.io "${wish.deviceClassName}" not found`;
    return { error: `${where}: could not retrieve device class ${wish.deviceClassName}: ${why}` };
  }
  const wanted = { name, wish, deviceClass, claim, count: wish.count ?? 1, all: undefined };
  if (wish.allocationMode !== 'All') return wanted;
  const all: Candidate[] = [];
  for (const pool of pools) {
    if (pool.state !== 'usable') {
      const why = pool.state === 'incomplete' ? 'being updated' : 'invalid';
      return {
        error: `${where}: asks for all devices, but resource pool ${pool.driver}/${pool.name} is currently ${why}`,
      };
    }
    for (const candidate of candidatesIn(pool)) {
      const matches = isSelectable(wanted, candidate, node);
      if (typeof matches !== 'boolean') return matches;
      if (matches && hasRoom(state, wanted, candidate)) all.push(candidate);
    }
  }
  return { ...wanted, count: all.length, all };
}

function hasRoom({ shares }: DeviceState, { wish }: Wanted, { device, id }: Candidate): boolean {
  const consumed = consumedBy(wish, device);
  return consumed !== undefined && hasRoomFor(consumed, device, shares.get(id));
}

export function candidatesIn(pool: Pool): Candidate[] {
  return pool.slices.flatMap((slice) =>
    (slice.spec.devices ?? []).map((device) => ({
      pool,
      slice,
      device,
      id: deviceId(pool.driver, pool.name, device.name),
    })),
  );
}

/** Do class, request and the device's own choice of nodes let it be used? */
export function isSelectable(
  { claim, deviceClass, wish }: Pick<Wanted, 'claim' | 'deviceClass' | 'wish'>,
  { slice, device }: Candidate,
  node: Node,
): boolean | AllocationError {
  const { driver, perDeviceNodeSelection } = slice.spec;
  const ofClass = allMatch(`class ${deviceClass.metadata.name}`, deviceClass.spec.selectors, driver, device);
  if (ofClass !== true) return ofClass;
  const ofClaim = allMatch(`claim ${objectKey(claim)}`, wish.selectors, driver, device);
  if (ofClaim !== true) return ofClaim;
  return perDeviceNodeSelection !== true || isFor(device, node);
}

function allMatch(
  where: string,
  selectors: readonly DeviceSelector[] = [],
  driver: string,
  device: Device,
): boolean | AllocationError {
  for (const [number, { cel }] of selectors.entries()) {
    const result = selectorMatches(cel!.expression, driver, device);
    if (result === false) return false;
    if (result !== true) return { error: `${where}: selector #${number}: ${result.error}` };
  }
  return true;
}
