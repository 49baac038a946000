import type { Listeners } from '../cluster/api/informers.js';
import { SERVING_OPEN, SERVING_UNREACHABLE, type WorkloadListeners } from '../cluster/nodes/workload.js';
import type { NodesWorld } from '../cluster/nodes/workload.js';
import { noteNode } from './balancer.js';
import { incarnationOf } from './identities.js';
import { rootKey } from './keyed-draws.js';
import { createLinks } from './links.js';
import type { NetworkParameters } from './parameters.js';
import { createProxies } from './proxies.js';
import { openNetworkInformers, registerServices } from './services.js';
import type { NetworkState, NetworkWorld } from './world.js';

/** The data plane of an empty cluster. The world must have its API server already. */
export function createNetwork(world: NodesWorld, parameters: NetworkParameters): NetworkState {
  const keys = {
    watch: rootKey(world, 'network/watch'),
    balance: rootKey(world, 'network/balance'),
    link: rootKey(world, 'network/links'),
    entry: rootKey(world, 'network/entry'),
    probe: rootKey(world, 'network/probes'),
  };
  return {
    parameters,
    services: [],
    serviceIndexes: new Map(),
    nodePorts: new Map(),
    log: { first: 0, total: 0, committedAt: [] },
    proxies: createProxies(),
    identities: { uids: [], incarnations: new Int32Array(0) },
    links: createLinks(parameters, keys.link),
    keys,
    informers: openNetworkInformers(world),
    totals: { servicePorts: 0, endpoints: 0 },
    route: { pod: -1, incarnation: 0, fromNode: -1, entryNode: -1, roundTripUs: 0 },
  };
}

/** Register before traffic: a pod that begins to serve must have its identity when requests come. */
export function registerNetwork<W extends NetworkWorld>(
  listeners: Listeners<W>,
  workloads: WorkloadListeners<W>,
): void {
  registerServices(listeners);
  workloads.onServing((world, podIndex, from, to) => {
    if (to === SERVING_OPEN) incarnationOf(world, podIndex);
    if (from === SERVING_UNREACHABLE || to === SERVING_UNREACHABLE) noteNode(world, world.nodes.pods.node[podIndex]!);
  });
}
