import type { KubeSchedulerConfiguration } from '../cluster/api/scheduler-configuration.js';
import type { KubernetesObject, ResourceList, StringMap } from '../cluster/api/objects/meta.js';
import type { Taint } from '../cluster/api/objects/node.js';
import type { Preset } from '../cluster/api/parameters.js';
import type { Distribution } from '../kernel/distributions.js';
import type { Micros } from '../kernel/time.js';
import type { Command } from './commands.js';
import type { Expectation } from './expectations.js';
import type { FieldPath } from './field-path.js';

/** A place in an input file; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A scenario with everything decided: no field is left to a default. Plain data, in the order of the file. */
export interface Scenario {
  readonly name: string;
  /** As written; the root of all random streams. */
  readonly seed: string;
  readonly durationUs: Micros;
  /** Left out of the summary figures. */
  readonly warmupUs: Micros;
  /** Length of the intervals of recorded series. */
  readonly intervalUs: Micros;
  readonly cluster: ClusterSpec;
  /**
   * Objects created at time 0, in this order (Namespaces and PriorityClasses first), with overrides merged in. Decoded and
   * found valid; defaults are the API server's business.
   */
  readonly manifests: readonly ManifestObject[];
  /** The first whose selector (and images) match a pod says how the pod behaves. */
  readonly workloads: readonly Workload[];
  readonly traffic: readonly TrafficSource[];
  /** Sorted by time; entries of one time in the order of the file. */
  readonly timeline: readonly TimelineEntry[];
  readonly expectations: readonly Expectation[];
  /** Parameters with the values that this run uses, for the results' tables. */
  readonly parameters: { readonly [name: string]: ParameterValue };
}

export type ParameterValue = string | number | boolean;

export interface ManifestObject {
  readonly object: KubernetesObject;
  readonly origin: Position;
}

export interface ClusterSpec {
  readonly preset: Preset;
  readonly etcdMembers: 1 | 3 | 5;
  readonly kubeProxyMode: 'iptables' | 'ipvs' | 'nftables';
  /** Kubernetes 1.36's default: the kubelet looks at a pod again right after acting on it (PLEG on-demand relist). */
  readonly plegOnDemandRelist: boolean;
  /** Undefined: kube-scheduler's own defaults. */
  readonly scheduler: KubeSchedulerConfiguration | undefined;
  readonly schedulerTies: 'ordered' | 'uniform';
  /** Preset values that the scenario replaces. */
  readonly parameters: readonly ParameterOverride[];
  readonly pools: readonly NodePool[];
}

/** `cluster.parameters: { fsync: lognormal(p50=4ms, p99=20ms) }`. */
export interface ParameterOverride {
  readonly name: string;
  /** A duration or distribution of durations is a distribution in microseconds; a plain number stays a number. */
  readonly value: Distribution | number | boolean;
  readonly position: Position;
}

/** Equal nodes, named `<pool>-<1..count>`; node i stands in zone i modulo the number of zones. */
export interface NodePool {
  readonly pool: string;
  readonly count: number;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  /** Most pods a node takes (Kubernetes: 110). */
  readonly pods: number;
  /** At least one. */
  readonly zones: readonly string[];
  readonly labels: StringMap;
  readonly taints: readonly Taint[];
  /** Further capacity, for example { "example.com/gpu": "1" }. */
  readonly extendedResources: ResourceList;
  /** USD for one node and hour. */
  readonly pricePerHour: number;
  /** Images that every node has from the start: all images that ever run, or those named. */
  readonly imagesPresent: 'all' | readonly string[];
}

/** How the software inside the containers of matching pods behaves. */
export interface Workload {
  readonly name: string;
  /** In kubectl's `-l` form, for example `app=frontend,tier in (web)`. */
  readonly selector: string;
  /** Only pods with a container of one of these images (`*` stands for any text); empty: all pods. */
  readonly images: readonly string[];
  readonly imageBytes: number;
  /** From container start to being able to serve (probes succeed from then on), in microseconds. */
  readonly start: Distribution;
  /** Requests worked on at the same time in one pod. */
  readonly concurrency: number;
  /** Requests waiting for a slot in one pod; a further one is refused. */
  readonly queueLimit: number;
  /** On SIGTERM (reference/network.md 6): exits at once, closes its listener and finishes, or serves until killed. */
  readonly onTerm: 'exit' | 'drain' | 'serve';
  /** Memory in use while running, in bytes. */
  readonly memoryBytes: number;
  /** From a container's start to its end by itself, with exit code 0, in microseconds; null: it runs until it is stopped. */
  readonly run: Distribution | null;
  readonly failure: WorkloadFailure | null;
  /** By request name; `default` is there whenever the workload takes requests at all. */
  readonly requests: { readonly [request: string]: RequestBehaviour };
}

