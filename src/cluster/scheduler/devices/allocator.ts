import type { AllocationResult, Device, DeviceWish, ResourceClaim } from '../../api/objects/devices.js';
import type { Node } from '../../api/objects/node.js';
import { objectKey } from '../../api/store.js';
import { allocationOf, type TakenDevice } from './allocation-result.js';
import { consumedBy, hasRoomFor } from './capacity.js';
import { admits, type ConstraintState, createConstraint, forget } from './constraints.js';
import { type Counters, freeCounters, useCounters } from './counters.js';
import type { Amounts, DeviceId, DeviceState } from './device-state.js';
import { gatherPools, type Pool } from './pools.js';
import {
  type AllocationError,
  type Candidate,
  candidatesIn,
  isError,
  isSelectable,
  MAXIMUM_DEVICES,
  type Wanted,
  type WantedClaim,
  wantedBy,
} from './wanted.js';

/** An allocation for each claim; or why there is none: `pools`: some of the node's pools are invalid. */
type Allocated = readonly AllocationResult[] | 'none' | 'pools' | AllocationError;

/**
 * Devices for claims on one node, the first that fit in the order of claims, requests, alternatives and devices.
 * Source: kubernetes v1.36.3 k8s.io/dynamic-resource-allocation structured/internal/incubating/allocator_incubating.go.
 */
export function allocate(state: DeviceState, node: Node, claims: readonly ResourceClaim[]): Allocated {
  const pools = gatherPools(state, node);
  const wanted: WantedClaim[] = [];
  for (const claim of claims) {
    const requests = wantedBy(state, node, pools, claim);
    if (isError(requests)) return requests;
    wanted.push(requests);
  }
  const search: Search = {
    state,
    node,
    candidates: pools.filter((pool) => pool.state === 'usable').flatMap(candidatesIn),
    wanted,
    constraints: claims.map(({ spec }) => (spec.devices.constraints ?? []).map(createConstraint)),
    taken: claims.map(() => []),
    holders: new Map(),
    shares: new Map(),
    counters: new Map(),
    error: '',
  };
  const end = allocateClaim(search, 0);
  if (search.error !== '') return { error: search.error };
  if (end === 'too-many') return { error: 'allocation max size exceeded' };
  if (end === 'no') return pools.some((pool) => pool.state === 'invalid') ? 'pools' : 'none';
  return claims.map((claim, index) => allocationOf(claim, search.taken[index]!, node.metadata.name));
}

interface Search {
  readonly state: DeviceState;
  readonly node: Node;
  readonly candidates: readonly Candidate[];
  readonly wanted: readonly WantedClaim[];
  /** By claim, as are the devices taken so far. */
  readonly constraints: readonly (readonly ConstraintState[])[];
  readonly taken: TakenDevice[][];
  /** Claims that have taken a device in this search. */
  readonly holders: Map<DeviceId, Set<number>>;
  /** What was taken of devices that can be shared. */
  readonly shares: Map<DeviceId, Amounts>;
  readonly counters: Map<Pool, Counters>;
  /** Ends the search. */
  error: string;
}

/** `too-many`: the claim would have more devices than it can hold, so that nothing but another alternative helps. */
type Step = 'done' | 'no' | 'too-many';

function allocateClaim(search: Search, claim: number): Step {
  return claim === search.wanted.length ? 'done' : allocateRequest(search, claim, 0);
}

function allocateRequest(search: Search, claim: number, request: number): Step {
  const alternatives = search.wanted[claim]![request];
  if (alternatives === undefined) {
    const next = allocateClaim(search, claim + 1);
    return next === 'too-many' ? 'no' : next;
  }
  let isTooMany = true;
  for (const wanted of alternatives) {
    const step = allocateDevice(search, { claim, request, wanted }, 0, 0);
    if (step === 'done' || search.error !== '') return step;
    if (step === 'no') isTooMany = false;
  }
  return isTooMany ? 'too-many' : 'no';
}

/** What devices are taken for. */
interface Place {
  readonly claim: number;
  readonly request: number;
  readonly wanted: Wanted;
}

/** Takes the device number `index` of a request, looking from the candidate `from` on, and all that comes after it. */
function allocateDevice(search: Search, place: Place, index: number, from: number): Step {
  const { claim, request, wanted } = place;
  if (wanted.all?.length === 0) return 'no';
  if (index >= wanted.count) return allocateRequest(search, claim, request + 1);
  if (search.taken[claim]!.length + wanted.count - index > MAXIMUM_DEVICES) return 'too-many';
  if (wanted.all !== undefined) {
    return tryCandidate(search, place, wanted.all[index]!, () => allocateDevice(search, place, index + 1, 0));
  }
  for (let number = from; number < search.candidates.length; number++) {
    const candidate = search.candidates[number]!;
    if (!mayTake(search, place, candidate)) continue;
    const matches = isSelectable(wanted, candidate, search.node);
    if (typeof matches !== 'boolean') {
      search.error = matches.error;
      return 'no';
    }
    if (!matches) continue;
    const step = tryCandidate(search, place, candidate, () => allocateDevice(search, place, index + 1, number + 1));
    if (step !== 'no' || search.error !== '') return step;
  }
  return 'no';
}

