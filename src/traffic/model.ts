import type { Distribution } from '../kernel/distributions.js';
import type { Micros } from '../kernel/time.js';

// What traffic is built from: plain data with everything decided. Sources and workloads of a resolved scenario fit as they are.

export interface TrafficInput {
  readonly sources: readonly SourceInput[];
  /** In the order of the workload behaviours that the nodes know: a pod's `behaviour` is an index into both. */
  readonly workloads: readonly WorkloadInput[];
  /** Length of the intervals of the recorded tables. */
  readonly intervalUs: Micros;
  readonly traces: TraceInput;
}

export interface TraceInput {
  /** Every n-th request of each source is kept as a trace; 0: none. */
  readonly every: number;
  /** So many of the slowest requests of each source are kept; 0: none. */
  readonly slowest: number;
}

export interface WorkloadInput {
  readonly name: string;
  /** Requests worked on at the same time in one pod. */
  readonly concurrency: number;
  /** Requests waiting for a slot in one pod; a further one is lost. */
  readonly queueLimit: number;
  /** By request name. A name that is not there is answered as `default`, without it at once. */
  readonly requests: { readonly [request: string]: RequestInput };
}

export interface RequestInput {
  /** Microseconds of one core before the calls. */
  readonly cpu: Distribution;
  /** Microseconds of one core after the calls. */
  readonly cpuAfter?: Distribution;
  /** One after the other. */
  readonly calls: readonly CallInput[];
}

export type CallInput =
  | ServiceCallInput
  /** All at once; done when the last one is. */
  | { readonly kind: 'all'; readonly steps: readonly CallInput[] }
  /** One after the other. */
  | { readonly kind: 'sequence'; readonly steps: readonly CallInput[] };

export interface ServiceCallInput extends ClientInput {
  readonly kind: 'call';
  readonly namespace: string;
  readonly service: string;
  /** 0: the first port of the Service. */
  readonly port: number;
  readonly request: string;
  /** Chance that the call is made at all. */
  readonly probability: number;
}

/** The client side of a call. */
export interface ClientInput {
  /** An attempt without an answer after so long is lost. */
  readonly timeoutUs: Micros;
  /** Attempts after the first. */
  readonly retries: number;
  /** Wait before attempt k+1: base times 2^(k-1), at most the maximum, times a random share between half and whole. */
  readonly retryBackoffUs: Micros;
  readonly retryBackoffMaximumUs: Micros;
  /** Retries may be at most this share of the requests of the last 10 s; null: no budget. */
  readonly retryBudget: number | null;
  /** Connections kept open and used in turn by this client (each pod is a client of its own); 0: one per request. */
  readonly keepAliveConnections: number;
}

export interface SourceInput extends ClientInput {
  readonly name: string;
  readonly to: TargetInput;
  readonly request: string;
  readonly arrivals: ArrivalsInput;
  readonly fromUs: Micros;
  /** Exclusive. */
  readonly untilUs: Micros;
  /**
   * Zone in which the clients stand; empty: outside of the cluster. A cluster IP is reached from a node only, so its
   * clients then stand on the nodes of all zones.
   */
  readonly zone: string;
}

export type TargetInput =
  | { readonly kind: 'service'; readonly namespace: string; readonly service: string; readonly port: number }
  /** `node` empty: a node at random for each connection, dead ones too. */
  | { readonly kind: 'node-port'; readonly node: string; readonly port: number }
  | { readonly kind: 'load-balancer'; readonly namespace: string; readonly service: string; readonly port: number };

export type ArrivalsInput =
  | { readonly kind: 'open'; readonly process: 'poisson' | 'constant'; readonly rate: RateCurve }
  | { readonly kind: 'closed'; readonly users: number; readonly think: Distribution };

/**
 * Rate over time since the start of the run. Before the first point the first rate holds, after the last the last one;
 * with a period the points repeat.
 */
export interface RateCurve {
  /** Sorted by time, at least one, no two at the same time. */
  readonly points: readonly { readonly atUs: Micros; readonly perSecond: number }[];
  readonly interpolation: 'step' | 'linear';
  /** 0: does not repeat. */
  readonly periodUs: Micros;
}
