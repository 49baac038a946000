import { SERVING_OPEN, SERVING_UNREACHABLE } from '../cluster/nodes/workload.js';
import { isSamePod } from '../network/identities.js';
import type { CallSite } from './sites.js';
import type { TrafficWorld } from './world.js';

/** Connections kept alive. Each client (a source, or a pod) has a pool of them for each call site, opened as they are used. */
export interface ConnectionTable {
  /** Pool by `client * (number of sites) + site`. */
  readonly pools: Map<number, ConnectionPool>;
  integers: Int32Array;
  /** Beginning of the part never given out. */
  count: number;
}

interface ConnectionPool {
  readonly first: number;
  /** The client's containers: new ones have no connections yet. */
  epoch: number;
  /** The one to be used next. */
  turn: number;
}

export const CONNECTION_INTEGERS = 5;
/** podIndex, CLOSED if the connection is not open. */
export const AT_POD = 0;
export const AT_INCARNATION = 1;
export const AT_EPOCH = 2;
/** Node of the client and node of entry. */
export const FROM_NODE = 3;
export const ENTRY_NODE = 4;

const CLOSED = -1;
const INITIAL_CAPACITY = 256;

export function createConnections(): ConnectionTable {
  return { pools: new Map(), integers: new Int32Array(0), count: 0 };
}

/** The connection whose turn it is: open or not. `epoch` is that of the client's containers. */
export function nextConnection(world: TrafficWorld, site: CallSite, client: number, epoch: number): number {
  const { connections, sites } = world.traffic;
  const size = site.keepAliveConnections;
  const key = client * sites.length + site.index;
  let pool = connections.pools.get(key);
  if (pool === undefined) {
    pool = { first: connections.count, epoch, turn: 0 };
    connections.pools.set(key, pool);
    connections.count += size;
    grow(connections);
    closeAll(connections, pool, size);
  } else if (pool.epoch !== epoch) {
    pool.epoch = epoch;
    closeAll(connections, pool, size);
  }
  const connection = pool.first + pool.turn;
  pool.turn = pool.turn + 1 === size ? 0 : pool.turn + 1;
  return connection;
}

/**
 * Whether the client can go on using a connection. It is told when the server closes it (its process ended, or drains); of
 * a dead host it hears nothing.
 */
export function isOpen(world: TrafficWorld, connection: number): boolean {
  const { integers } = world.traffic.connections;
  const at = connection * CONNECTION_INTEGERS;
  const pod = integers[at + AT_POD]!;
  if (pod === CLOSED || !isSamePod(world, pod, integers[at + AT_INCARNATION]!)) return false;
  const { pods, hosts } = world.nodes;
  const from = integers[at + FROM_NODE]!;
  if (from >= 0 && hosts.reachable[from] !== 1) return false;
  const serving = pods.serving[pod]!;
  if (serving === SERVING_UNREACHABLE) return true;
  return serving === SERVING_OPEN && pods.epoch[pod] === integers[at + AT_EPOCH];
}

export function bindConnection(world: TrafficWorld, connection: number): void {
  const { connections } = world.traffic;
  const { route } = world.network;
  const { integers } = connections;
  const at = connection * CONNECTION_INTEGERS;
  integers[at + AT_POD] = route.pod < 0 ? CLOSED : route.pod;
  integers[at + AT_INCARNATION] = route.incarnation;
  integers[at + AT_EPOCH] = route.pod < 0 ? 0 : world.nodes.pods.epoch[route.pod]!;
  integers[at + FROM_NODE] = route.fromNode;
  integers[at + ENTRY_NODE] = route.entryNode;
}

export function closeConnection(world: TrafficWorld, connection: number): void {
  world.traffic.connections.integers[connection * CONNECTION_INTEGERS + AT_POD] = CLOSED;
}

function closeAll(connections: ConnectionTable, pool: ConnectionPool, size: number): void {
  for (let index = 0; index < size; index++) {
    connections.integers[(pool.first + index) * CONNECTION_INTEGERS + AT_POD] = CLOSED;
  }
}

function grow(connections: ConnectionTable): void {
  const needed = connections.count * CONNECTION_INTEGERS;
  if (needed <= connections.integers.length) return;
  const larger = new Int32Array(Math.max(INITIAL_CAPACITY, 2 * needed));
  larger.set(connections.integers);
  connections.integers = larger;
}
