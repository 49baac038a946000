import { API_PRESETS, type ApiParameters } from '../cluster/api/parameters.js';
import { STORAGE_PARAMETERS, type StorageParameters } from '../cluster/controllers/storage-driver/parameters.js';
import { NODE_PRESETS, type NodeParameters } from '../cluster/nodes/parameters.js';
import { configured } from '../cluster/scheduler/configuration.js';
import { SCHEDULER_PRESETS, type SchedulerParameters } from '../cluster/scheduler/parameters.js';
import { NETWORK_PRESETS, type NetworkParameters, withProxyMode } from '../network/parameters.js';
import { invariant } from '../kernel/invariant.js';
import type { KnownParameters, ParameterKind } from '../scenario/cluster.js';
import type { ClusterSpec, ParameterOverride } from '../scenario/types.js';

/** All parameters of a cluster, room by room. */
export interface ClusterParameters {
  readonly api: ApiParameters;
  readonly scheduler: SchedulerParameters;
  readonly nodes: NodeParameters;
  readonly network: NetworkParameters;
  readonly storage: StorageParameters;
}

/** The preset with what the scenario replaces: `fsync` or, where two rooms know the name, `api.fsync`. */
export function clusterParameters(cluster: ClusterSpec): ClusterParameters {
  const { preset, etcdMembers, plegOnDemandRelist, kubeProxyMode, scheduler = {}, schedulerTies, parameters } = cluster;
  const chosen: ClusterParameters = {
    api: { ...API_PRESETS[preset], etcdMembers },
    scheduler: { ...configured(SCHEDULER_PRESETS[preset], scheduler), ties: schedulerTies },
    nodes: { ...NODE_PRESETS[preset], plegOnDemandRelist },
    network: withProxyMode(NETWORK_PRESETS[preset], kubeProxyMode),
    storage: STORAGE_PARAMETERS,
  };
  return parameters.reduce(replace, chosen);
}

/** The rooms that own parameters, with values that show what each holds. */
const ROOMS: ClusterParameters = {
  api: API_PRESETS.managed,
  scheduler: SCHEDULER_PRESETS.managed,
  nodes: NODE_PRESETS.managed,
  network: NETWORK_PRESETS.managed,
  storage: STORAGE_PARAMETERS,
};

/** Parameters by the names they go by, with and without their room. */
const PLACES = new Map<string, { readonly room: keyof ClusterParameters; readonly own: string }[]>();
for (const room of Object.keys(ROOMS) as (keyof ClusterParameters)[]) {
  for (const own of Object.keys(ROOMS[room])) {
    const place = { room, own };
    PLACES.set(`${room}.${own}`, [place]);
    PLACES.set(own, [...(PLACES.get(own) ?? []), place]);
  }
}

/**
 * Names that `cluster.parameters` may use, with what they hold: `api.fsync`, and `fsync` where only one room has it. What holds
 * anything else (the proxy's mode, the balancer as a whole) cannot be replaced there.
 */
export function knownParameters(): KnownParameters {
  const known = new Map<string, ParameterKind>();
  for (const [name, [place, ...others]] of PLACES) {
    const { room, own } = place!;
    const kind = kindOf(own, (ROOMS[room] as object as Readonly<Record<string, unknown>>)[own]);
    if (kind !== undefined && others.length === 0) known.set(name, kind);
  }
  return known;
}

function kindOf(name: string, value: unknown): ParameterKind | undefined {
  if (typeof value === 'number') return kindOfNumber(name);
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'object' && value !== null && 'type' in value ? 'distribution' : undefined;
}

/** What is divided by must not be 0, a chance is no more than certain. */
function kindOfNumber(name: string): ParameterKind {
  if (name === 'etcdMembers') return 'members';
  if (name.endsWith('Chance')) return 'share';
  if (name === 'burst') return 'count';
  return name.endsWith('PerSecond') || name === 'qps' ? 'rate' : 'number';
}

function replace(parameters: ClusterParameters, { name, value }: ParameterOverride): ClusterParameters {
  const [place, ...others] = PLACES.get(name) ?? [];
  invariant(place !== undefined && others.length === 0, `cluster.parameters: no single parameter is called "${name}"`);
  const { room, own } = place;
  return { ...parameters, [room]: { ...parameters[room], [own]: value } };
}
