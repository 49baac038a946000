import { invariant } from '../kernel/invariant.js';
import { type Micros, SECOND_US } from '../kernel/time.js';
import { childKey, keyedSample } from './keyed-draws.js';
import { syncUs } from './parameters.js';
import type { ChangeLog, NetworkWorld, ProxyTable, ServiceRecord, ServiceVersion } from './world.js';

// A node's rules are computed when a request looks at them. All changes of Services and EndpointSlices stand in one log in the
// order of their commits; a watch never reorders and one runner syncs them all, so what a node has programmed is a
// prefix of the log, and its state is five numbers.

export function createProxies(): ProxyTable {
  const empty = new Float64Array(0);
  return { capacity: 0, programmed: empty, syncing: empty, syncEndsAt: empty, arrivedAt: empty, nextAt: empty };
}

/** Notes a change; gives its number. */
export function logChange(world: NetworkWorld): number {
  const { log } = world.network;
  log.committedAt.push(world.kernel.now);
  trimLog(world, log);
  return log.total++;
}

/** What a node's rules say about a Service now. */
export function seenVersion(world: NetworkWorld, nodeIndex: number, serviceIndex: number): ServiceVersion {
  const { proxies, log, services } = world.network;
  const record = services[serviceIndex]!;
  return proxies.programmed[nodeIndex] === log.total ? record.newest : laggingVersion(world, nodeIndex, record);
}

function laggingVersion(world: NetworkWorld, nodeIndex: number, { versions }: ServiceRecord): ServiceVersion {
  const { proxies } = world.network;
  if (nodeIndex >= proxies.capacity) growProxies(world, nodeIndex);
  if (world.kernel.now >= proxies.nextAt[nodeIndex]!) catchUp(world, nodeIndex);
  const programmed = proxies.programmed[nodeIndex]!;
  let index = versions.length - 1;
  while (index > 0 && versions[index]!.change >= programmed) index -= 1;
  return versions[index]!;
}

/** Plays a node's syncs (reference/network.md section 3: the bounded-frequency runner) up to now. */
function catchUp(world: NetworkWorld, node: number): void {
  const { proxies, log, parameters } = world.network;
  const now = world.kernel.now;
  if (proxies.programmed[node]! < log.first) skipTrimmed(log, proxies, node);
  for (;;) {
    if (proxies.syncing[node]! > proxies.programmed[node]!) {
      if (proxies.syncEndsAt[node]! > now) return wait(proxies, node, proxies.syncEndsAt[node]!);
      proxies.programmed[node] = proxies.syncing[node]!;
    }
    let change = proxies.programmed[node]!;
    if (change === log.total) return wait(proxies, node, 0);
    const arrival = arrivalAt(world, node, change);
    const start = Math.max(arrival, proxies.syncEndsAt[node]! + parameters.minSyncPeriodUs);
    if (start > now) return wait(proxies, node, start);
    let newest = arrival;
    change += 1;
    while (change < log.total) {
      const next = Math.max(newest, arrivalAt(world, node, change));
      if (next > start) break;
      newest = next;
      change += 1;
    }
    const { servicePorts, endpoints } = world.network.totals;
    const changes = change - proxies.programmed[node]!;
    proxies.arrivedAt[node] = newest;
    proxies.syncing[node] = change;
    proxies.syncEndsAt[node] = start + syncUs(parameters.proxyMode, servicePorts, endpoints, changes);
  }
}

function wait(proxies: ProxyTable, node: number, until: Micros): void {
  proxies.nextAt[node] = until;
}

/** When a change reaches a node: drawn by node and change, so that it is the same whenever somebody looks. */
function arrivalAt(world: NetworkWorld, node: number, change: number): Micros {
  const { log, parameters, keys, proxies } = world.network;
  const delay = keyedSample(parameters.watchDelivery, childKey(childKey(keys.watch, node), change), keys.watch);
  return Math.max(proxies.arrivedAt[node]!, log.committedAt[change - log.first]! + Math.round(delay));
}

/** No proxy that works lags so long, with the time of four syncs on top. */
const HORIZON_US = 60 * SECOND_US;
const HORIZON_SYNCS = 4;
/** Old changes are dropped so many at a time. */
const TRIM_AT = 1_024;

export function horizonUs(world: NetworkWorld): Micros {
  const { servicePorts, endpoints } = world.network.totals;
  return HORIZON_US + HORIZON_SYNCS * syncUs(world.network.parameters.proxyMode, servicePorts, endpoints, 1);
}

function trimLog(world: NetworkWorld, log: ChangeLog): void {
  const oldest = world.kernel.now - horizonUs(world);
  if (log.committedAt.length < TRIM_AT || log.committedAt[TRIM_AT / 2]! >= oldest) return;
  let drop = TRIM_AT / 2;
  while (drop < log.committedAt.length && log.committedAt[drop]! < oldest) drop += 1;
  log.committedAt = log.committedAt.slice(drop);
  log.first += drop;
}

/** Changes beyond the horizon are in every node's rules. */
function skipTrimmed(log: ChangeLog, proxies: ProxyTable, node: number): void {
  proxies.programmed[node] = log.first;
  proxies.syncing[node] = Math.max(proxies.syncing[node]!, log.first);
}

const INITIAL_CAPACITY = 64;

function growProxies(world: NetworkWorld, nodeIndex: number): void {
  const { proxies } = world.network;
  invariant(nodeIndex < world.nodes.hosts.count, `proxy of node ${nodeIndex} of ${world.nodes.hosts.count}`);
  const capacity = Math.max(INITIAL_CAPACITY, 2 * nodeIndex, world.nodes.hosts.count);
  const larger = (old: Float64Array): Float64Array => {
    const array = new Float64Array(capacity);
    array.set(old);
    return array;
  };
  proxies.programmed = larger(proxies.programmed);
  proxies.syncing = larger(proxies.syncing);
  proxies.syncEndsAt = larger(proxies.syncEndsAt);
  proxies.arrivedAt = larger(proxies.arrivedAt);
  proxies.nextAt = larger(proxies.nextAt);
  for (let node = proxies.capacity; node < capacity; node++)
    proxies.syncEndsAt[node] = -world.network.parameters.minSyncPeriodUs;
  proxies.capacity = capacity;
}
