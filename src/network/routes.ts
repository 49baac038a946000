import { balancerNode } from './balancer.js';
import { choose, NO_ANSWER, NO_ENDPOINT, NO_LISTENER, noRoute } from './endpoints.js';
import { type DrawKey, keyedChoice, mix } from './keyed-draws.js';
import { balancerHopUs, OUTSIDE, roundTripUs } from './links.js';
import { seenVersion } from './proxies.js';
import type { NetworkWorld, ServiceVersion } from './world.js';

/**
 * The pod that a new connection to a Service's cluster IP gets: the node's rules as they are now choose. The answer is in
 * `world.network.route`. Port 0 is the Service's first.
 */
export function routeToService(
  world: NetworkWorld,
  serviceIndex: number,
  port: number,
  nodeIndex: number,
  client: number,
  key: DrawKey,
): void {
  const version = seenVersion(world, nodeIndex, serviceIndex);
  const { route } = world.network;
  if (!version.exists) return noRoute(route, NO_ENDPOINT);
  if (port !== 0 && !version.ports.includes(port)) return noRoute(route, NO_LISTENER);
  choose(world, serviceIndex, version, version.internalLocal, nodeIndex, client, key);
  if (route.pod >= 0) route.roundTripUs = roundTripUs(world, nodeIndex, world.nodes.pods.node[route.pod]!, key);
}

/** As `routeToService` for a connection to a node's port. `entryNode` below 0: any node, dead ones too. */
export function routeToNodePort(
  world: NetworkWorld,
  entryNode: number,
  nodePort: number,
  fromNode: number,
  client: number,
  key: DrawKey,
): void {
  const { network, nodes } = world;
  const node = entryNode >= 0 ? entryNode : keyedChoice(key, network.keys.entry, nodes.hosts.count);
  const serviceIndex = network.nodePorts.get(nodePort);
  if (nodes.hosts.reachable[node] !== 1) return noRoute(network.route, NO_ANSWER);
  if (serviceIndex === undefined) return noRoute(network.route, NO_LISTENER);
  const version = seenVersion(world, node, serviceIndex);
  if (!version.exists || !version.nodePorts.includes(nodePort)) return noRoute(network.route, NO_LISTENER);
  enter(world, serviceIndex, version, node, fromNode, client, key);
}

/** As `routeToService` for a connection to the external balancer of a Service. */
export function routeToBalancer(world: NetworkWorld, serviceIndex: number, client: number, key: DrawKey): void {
  const { route } = world.network;
  const node = balancerNode(world, serviceIndex, key);
  if (node < 0) return noRoute(route, NO_LISTENER);
  if (world.nodes.hosts.reachable[node] !== 1) return noRoute(route, NO_ANSWER);
  const version = seenVersion(world, node, serviceIndex);
  if (!version.exists) return noRoute(route, NO_LISTENER);
  enter(world, serviceIndex, version, node, OUTSIDE, client, key);
  if (route.pod >= 0) route.roundTripUs += balancerHopUs(world, mix(key));
}

/** From a node's port to a pod, by a second hop where the pod is elsewhere. */
function enter(
  world: NetworkWorld,
  serviceIndex: number,
  version: ServiceVersion,
  node: number,
  fromNode: number,
  client: number,
  key: DrawKey,
): void {
  choose(world, serviceIndex, version, version.externalLocal, node, client, key);
  const { route } = world.network;
  if (route.pod < 0) return;
  route.roundTripUs = roundTripUs(world, fromNode, node, key);
  const podNode = world.nodes.pods.node[route.pod]!;
  if (podNode !== node) route.roundTripUs += roundTripUs(world, node, podNode, mix(key));
}

/** Looks for a live node (of a zone, or any with zone below 0) at random before it searches them all. */
const RANDOM_LOOKS = 16;

/** A live node to stand for a client inside of the cluster that is no pod; -1 if none lives. */
export function clientNode(world: NetworkWorld, zone: number, key: DrawKey): number {
  const count = world.nodes.hosts.count;
  let look = key;
  for (let looks = 0; looks < RANDOM_LOOKS; looks++) {
    const node = keyedChoice(look, world.network.keys.entry, count);
    if (isClientNode(world, zone, node)) return node;
    look = mix(look + 1);
  }
  for (let node = 0; node < count; node++) if (isClientNode(world, zone, node)) return node;
  return -1;
}

function isClientNode(world: NetworkWorld, zone: number, node: number): boolean {
  const { hosts } = world.nodes;
  return hosts.reachable[node] === 1 && (zone < 0 || hosts.zones[node] === zone);
}