/** A device is taken once, but for those who only watch over it, and those that can be shared. */
function mayTake({ state, holders }: Search, { claim, wanted }: Place, { id }: Candidate): boolean {
  const holding = holders.get(id);
  if (wanted.wish.adminAccess === true) return holding?.has(claim) !== true;
  return !state.owners.has(id) && (holding?.size ?? 0) === 0;
}

/** Takes the device if it can be had, and gives it back if the rest cannot. */
function tryCandidate(search: Search, place: Place, candidate: Candidate, rest: () => Step): Step {
  const { claim, wanted } = place;
  const { device, id } = candidate;
  const consumed = mayTake(search, place, candidate) ? roomIn(search, wanted.wish, candidate) : undefined;
  if (consumed === undefined || isTainted(device, wanted.wish)) return 'no';
  if (!takeCounters(search, candidate)) return 'no';
  if (!satisfies(search, place, candidate)) {
    giveCounters(search, candidate);
    return 'no';
  }
  const isShared = device.allowMultipleAllocations === true;
  if (isShared) share(search, id, consumed, 1n);
  else hold(search, id, claim);
  search.taken[claim]!.push({ wanted, candidate, consumed: isShared ? consumed : undefined });
  const step = rest();
  if (step === 'done') return step;
  search.taken[claim]!.pop();
  for (const state of search.constraints[claim]!) forget(state, wanted.name);
  if (isShared) share(search, id, consumed, -1n);
  else search.holders.get(id)!.delete(claim);
  giveCounters(search, candidate);
  return step;
}

function roomIn({ state, shares }: Search, wish: DeviceWish, { device, id }: Candidate): Amounts | undefined {
  const consumed = consumedBy(wish, device);
  if (consumed === undefined) return undefined;
  return hasRoomFor(consumed, device, state.shares.get(id), shares.get(id)) ? consumed : undefined;
}

function share({ shares }: Search, id: DeviceId, amounts: Amounts, sign: 1n | -1n): void {
  const taken: Amounts = shares.get(id) ?? new Map();
  for (const [name, amount] of amounts) taken.set(name, (taken.get(name) ?? 0n) + sign * amount);
  if ([...taken.values()].every((amount) => amount === 0n)) shares.delete(id);
  else shares.set(id, taken);
}

function hold({ holders }: Search, id: DeviceId, claim: number): void {
  const claims = holders.get(id) ?? new Set();
  holders.set(id, claims.add(claim));
}

/** Every constraint of the claim is asked; where one refuses, none has noted the device. */
function satisfies(search: Search, { claim, wanted }: Place, { device, pool, id }: Candidate): boolean {
  const constraints = search.constraints[claim]!;
  const refusing = constraints.findIndex((state) => !admits(state, wanted.name, pool.driver, device));
  if (refusing < 0) return true;
  for (const state of constraints.slice(0, refusing)) forget(state, wanted.name);
  if (wanted.all !== undefined) {
    const own = wanted.name.slice(wanted.name.indexOf('/') + 1);
    search.error = `claim ${objectKey(wanted.claim)}, request ${own}: cannot add device ${id} because a claim constraint would not be satisfied`;
  }
  return false;
}

/** A device that is shared already has its counters. */
function usesCounters({ state, shares }: Search, { device, id }: Candidate): boolean {
  if ((device.consumesCounters?.length ?? 0) === 0) return false;
  return device.allowMultipleAllocations !== true || (!state.shares.has(id) && !shares.has(id));
}

function takeCounters(search: Search, candidate: Candidate): boolean {
  if (!usesCounters(search, candidate)) return true;
  const { pool, device } = candidate;
  let free = search.counters.get(pool);
  if (free === undefined) search.counters.set(pool, (free = freeCounters(search.state, pool)));
  if (useCounters(free, device, -1n)) return true;
  useCounters(free, device, 1n);
  return false;
}

function giveCounters(search: Search, candidate: Candidate): void {
  if (usesCounters(search, candidate)) useCounters(search.counters.get(candidate.pool)!, candidate.device, 1n);
}

/** Source: taintPreventsAllocation; resourceclaim/devicetoleration.go: ToleratesTaint. */
function isTainted({ taints = [] }: Device, { tolerations = [] }: DeviceWish): boolean {
  return taints.some(({ key, value = '', effect }) => {
    if (effect !== 'NoSchedule' && effect !== 'NoExecute') return false;
    return !tolerations.some((toleration) => {
      if ((toleration.effect ?? '') !== '' && toleration.effect !== effect) return false;
      if ((toleration.key ?? '') !== '' && toleration.key !== key) return false;
      return toleration.operator === 'Exists' || (toleration.value ?? '') === value;
    });
  });
}
