import type { NodesWorld } from '../cluster/nodes/workload.js';
import type { Micros } from '../kernel/time.js';
import type { DrawKey } from './keyed-draws.js';
import type { NetworkParameters } from './parameters.js';

/** The network's slice of the world. */
export interface NetworkState {
  readonly parameters: NetworkParameters;
  readonly services: ServiceRecord[];
  /** By `namespace/name`. */
  readonly serviceIndexes: Map<string, number>;
  /** Service by node port, as stored. */
  readonly nodePorts: Map<number, number>;
  readonly log: ChangeLog;
  readonly proxies: ProxyTable;
  readonly identities: PodIdentities;
  readonly links: LinkTables;
  readonly keys: NetworkKeys;
  /** Numbers of the informers through which changes are seen at the instant of their commit. */
  readonly informers: { readonly services: number; readonly slices: number };
  /** Sizes that a sync of the proxies depends on. */
  readonly totals: { servicePorts: number; endpoints: number };
  readonly route: Route;
}

export interface NetworkWorld extends NodesWorld {
  readonly network: NetworkState;
}

/** Roots of the draws about connections. */
export interface NetworkKeys {
  readonly watch: DrawKey;
  readonly balance: DrawKey;
  readonly link: DrawKey;
  readonly entry: DrawKey;
  readonly probe: DrawKey;
}

/** Endpoints as a list of pods; the incarnation tells a pod from a later one at its podIndex. */
export interface EndpointList {
  readonly pods: Int32Array;
  readonly incarnations: Int32Array;
}

/** A Service with its endpoints as of one change. Never altered. */
export interface ServiceVersion {
  /** Number of the change in the log. */
  readonly change: number;
  readonly committedAt: Micros;
  readonly exists: boolean;
  readonly ports: readonly number[];
  readonly nodePorts: readonly number[];
  /** Session affinity by client IP holds so long after the last hit; 0: none. */
  readonly affinityUs: Micros;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  readonly ready: EndpointList;
  /** Serving though terminating: used only while nothing is ready. */
  readonly terminating: EndpointList;
  /** The choice is a random one among the ready endpoints: no affinity, no Local policy, no round robin, no fallback. */
  readonly isPlain: boolean;
}

export interface ServiceRecord {
  readonly key: string;
  /** Oldest first; the last one is what the API server stores. */
  versions: ServiceVersion[];
  /** The last of them. */
  newest: ServiceVersion;
  /** Endpoints of each EndpointSlice, by its key. */
  readonly slices: Map<string, { readonly ready: EndpointList; readonly terminating: EndpointList }>;
  /** ipvs: next endpoint by node. */
  roundRobin: Int32Array;
  /** Client's endpoint by node and client. */
  readonly affinity: Map<number, AffinityEntry>;
  balancer: BalancerState | null;
}

export interface AffinityEntry {
  readonly pod: number;
  readonly incarnation: number;
  readonly until: Micros;
}

/** What the external balancer of one Service knows of each node. */
export interface BalancerState {
  /** 1: gets connections. */
  included: Uint8Array;
  /** 1: answered the last probe. */
  healthy: Uint8Array;
  /** Since when it answers so. */
  since: Float64Array;
}

/** When each change of a Service or EndpointSlice was committed; change `first + i` stands at index i. */
export interface ChangeLog {
  first: number;
  /** Number of changes so far. */
  total: number;
  committedAt: Micros[];
}

/** Each node's kube-proxy. All changes before `programmed` are in the node's rules. */
export interface ProxyTable {
  capacity: number;
  programmed: Float64Array;
  /** Changes that the sync under way (or the last one) takes in. */
  syncing: Float64Array;
  syncEndsAt: Float64Array;
  /** Arrival of the newest change seen: a watch never reorders. */
  arrivedAt: Float64Array;
  /** Before this time nothing can happen to the node's rules. */
  nextAt: Float64Array;
}

/** Tells apart the pods that use one podIndex one after the other. */
export interface PodIdentities {
  readonly uids: string[];
  incarnations: Int32Array;
}

/** Quantiles of the round trips, LINK_CELLS of each kind of link. */
export interface LinkTables {
  readonly roundTripsUs: Float64Array;
}

/** The last route found: an out parameter, kept in the world so that finding one allocates nothing. */
export interface Route {
  /** podIndex, or a NO_... reason. */
  pod: number;
  incarnation: number;
  /** The client's node; OUTSIDE of the cluster is possible. */
  fromNode: number;
  /** The node whose port or balancer backend it goes through; -1: none. */
  entryNode: number;
  /** One exchange between client and pod, hops of entry and balancer inside. */
  roundTripUs: number;
}
