import { API_PRESETS, type ApiParameters } from '../cluster/api/parameters.js';
import { NODE_PRESETS, type NodeParameters } from '../cluster/nodes/parameters.js';
import { SCHEDULER_PRESETS, type SchedulerParameters } from '../cluster/scheduler/parameters.js';
import { NETWORK_PRESETS, type NetworkParameters, withProxyMode } from '../network/parameters.js';
import type { ClusterSpec, ParameterOverride } from '../scenario/types.js';

/** All parameters of a cluster, room by room. */
export interface ClusterParameters {
  readonly api: ApiParameters;
  readonly scheduler: SchedulerParameters;
  readonly nodes: NodeParameters;
  readonly network: NetworkParameters;
}

/** The preset with what the scenario replaces: `fsync` or, where two rooms know the name, `api.fsync`. */
export function clusterParameters(cluster: ClusterSpec): ClusterParameters {
  const { preset, etcdMembers, plegOnDemandRelist, kubeProxyMode, parameters } = cluster;
  const chosen: ClusterParameters = {
    api: { ...API_PRESETS[preset], etcdMembers },
    scheduler: SCHEDULER_PRESETS[preset],
    nodes: { ...NODE_PRESETS[preset], plegOnDemandRelist },
    network: withProxyMode(NETWORK_PRESETS[preset], kubeProxyMode),
  };
  return parameters.reduce(replace, chosen);
}

/** Names that `cluster.parameters` may use: `room.name`, and `name` alone where it is only in one room. */
export function parameterNames(): string[] {
  const { managed } = API_PRESETS;
  const rooms = {
    api: managed,
    scheduler: SCHEDULER_PRESETS.managed,
    nodes: NODE_PRESETS.managed,
    network: NETWORK_PRESETS.managed,
  };
  return Object.entries(rooms).flatMap(([room, values]) => Object.keys(values).map((name) => `${room}.${name}`));
}

function replace(parameters: ClusterParameters, { name, value }: ParameterOverride): ClusterParameters {
  const known = parameterNames().filter((full) => full === name || full.endsWith(`.${name}`));
  const [room, own] = (known[0] ?? '').split('.') as [keyof ClusterParameters, string];
  if (known.length !== 1) return parameters;
  return { ...parameters, [room]: { ...parameters[room], [own]: value } };
}
