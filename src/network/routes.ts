import { balancerNode } from './balancer.js';
import { choose, NO_ANSWER, NO_ENDPOINT, NO_LISTENER, noRoute } from './endpoints.js';
import { type DrawKey, keyedChoice, mix } from './keyed-draws.js';
import { balancerHopUs, OUTSIDE, roundTripUs } from './links.js';
import { seenVersion } from './proxies.js';
import type { NetworkWorld, Route } from './world.js';

// The pod that a new connection gets, by each way into a Service. Answers are in `world.network.route`; a connection that is
// kept goes on along its route. `client` is the client's address as session affinity sees it.

const NO_NODE = -1;

/** To a Service's cluster IP: the rules of the client's node as they are now choose. Port 0 is the Service's first. */
export function routeToService(
  world: NetworkWorld,
  serviceIndex: number,
  port: number,
  nodeIndex: number,
  client: number,
  key: DrawKey,
): void {
  const { route, keys } = world.network;
  route.fromNode = nodeIndex;
  route.entryNode = NO_NODE;
  if (nodeIndex < 0) return refuse(route);
  const version = seenVersion(world, nodeIndex, serviceIndex);
  const { pods, incarnations } = version.ready;
  if (version.isPlain && (port === 0 || port === version.ports[0])) {
    // What nearly every request takes: the same as below in fewer steps.
    const index = keyedChoice(key, keys.balance, pods.length);
    const pod = pods[index]!;
    route.pod = pod;
    route.incarnation = incarnations[index]!;
    route.roundTripUs = roundTripUs(world, nodeIndex, world.nodes.pods.node[pod]!, key);
    return;
  }
  if (!version.exists) noRoute(route, NO_ENDPOINT);
  else if (port !== 0 && !version.ports.includes(port)) noRoute(route, NO_LISTENER);
  else choose(world, serviceIndex, version, version.internalLocal, nodeIndex, client, key);
  pathUs(world, false, key);
}

/** No node to send from: nothing is sent. */
function refuse(route: Route): void {
  route.roundTripUs = 0;
  noRoute(route, NO_ANSWER);
}

/** To a node's port. `entryNode` below 0: that of any node, dead ones too. */
export function routeToNodePort(
  world: NetworkWorld,
  entryNode: number,
  nodePort: number,
  fromNode: number,
  client: number,
  key: DrawKey,
): void {
  const { network, nodes } = world;
  const { route } = network;
  const node = entryNode >= 0 ? entryNode : keyedChoice(key, network.keys.entry, nodes.hosts.count);
  const serviceIndex = network.nodePorts.get(nodePort);
  begin(world, fromNode, node);
  if (nodes.hosts.reachable[node] !== 1) return noRoute(route, NO_ANSWER);
  if (serviceIndex === undefined) noRoute(route, NO_LISTENER);
  else enter(world, serviceIndex, nodePort, node, client, key);
  pathUs(world, false, key);
}

/** To the external balancer of a Service. */
export function routeToBalancer(world: NetworkWorld, serviceIndex: number, client: number, key: DrawKey): void {
  const { route } = world.network;
  const node = balancerNode(world, serviceIndex, key);
  begin(world, OUTSIDE, node);
  if (node < 0 || world.nodes.hosts.reachable[node] !== 1) return noRoute(route, NO_ANSWER);
  enter(world, serviceIndex, 0, node, client, key);
  pathUs(world, true, key);
}

function begin(world: NetworkWorld, fromNode: number, entryNode: number): void {
  const { route } = world.network;
  route.fromNode = fromNode;
  route.entryNode = entryNode;
  route.roundTripUs = 0;
}

function enter(
  world: NetworkWorld,
  service: number,
  nodePort: number,
  node: number,
  client: number,
  key: DrawKey,
): void {
  const version = seenVersion(world, node, service);
  if (version.exists && (nodePort === 0 || version.nodePorts.includes(nodePort))) {
    choose(world, service, version, version.externalLocal, node, client, key);
  } else {
    noRoute(world.network.route, NO_LISTENER);
  }
}

/** Draws the round trip of one exchange along the route, up to the node that refuses where there is no pod. */
export function pathUs(world: NetworkWorld, viaBalancer: boolean, key: DrawKey): void {
  const { route } = world.network;
  const { pod, fromNode, entryNode } = route;
  const podNode = pod < 0 ? fromNode : world.nodes.pods.node[pod]!;
  if (entryNode < 0) {
    route.roundTripUs = roundTripUs(world, fromNode, podNode, key);
    return;
  }
  const hopUs = pod < 0 || podNode === entryNode ? 0 : roundTripUs(world, entryNode, podNode, mix(key));
  route.roundTripUs = roundTripUs(world, fromNode, entryNode, key) + hopUs;
  if (viaBalancer) route.roundTripUs += balancerHopUs(world, mix(key + 1));
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
  return NO_NODE;
}

function isClientNode(world: NetworkWorld, zone: number, node: number): boolean {
  const { hosts } = world.nodes;
  return hosts.reachable[node] === 1 && (zone < 0 || hosts.zones[node] === zone);
}
