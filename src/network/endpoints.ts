import { type DrawKey, keyedChoice } from './keyed-draws.js';
import type { EndpointList, NetworkWorld, Route, ServiceRecord, ServiceVersion } from './world.js';

// Why there is no pod to connect to: values of `Route.pod`.
/** Refused at once: the Service has no endpoint (kube-proxy's REJECT rule), or there is no such Service. */
export const NO_ENDPOINT = -1;
/** Refused at once: nothing listens at this port. */
export const NO_LISTENER = -2;
/** Packets vanish: a dead node, or a Local policy where the endpoints are elsewhere. */
export const NO_ANSWER = -3;

/** Numbers of clients are below this, so that a node and a client fit into one number. */
const MAXIMUM_CLIENTS = 67_108_864;

export function noRoute(route: Route, reason: number): void {
  route.pod = reason;
  route.incarnation = 0;
}

/**
 * The endpoint that a node's rules give a new connection, into `world.network.route`. kubernetes v1.36.3
 * pkg/proxy/topology.go: CategorizeEndpoints (without hints), then the mode's choice.
 */
export function choose(
  world: NetworkWorld,
  serviceIndex: number,
  version: ServiceVersion,
  local: boolean,
  node: number,
  client: number,
  key: DrawKey,
): void {
  const { network } = world;
  const { route } = network;
  if (local) return chooseLocal(world, version, node, key);
  const list = version.ready.pods.length > 0 ? version.ready : version.terminating;
  const count = list.pods.length;
  if (count === 0) return noRoute(route, NO_ENDPOINT);
  const record = network.services[serviceIndex]!;
  if (version.affinityUs > 0) return chooseByClient(world, record, version, list, node, client, key);
  take(route, list, chooseIndex(world, record, count, node, key));
}

function chooseIndex(world: NetworkWorld, record: ServiceRecord, count: number, node: number, key: DrawKey): number {
  const { parameters, keys } = world.network;
  if (parameters.proxyMode !== 'ipvs') return keyedChoice(key, keys.balance, count);
  if (node >= record.roundRobin.length) {
    const larger = new Int32Array(Math.max(node + 1, world.nodes.hosts.count));
    larger.set(record.roundRobin);
    record.roundRobin = larger;
  }
  const index = record.roundRobin[node]! % count;
  record.roundRobin[node] = index + 1;
  return index;
}

function take(route: Route, list: EndpointList, index: number): void {
  route.pod = list.pods[index]!;
  route.incarnation = list.incarnations[index]!;
}

function chooseByClient(
  world: NetworkWorld,
  record: ServiceRecord,
  version: ServiceVersion,
  list: EndpointList,
  node: number,
  client: number,
  key: DrawKey,
): void {
  const { route } = world.network;
  const now = world.kernel.now;
  const entryKey = node * MAXIMUM_CLIENTS + client;
  const known = record.affinity.get(entryKey);
  const index = known === undefined || known.until < now ? -1 : indexOf(list, known.pod, known.incarnation);
  take(route, list, index >= 0 ? index : chooseIndex(world, record, list.pods.length, node, key));
  record.affinity.set(entryKey, { pod: route.pod, incarnation: route.incarnation, until: now + version.affinityUs });
}

function indexOf(list: EndpointList, pod: number, incarnation: number): number {
  const index = list.pods.indexOf(pod);
  return index >= 0 && list.incarnations[index] === incarnation ? index : -1;
}

/** Local policies: the choice is among the node's own endpoints; where there are none, packets are dropped. */
function chooseLocal(world: NetworkWorld, version: ServiceVersion, node: number, key: DrawKey): void {
  const { route, keys } = world.network;
  if (version.ready.pods.length + version.terminating.pods.length === 0) return noRoute(route, NO_ENDPOINT);
  const ready = countLocal(world, version.ready, node);
  const list = ready > 0 ? version.ready : version.terminating;
  const count = ready > 0 ? ready : countLocal(world, version.terminating, node);
  if (count === 0) return noRoute(route, NO_ANSWER);
  let rest = keyedChoice(key, keys.balance, count);
  let index = -1;
  do {
    index += 1;
    if (world.nodes.pods.node[list.pods[index]!] === node) rest -= 1;
  } while (rest >= 0);
  take(route, list, index);
}

export function countLocal(world: NetworkWorld, list: EndpointList, node: number): number {
  const { pods } = list;
  let count = 0;
  for (let index = 0; index < pods.length; index++) if (world.nodes.pods.node[pods[index]!] === node) count += 1;
  return count;
}