export type WorkloadFailure =
  /** A container run ends by itself so long after its start (microseconds), with this probability (0 to 1). */
  | { readonly kind: 'exits'; readonly after: Distribution; readonly exitCode: number; readonly probability: number }
  /** Runs, but its probes never succeed and requests are refused. */
  | { readonly kind: 'never-ready' };

export interface RequestBehaviour {
  /** Microseconds of one core that a request needs, before and between its calls in total. */
  readonly cpu: Distribution;
  /** Done after the CPU work, one after the other; the answer goes back when all are done. */
  readonly calls: readonly CallStep[];
}

export type CallStep =
  | ServiceCall
  /** All at once; done when the last one is. */
  | { readonly kind: 'all'; readonly steps: readonly CallStep[] }
  /** One after the other (inside `all`). */
  | { readonly kind: 'sequence'; readonly steps: readonly CallStep[] };

export interface ServiceCall extends RequestClient {
  readonly kind: 'call';
  readonly namespace: string;
  readonly service: string;
  /** 0: the first port of the Service. */
  readonly port: number;
  readonly request: string;
  /** Chance that the call is made at all. */
  readonly probability: number;
}

/** The client side of a call: what callers have in common, sources and services alike. */
export interface RequestClient {
  /** An attempt without an answer after so long is lost (or retried). */
  readonly timeoutUs: Micros;
  /** Attempts after the first. */
  readonly retries: number;
  /** Wait before attempt k+1: base times 2^(k-1), at most the maximum, times a random share between half and whole. */
  readonly retryBackoffUs: Micros;
  readonly retryBackoffMaximumUs: Micros;
  /** Retries may be at most this share of the requests of the last 10 s; null for no budget. */
  readonly retryBudget: number | null;
  /** Connections kept open and used in turn by this client (each pod is a client of its own); 0: one per request. */
  readonly keepAliveConnections: number;
}

export interface TrafficSource extends RequestClient {
  readonly name: string;
  readonly to: TrafficTarget;
  /** Key into the `requests` of the workload that answers. */
  readonly request: string;
  readonly arrivals: Arrivals;
  readonly fromUs: Micros;
  /** Exclusive; the run's end if the scenario says nothing. */
  readonly untilUs: Micros;
  /** Zone in which the clients stand; empty: outside of the cluster. */
  readonly zone: string;
}

export type TrafficTarget =
  /** `http://frontend.shop:8080/`: the Service's cluster IP. Port 0: its first port. */
  | {
      readonly kind: 'service';
      readonly namespace: string;
      readonly service: string;
      readonly port: number;
      readonly path: string;
    }
  /** `http://general-2:30080/`, or `http://*:30080/` for a node at random per connection (node is then empty). */
  | { readonly kind: 'node-port'; readonly node: string; readonly port: number; readonly path: string }
  /** `via: load-balancer`: the external balancer of a Service of that type. */
  | {
      readonly kind: 'load-balancer';
      readonly namespace: string;
      readonly service: string;
      readonly port: number;
      readonly path: string;
    };

export type Arrivals =
  /** Requests come by themselves, at random (Poisson) or evenly spaced (constant), at a rate that follows the curve. */
  | { readonly kind: 'open'; readonly process: 'poisson' | 'constant'; readonly rate: RateCurve }
  /** Each user sends, waits for the answer, thinks, and sends again. Think times in microseconds. */
  | { readonly kind: 'closed'; readonly users: number; readonly think: Distribution };

/**
 * Rate over time since the start of the run. Before the first point the first rate holds, after the last the last one;
 * with a period (the daily curve) the points repeat. A constant rate is one point.
 */
export interface RateCurve {
  /** Sorted by time, at least one; no two at the same time. */
  readonly points: readonly RatePoint[];
  readonly interpolation: 'step' | 'linear';
  /** 0: does not repeat. */
  readonly periodUs: Micros;
}

export interface RatePoint {
  readonly atUs: Micros;
  readonly perSecond: number;
}

export interface TimelineEntry {
  readonly atUs: Micros;
  /** As written. */
  readonly text: string;
  readonly command: Command;
  readonly position: Position & { readonly path: FieldPath };
}
