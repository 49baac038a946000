import type { Handlers } from '../../kernel/events.js';
import { openTable } from '../../kernel/probe.js';
import { openStream } from '../../kernel/random.js';
import type { KernelWorld } from '../../kernel/simulation.js';
import { registerCalls } from './calls.js';
import { type Controllers, registerControllers } from './controller-loop.js';
import { createCores } from './cores.js';
import { createEtcd } from './etcd.js';
import { registerEventRecorders } from './event-recorder.js';
import { type Listeners, registerInformers } from './informers.js';
import type { ApiParameters } from './parameters.js';
import { createServiceAddresses } from './service-addresses.js';
import { API_TABLE, EVENT_TABLE, REPLICA_TABLE } from './tables.js';
import type { ApiState, ApiWorld } from './world.js';

/** An empty API server. */
export function createApi(world: KernelWorld, parameters: ApiParameters): ApiState {
  for (const table of [EVENT_TABLE, REPLICA_TABLE, API_TABLE]) openTable(world, table);
  return {
    parameters,
    collections: new Map(),
    resourceVersion: 0,
    nextUid: 0,
    placedLabels: new Map(),
    cores: createCores(parameters.cores),
    etcd: createEtcd(),
    addresses: createServiceAddresses(),
    quotaTurns: new Map(),
    clients: [],
    usage: new Map(),
    calls: [],
    freeCalls: [],
    informers: [],
    informersByKind: new Map(),
    podInformersByNode: new Map(),
    controllers: [],
    syncs: [],
    freeSyncs: [],
    eventRecorders: new Map(),
    streams: {
      server: openStream(world, 'api/server'),
      watch: openStream(world, 'api/watch'),
      names: openStream(world, 'api/names'),
    },
    unavailableUntil: 0,
  };
}

export function registerApi<W extends ApiWorld>(
  handlers: Handlers<W>,
  listeners: Listeners<W>,
  controllers: Controllers<W>,
): void {
  registerCalls(handlers);
  registerInformers(handlers, listeners);
  registerControllers(handlers, controllers);
  registerEventRecorders(handlers);
}
