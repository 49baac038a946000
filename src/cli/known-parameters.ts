import { clusterParameters, parameterNames } from '../experiment/parameters.js';
import type { KnownParameters } from '../scenario/cluster.js';

/** Names that `cluster.parameters` may use, with what they hold: `api.fsync`, and `fsync` where only one part has it. */
export function knownParameters(): KnownParameters {
  const rooms = clusterParameters({
    preset: 'managed',
    etcdMembers: 3,
    kubeProxyMode: 'iptables',
    plegOnDemandRelist: true,
    parameters: [],
    pools: [],
  });
  const known = new Map<string, 'distribution' | 'number' | 'boolean'>();
  const full = parameterNames();
  for (const name of full) {
    const [room, own] = name.split('.') as [keyof typeof rooms, string];
    const value = (rooms[room] as unknown as Record<string, unknown>)[own];
    const kind =
      typeof value === 'number' || typeof value === 'boolean' ? (typeof value as 'number' | 'boolean') : 'distribution';
    known.set(name, kind);
    if (full.filter((other) => other.endsWith(`.${own}`)).length === 1) known.set(own, kind);
  }
  return known;
}
