import { conditionOf } from '../../api/conditions.js';
import type { Endpoint, EndpointSlice, Service } from '../../api/objects/network.js';
import type { Node } from '../../api/objects/node.js';
import { milliValue } from '../../api/quantity.js';
import type { AddressType } from './endpoint.js';

/**
 * Hints of the annotation `service.kubernetes.io/topology-mode: Auto`: endpoints are shared out among the zones by their CPU.
 * Source: kubernetes v1.36.3 staging k8s.io/endpointslice topologycache/.
 */

const MODE_ANNOTATION = 'service.kubernetes.io/topology-mode';
const DEPRECATED_ANNOTATION = 'service.kubernetes.io/topology-aware-hints';
const ZONE_LABEL = 'topology.kubernetes.io/zone';
const CONTROL_PLANE_LABELS = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** No endpoint may get more than its share of the load by this part. Source: topologycache.go: overloadThreshold. */
const OVERLOAD_THRESHOLD = 0.2;

/** Endpoints hinted to each zone. */
export type HintsByZone = ReadonlyMap<string, number>;

export interface HintEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'TopologyAwareHintsEnabled' | 'TopologyAwareHintsDisabled';
  readonly message: string;
}

type Slice = Pick<EndpointSlice, 'endpoints'>;

/** Slices of one Service and family: those that will be written, and the others. */
export interface FamilySlices<Draft extends Slice> {
  readonly create: readonly Draft[];
  readonly update: readonly EndpointSlice[];
  readonly unchanged: readonly EndpointSlice[];
}

/** The slices to write with their hints. */
export interface HintedSlices<Draft extends Slice> {
  readonly create: readonly Draft[];
  readonly update: readonly EndpointSlice[];
  readonly byZone: HintsByZone;
}

/** Source: topologycache/utils.go: hintsEnabled. */
export function wantsHints({ metadata }: Service): boolean {
  const { annotations = {} } = metadata;
  const mode = annotations[DEPRECATED_ANNOTATION] ?? annotations[MODE_ANNOTATION];
  return mode === 'Auto' || mode === 'auto';
}

/** The part of the cluster's CPU that each zone has; undefined if that is not known or there is one zone. Source: SetNodes. */
export function cpuShares(nodes: Iterable<Node>): ReadonlyMap<string, number> | undefined {
  const milliCpu = new Map<string, number>();
  let total = 0;
  for (const { metadata, status } of nodes) {
    const { labels = {} } = metadata;
    const isReady = conditionOf(status.conditions, 'Ready')?.status === 'True';
    if (!isReady || CONTROL_PLANE_LABELS.some((label) => label in labels)) continue;
    const zone = labels[ZONE_LABEL] ?? '';
    const cpu = milliValue(status.allocatable?.['cpu'] ?? 0);
    if (zone === '' || cpu === 0) return undefined;
    milliCpu.set(zone, (milliCpu.get(zone) ?? 0) + cpu);
    total += cpu;
  }
  if (milliCpu.size < 2) return undefined;
  return new Map([...milliCpu.keys()].sort().map((zone) => [zone, milliCpu.get(zone)! / total]));
}

/** Would an endpoint of some zone get too much, as the hints are? Source: topologycache.go: serviceOverloaded. */
export function isOverloaded(byZone: HintsByZone, shares: ReadonlyMap<string, number> | undefined): boolean {
  if (byZone.size === 0) return false;
  if (shares === undefined) return true;
  const total = [...byZone.values()].reduce((sum, count) => sum + count, 0);
  return [...shares].some(([zone, share]) => (byZone.get(zone) ?? -1) < leastOf(total * share));
}

const leastOf = (endpoints: number): number => Math.ceil(endpoints * (1 / (1 + OVERLOAD_THRESHOLD)));

/** What a zone needs of the endpoints. */
interface Allocation {
  readonly maximum: number;
  readonly desired: number;
}

/**
 * Gives every ready endpoint of the slices that are written a zone; slices that would be in the way are written too. Where hints are
 * not possible, the event that says why. Source: topologycache.go: AddHints.
 */
export function addHints<Draft extends Slice>(
  slices: FamilySlices<Draft>,
  shares: ReadonlyMap<string, number> | undefined,
  addressType: AddressType,
): HintedSlices<Draft> | HintEvent {
  const ready = [...slices.create, ...slices.update, ...slices.unchanged].flatMap(({ endpoints }) =>
    endpoints.filter(({ conditions }) => conditions.ready),
  );
  const allocations = allocationsOf(ready.length, shares);
  if (typeof allocations === 'string') return disabled(allocations, addressType);
  const byZone = new Map<string, number>();
  const update = [...slices.update, ...slices.unchanged.filter((slice) => !keepsHints(slice, byZone, allocations))];
  const allocatable = [...slices.create, ...update];
  for (const { endpoints } of allocatable) {
    for (const { conditions, zone } of endpoints) {
      if (!conditions.ready) continue;
      if (zone === undefined) return disabled('One or more endpoints do not have a zone specified', addressType);
      byZone.set(zone, (byZone.get(zone) ?? 0) + 1);
    }
  }
  const hintFor = redistribution(byZone, allocations);
  const withHints = <S extends Slice>(slice: S): S => ({ ...slice, endpoints: slice.endpoints.map(hintFor) });
  const hinted = { create: slices.create.map(withHints), update: update.map(withHints), byZone };
  return byZone.size === 0 ? disabled('No hints allocated for zones', addressType) : hinted;
}

