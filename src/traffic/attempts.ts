import { nodeIndexOf } from '../cluster/nodes/workload.js';
import { schedule } from '../kernel/simulation.js';
import { NO_ANSWER, NO_ENDPOINT } from '../network/endpoints.js';
import { childKey, type DrawKey } from '../network/keyed-draws.js';
import { OUTSIDE } from '../network/links.js';
import { clientNode, pathUs, routeToBalancer, routeToNodePort, routeToService } from '../network/routes.js';
import {
  AT_INCARNATION,
  AT_POD,
  bindConnection,
  CONNECTION_INTEGERS,
  ENTRY_NODE,
  FROM_NODE,
  isOpen,
  nextConnection,
} from './connections.js';
import { TrafficEvent } from './events.js';
import { PHASES, REQUEST, takeRequest } from './requests.js';
import { LOSS_NO_ENDPOINTS, LOSS_REFUSED } from './series.js';
import { type CallSite, TO_BALANCER, TO_NODE_PORT, TO_SERVICE } from './sites.js';
import { startTimeout, stopTimeout } from './timeouts.js';
import type { TrafficWorld } from './world.js';

const {
  ABANDONED,
  ATTEMPT,
  BACK_US,
  CALLS_US,
  CLIENT,
  CONNECTION,
  GENERATION,
  INCARNATION,
  INTEGERS,
  JOIN,
  KEY,
  LAST_SPAN,
  SAMPLED,
  PARENT,
  PARENT_GENERATION,
  PHASE,
  POD,
  QUEUE_US,
  REALS,
  REASON,
  SENT,
  SERVICE_US,
  SITE,
  STARTED,
} = REQUEST;
const { RETURNING, UNDER_WAY, VANISHED } = PHASES;

/** A new request of a source (`parent` and `join` NO_REQUEST) or of a pod's request; to be sent at once. */
export function createRequest(
  world: TrafficWorld,
  site: number,
  parent: number,
  join: number,
  key: DrawKey,
  client: number,
): number {
  const request = takeRequest(world);
  const { integers, reals } = world.traffic.requests;
  const at = request * INTEGERS;
  integers[at + SITE] = site;
  integers[at + PARENT] = parent;
  integers[at + PARENT_GENERATION] = parent < 0 ? 0 : integers[parent * INTEGERS + GENERATION]!;
  integers[at + JOIN] = join;
  integers[at + KEY] = key;
  integers[at + ATTEMPT] = 0;
  integers[at + CLIENT] = client;
  integers[at + ABANDONED] = 0;
  integers[at + SAMPLED] = 0;
  reals[request * REALS + STARTED] = world.kernel.now;
  return request;
}

/** Sends an attempt: finds its pod, and lets it arrive there. */
export function sendAttempt(world: TrafficWorld, request: number): void {
  const { traffic, network, kernel } = world;
  const { integers, reals } = traffic.requests;
  const at = request * INTEGERS;
  const real = request * REALS;
  const site = traffic.sites[integers[at + SITE]!]!;
  const { route } = network;
  const key = childKey(integers[at + KEY]!, integers[at + ATTEMPT]!);
  let connectUs = 0;
  if (site.keepAliveConnections === 0) {
    integers[at + CONNECTION] = -1;
    connect(world, site, request, key);
    connectUs = route.roundTripUs * network.parameters.connectRoundTrips + network.parameters.translationUs;
  } else {
    connectUs = useConnection(world, site, request, key);
  }
  const backUs = Math.round(route.roundTripUs / 2);
  reals[real + SENT] = kernel.now;
  reals[real + BACK_US] = backUs;
  reals[real + QUEUE_US] = 0;
  reals[real + SERVICE_US] = 0;
  reals[real + CALLS_US] = 0;
  integers[at + LAST_SPAN] = -1;
  integers[at + POD] = route.pod;
  startTimeout(world, request, site.timeoutClass);
  if (route.pod >= 0) {
    integers[at + INCARNATION] = route.incarnation;
    integers[at + PHASE] = UNDER_WAY;
    schedule(world, Math.round(route.roundTripUs + connectUs) - backUs, TrafficEvent.PodReached, request, 0);
  } else if (route.pod === NO_ANSWER) {
    integers[at + PHASE] = VANISHED;
  } else {
    loseAtClient(world, request, route.pod === NO_ENDPOINT ? LOSS_NO_ENDPOINTS : LOSS_REFUSED);
  }
}

/** The refusal of the client's own node, or of the node of entry: it comes after one exchange. */
function loseAtClient(world: TrafficWorld, request: number, reason: number): void {
  const { integers } = world.traffic.requests;
  stopTimeout(world, request);
  integers[request * INTEGERS + PHASE] = RETURNING;
  integers[request * INTEGERS + REASON] = reason;
  schedule(world, Math.round(world.network.route.roundTripUs), TrafficEvent.LossReached, request, 0);
}

/** A new connection: the network's route to a pod. Gives the client's node in `route.fromNode`. */
function connect(world: TrafficWorld, site: CallSite, request: number, key: DrawKey): void {
  const { integers } = world.traffic.requests;
  const parent = integers[request * INTEGERS + PARENT]!;
  const client = integers[request * INTEGERS + CLIENT]!;
  if (parent >= 0) {
    routeToService(world, site.serviceIndex, site.port, world.nodes.pods.node[client]!, client, key);
    return;
  }
  const address = world.traffic.sources[site.source]!.firstClient + client;
  if (site.target === TO_SERVICE) {
    routeToService(world, site.serviceIndex, site.port, standingNode(world, site, key), address, key);
  } else if (site.target === TO_NODE_PORT) {
    const from = site.zone === '' ? OUTSIDE : standingNode(world, site, key);
    const entry = site.nodeName === '' ? -1 : nodeIndexOf(world, site.nodeName);
    routeToNodePort(world, entry, site.port, from, address, key);
  } else {
    routeToBalancer(world, site.serviceIndex, address, key);
  }
}

function standingNode(world: TrafficWorld, site: CallSite, key: DrawKey): number {
  const zone = site.zone === '' ? -1 : world.nodes.hosts.zoneNames.indexOf(site.zone);
  return clientNode(world, zone, key);
}

/** Takes the turn of the client's connections, with a new one where it is closed. Gives what connecting costs. */
function useConnection(world: TrafficWorld, site: CallSite, request: number, key: DrawKey): number {
  const { requests, connections } = world.traffic;
  const { route, parameters } = world.network;
  const at = request * INTEGERS;
  const called = requests.integers[at + PARENT]! >= 0;
  const client = called ? requests.integers[at + CLIENT]! + 1 : 0;
  const epoch = called ? world.nodes.pods.epoch[client - 1]! : 0;
  const connection = nextConnection(world, site, client, epoch);
  requests.integers[at + CONNECTION] = connection;
  if (!isOpen(world, connection)) {
    connect(world, site, request, key);
    bindConnection(world, connection);
    return route.roundTripUs * parameters.connectRoundTrips + parameters.translationUs;
  }
  const open = connection * CONNECTION_INTEGERS;
  const { integers } = connections;
  route.pod = integers[open + AT_POD]!;
  route.incarnation = integers[open + AT_INCARNATION]!;
  route.fromNode = integers[open + FROM_NODE]!;
  route.entryNode = integers[open + ENTRY_NODE]!;
  if (route.entryNode >= 0 && world.nodes.hosts.reachable[route.entryNode] !== 1) route.pod = NO_ANSWER;
  else pathUs(world, site.target === TO_BALANCER, key);
  return 0;
}
