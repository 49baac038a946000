import { constant, type Distribution, lognormalByMedian } from '../../kernel/distributions.js';
import { MILLISECOND_US } from '../../kernel/time.js';

/** Names of the latency presets. */
export const PRESETS = ['managed', 'bare-metal', 'large', 'edge', 'recorded'] as const;
export type Preset = (typeof PRESETS)[number];

/** Latencies of the control plane, in microseconds. Defaults and sources: reference/control-plane.md section 10. */
export interface ApiParameters {
  /** Round trip between a client or component and the API server. */
  readonly network: Distribution;
  /** Authentication, flow control, codec: everything in front of admission. */
  readonly front: Distribution;
  /** Cores that the requests of all clients share; 0 = as many as requests. */
  readonly cores: number;
  /** What a request occupies one of them for. */
  readonly service: Distribution;
  /** The same for a read. */
  readonly readService: Distribution;
  /** Built-in mutating and validating admission; writes only. */
  readonly admission: Distribution;
  /** etcd members: 1, 3 or 5. */
  readonly etcdMembers: number;
  /** fdatasync of the write-ahead log of one member. */
  readonly fsync: Distribution;
  /** Round trip between the etcd leader and a follower. */
  readonly memberRoundTrip: Distribution;
  /** Applying a committed entry and answering. */
  readonly apply: Distribution;
  /** Chance that a request meets garbage collection, compaction or CPU contention. */
  readonly tailChance: number;
  /** What it then waits more. */
  readonly tail: Distribution;
  /** From the commit to a watcher's informer. */
  readonly watchDelivery: Distribution;
  /** From a key entering a controller's queue (with a free worker) to its sync. */
  readonly controllerReaction: Distribution;
}

const ms = MILLISECOND_US;
const logNormal = (medianMs: number, logSd: number): Distribution => lognormalByMedian(medianMs * ms, logSd);
const exponentialMs = (meanMs: number): Distribution => ({ type: 'exponential', mean: meanMs * ms });

/** Latencies that already hold the wait of a machine with cores enough. */
const NO_QUEUE = { cores: 0, service: constant(0), readService: constant(0) } as const;

export const API_PRESETS: { readonly [P in Preset]: ApiParameters } = {
  'bare-metal': {
    network: logNormal(0.2, 0.4),
    front: logNormal(1.5, 0.5),
    ...NO_QUEUE,
    admission: logNormal(1.2, 0.5),
    etcdMembers: 1,
    fsync: logNormal(1.2, 0.6),
    memberRoundTrip: constant(0),
    apply: logNormal(0.3, 0.5),
    tailChance: 0.01,
    tail: exponentialMs(30),
    watchDelivery: logNormal(3, 0.5),
    controllerReaction: logNormal(8, 0.6),
  },
  managed: {
    network: logNormal(1.2, 0.5),
    front: logNormal(1.5, 0.5),
    ...NO_QUEUE,
    admission: logNormal(1.5, 0.7),
    etcdMembers: 3,
    fsync: logNormal(1.5, 0.6),
    memberRoundTrip: logNormal(0.8, 0.45),
    apply: logNormal(0.4, 0.5),
    tailChance: 0.02,
    tail: exponentialMs(50),
    watchDelivery: logNormal(5, 0.5),
    controllerReaction: logNormal(10, 0.6),
  },
  large: {
    network: logNormal(1.5, 0.6),
    front: logNormal(6, 0.9),
    ...NO_QUEUE,
    admission: logNormal(6, 1.0),
    etcdMembers: 3,
    fsync: logNormal(2.5, 0.75),
    memberRoundTrip: logNormal(0.8, 0.45),
    apply: logNormal(0.8, 0.7),
    tailChance: 0.06,
    tail: exponentialMs(250),
    watchDelivery: logNormal(50, 0.8),
    controllerReaction: logNormal(80, 0.9),
  },
  edge: {
    network: logNormal(40, 0.4),
    front: logNormal(2.5, 0.5),
    ...NO_QUEUE,
    admission: logNormal(2, 0.7),
    etcdMembers: 3,
    fsync: logNormal(3, 0.7),
    memberRoundTrip: logNormal(1.5, 0.5),
    apply: logNormal(0.5, 0.5),
    tailChance: 0.02,
    tail: exponentialMs(80),
    watchDelivery: logNormal(30, 0.5),
    controllerReaction: logNormal(12, 0.6),
  },
  // The machine of the conformance recordings: the whole control plane on 2 cores over loopback. A request occupies a core for
  // what it costs all that take part (client, server, etcd, watchers): 12-burst-1000-fast, 7 requests a pod in 7 s. Alone and
  // without watchers a write takes 1.5 ms, ten at once 6 ms each, and ten reads from etcd 4.9 ms each (recordings/FINDINGS.md, api-latency).
  recorded: {
    network: logNormal(0.1, 0.4),
    front: logNormal(0.3, 0.4),
    cores: 2,
    service: logNormal(2, 0.5),
    readService: logNormal(1, 0.5),
    admission: logNormal(0.2, 0.4),
    etcdMembers: 1,
    fsync: logNormal(0.24, 0.6),
    memberRoundTrip: constant(0),
    apply: logNormal(0.4, 0.5),
    tailChance: 0.01,
    tail: exponentialMs(15),
    watchDelivery: logNormal(0.3, 0.5),
    controllerReaction: logNormal(0.6, 0.5),
  },
};