/** Hints were there before, and the Service doesn't want them any more, or they have just come. Source: reconciler.go, event.go. */
export function changeEvent(isEnabled: boolean, addressType: AddressType): HintEvent {
  const words = `Topology Aware Hints has been ${isEnabled ? 'enabled' : 'disabled'}, addressType: ${addressType}`;
  if (isEnabled) return { type: 'Normal', reason: 'TopologyAwareHintsEnabled', message: words };
  return { type: 'Warning', reason: 'TopologyAwareHintsDisabled', message: words };
}

function disabled(message: string, addressType: AddressType): HintEvent {
  return { type: 'Warning', reason: 'TopologyAwareHintsDisabled', message: `${message}, addressType: ${addressType}` };
}

/** What each zone should have, or why that is not possible. Source: topologycache.go: getAllocations. */
function allocationsOf(
  endpoints: number,
  shares: ReadonlyMap<string, number> | undefined,
): ReadonlyMap<string, Allocation> | string {
  if (shares === undefined) {
    return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
  }
  const counts = `(${endpoints} endpoints, ${shares.size} zones)`;
  if (shares.size > endpoints) return `Insufficient number of endpoints ${counts}`;
  const needs = [...shares].map(([zone, share]) => {
    const minimum = leastOf(share * endpoints);
    return { zone, minimum, desired: Math.max(share * endpoints, minimum) };
  });
  const spare = endpoints - needs.reduce((sum, { minimum }) => sum + minimum, 0);
  if (spare < 0) {
    return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`;
  }
  return new Map(needs.map(({ zone, minimum, desired }) => [zone, { desired, maximum: minimum + spare }]));
}

/** May a slice stay as it is? Then its hints are counted. Source: utils.go: getHintsByZone. */
function keepsHints(
  { endpoints }: EndpointSlice,
  byZone: Map<string, number>,
  allocations: ReadonlyMap<string, Allocation>,
): boolean {
  const own = new Map<string, number>();
  for (const { conditions, hints } of endpoints) {
    if (!conditions.ready) continue;
    const zones = hints?.forZones ?? [];
    if (zones.length === 0 || zones.some(({ name }) => !allocations.has(name))) return false;
    for (const { name } of zones) own.set(name, (own.get(name) ?? 0) + 1);
  }
  for (const [zone, count] of own) {
    const known = byZone.get(zone);
    if (known !== undefined && known + count > allocations.get(zone)!.maximum) return false;
  }
  for (const [zone, count] of own) byZone.set(zone, (byZone.get(zone) ?? 0) + count);
  return true;
}

/**
 * Hints every endpoint to its own zone, but for those that go from zones with too many to zones with too few, which `byZone` then
 * counts. Source: utils.go: getGivingAndReceivingZones, redistributeHints (where several zones receive, Go's maps choose one).
 */
function redistribution(
  byZone: Map<string, number>,
  allocations: ReadonlyMap<string, Allocation>,
): (endpoint: Endpoint) => Endpoint {
  const { giving, receiving } = exchange(byZone, allocations);
  return ({ hints: _hints, ...endpoint }) => {
    const { zone, conditions } = endpoint;
    if (!conditions.ready || zone === undefined) return endpoint;
    const target = take(giving, zone)
      ? [...receiving.keys()].find((candidate) => take(receiving, candidate))
      : undefined;
    if (target !== undefined) {
      byZone.set(zone, byZone.get(zone)! - 1);
      byZone.set(target, (byZone.get(target) ?? 0) + 1);
    }
    return { ...endpoint, hints: { forZones: [{ name: target ?? zone }] } };
  };
}

function take(counts: Map<string, number>, zone: string): boolean {
  const left = counts.get(zone) ?? 0;
  if (left > 0) counts.set(zone, left - 1);
  return left > 0;
}

function exchange(
  byZone: HintsByZone,
  allocations: ReadonlyMap<string, Allocation>,
): { readonly giving: Map<string, number>; readonly receiving: Map<string, number> } {
  const surplus = new Map<string, number>();
  const lack = new Map<string, number>();
  for (const [zone, { desired }] of allocations) {
    const more = (byZone.get(zone) ?? 0) - desired;
    if (more > 0) surplus.set(zone, more);
    else if (more < 0) lack.set(zone, -more);
  }
  const giving = new Map<string, number>();
  const receiving = new Map<string, number>();
  for (;;) {
    const [giver, most] = largest(surplus);
    const [receiver, least] = largest(lack);
    if ((most < 1 && least < 1) || most < LEAST_EXCHANGE || least < LEAST_EXCHANGE) return { giving, receiving };
    giving.set(giver, (giving.get(giver) ?? 0) + 1);
    receiving.set(receiver, (receiving.get(receiver) ?? 0) + 1);
    surplus.set(giver, most - 1);
    lack.set(receiver, least - 1);
  }
}

/** Source: utils.go: getGivingAndReceivingZones. */
const LEAST_EXCHANGE = 0.5;

function largest(counts: ReadonlyMap<string, number>): [string, number] {
  let found: [string, number] = ['', 0];
  for (const [zone, count] of counts) if (count > found[1]) found = [zone, count];
  return found;
}
