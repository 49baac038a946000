import { matchesNodeTerm } from '../../api/node-affinity.js';
import type { CounterSet, Device, NodeSelector, ResourceSlice } from '../../api/objects/devices.js';
import type { Node } from '../../api/objects/node.js';
import { type DeviceState, poolKey } from './device-state.js';

/**
 * The devices that a node can use, by pool, in the order in which they are tried.
 * Source: kubernetes v1.36.3 k8s.io/dynamic-resource-allocation structured/internal/incubating/pools_incubating.go.
 */
export interface Pool {
  readonly driver: string;
  readonly name: string;
  /** `incomplete`: a slice of the newest generation is missing; `invalid`: names or counters contradict one another. */
  readonly state: 'usable' | 'incomplete' | 'invalid';
  /** Slices with devices that the node can use, and all slices of the generation: they share the counters. */
  readonly slices: readonly ResourceSlice[];
  readonly allSlices: readonly ResourceSlice[];
  readonly counterSets: readonly CounterSet[];
}

const NO_SLICES: ReadonlyMap<string, ResourceSlice> = new Map();

export function gatherPools(state: DeviceState, node: Node): Pool[] {
  const byPool = new Map<string, ResourceSlice[]>();
  for (const home of [node.metadata.name, '']) {
    for (const slice of (state.slicesByNode.get(home) ?? NO_SLICES).values()) {
      if (concerns(slice, node)) addToNewest(byPool, slice);
    }
  }
  const pools: Pool[] = [];
  for (const slices of byPool.values()) {
    const pool = poolOf(slices, newestOf(state, slices));
    if (pool !== undefined) pools.push(pool);
  }
  return pools.sort(byNames);
}

/** Pools whose devices need work before they can be used come last. */
function byNames(left: Pool, right: Pool): number {
  const order = Number(hasConditions(left)) - Number(hasConditions(right));
  if (order !== 0) return order;
  if (left.driver !== right.driver) return left.driver < right.driver ? -1 : 1;
  return left.name < right.name ? -1 : 1;
}

function hasConditions({ slices }: Pool): boolean {
  return slices.some(({ spec }) => spec.devices?.some(({ bindingConditions }) => bindingConditions !== undefined));
}

function concerns({ spec }: ResourceSlice, node: Node): boolean {
  if ((spec.sharedCounters?.length ?? 0) > 0) return true;
  if (spec.perDeviceNodeSelection === true) return (spec.devices ?? []).some((device) => isFor(device, node));
  return isFor(spec, node);
}

/** Can the node use a slice, or a device of its own choice? Source: NodeMatches. */
export function isFor(
  { nodeName = '', nodeSelector, allNodes }: Pick<Device, 'nodeName' | 'nodeSelector' | 'allNodes'>,
  node: Node,
): boolean {
  if (nodeName !== '') return node.metadata.name === nodeName;
  return allNodes === true || (nodeSelector !== undefined && selects(nodeSelector, node));
}

export function selects({ nodeSelectorTerms }: NodeSelector, node: Node): boolean {
  return nodeSelectorTerms.some((term) => matchesNodeTerm(term, node));
}

function addToNewest(byPool: Map<string, ResourceSlice[]>, slice: ResourceSlice): void {
  const key = poolKey(slice);
  const others = byPool.get(key);
  const newest = others?.[0]!.spec.pool.generation ?? -1;
  const { generation } = slice.spec.pool;
  if (others === undefined || generation > newest) byPool.set(key, [slice]);
  else if (generation === newest) others.push(slice);
}

/** All slices of the generation, wherever they are; undefined: a newer one is being published. */
function newestOf(
  { slicesByPool }: DeviceState,
  slices: readonly ResourceSlice[],
): readonly ResourceSlice[] | undefined {
  const { generation, resourceSliceCount } = slices[0]!.spec.pool;
  if (slices.length === resourceSliceCount) return slices;
  const all = [...slicesByPool.get(poolKey(slices[0]!))!.values()];
  if (all.some(({ spec }) => spec.pool.generation > generation)) return undefined;
  return all.filter(({ spec }) => spec.pool.generation === generation);
}

function poolOf(slices: readonly ResourceSlice[], all: readonly ResourceSlice[] | undefined): Pool | undefined {
  if (all === undefined) return undefined;
  const { driver, pool } = slices[0]!.spec;
  const base = { driver, name: pool.name };
  if (all.length !== pool.resourceSliceCount) {
    return { ...base, state: 'incomplete', slices: [], allSlices: [], counterSets: [] };
  }
  const sorted = [...slices].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  const counterSets = sorted.flatMap(({ spec }) => spec.sharedCounters ?? []);
  const withDevices = sorted.filter(({ spec }) => (spec.sharedCounters?.length ?? 0) === 0);
  const isSound = areSound(withDevices, all, counterSets);
  return { ...base, state: isSound ? 'usable' : 'invalid', slices: withDevices, allSlices: all, counterSets };
}

/** Source: validateDeviceNames, getAndValidateCounterSets, validateDeviceCounterConsumption. */
function areSound(
  slices: readonly ResourceSlice[],
  all: readonly ResourceSlice[],
  counterSets: readonly CounterSet[],
): boolean {
  const names = slices.flatMap(({ spec }) => (spec.devices ?? []).map(({ name }) => name));
  if (new Set(names).size < names.length) return false;
  const sets = new Map(counterSets.map(({ name, counters }) => [name, counters]));
  if (sets.size < counterSets.length) return false;
  return all.every(({ spec }) =>
    (spec.devices ?? []).every(({ consumesCounters = [] }) =>
      consumesCounters.every(({ counterSet, counters }) => {
        const known = sets.get(counterSet);
        return known !== undefined && Object.keys(counters).every((name) => known[name] !== undefined);
      }),
    ),
  );
}
