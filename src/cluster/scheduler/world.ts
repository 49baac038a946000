import type { StreamId } from '../../kernel/random.js';
import type { Micros } from '../../kernel/time.js';
import type { Pod } from '../api/objects/pod.js';
import type { ApiWorld } from '../api/world.js';
import type { AttemptLog } from './attempt-log.js';
import type { ClusterState } from './cluster.js';
import type { DeviceWrites } from './device-binding-cycle.js';
import type { EventSeriesState } from './event-series.js';
import type { Failure } from './fit-error.js';
import type { SchedulerParameters } from './parameters.js';
import type { ClaimWish } from './plugins/dynamic-resources.js';
import type { VolumePlan } from './plugins/volume-binding.js';
import type { QueuedPod } from './queued-pod.js';
import type { SchedulingQueue } from './scheduling-queue.js';

/** The process whose informers the scheduler reads. */
export const SCHEDULER = 'kube-scheduler';

/** A pod on its way to a node: assumed there, not yet confirmed by the API server. */
export interface Binding {
  readonly queued: QueuedPod;
  readonly nodeName: string;
  /** What its claims need first; undefined: nothing. */
  readonly volumes: VolumePlan | undefined;
  readonly devices: DeviceWrites | undefined;
  /** Its claims are being bound: preemption may call it off without the API server. */
  isInPreBind: boolean;
  /** Writes of PreBind that are done, and the versions of the volumes and claims written: the informers may be behind them. */
  written: number;
  readonly versions: number[];
  /** When waiting for the claims ends. */
  readonly deadline: Micros;
}

/** The pod in the scheduling cycle and what came of it: a node, or a failure. */
export interface Cycle {
  readonly queued: QueuedPod;
  /** Empty if it failed. */
  readonly nodeName: string;
  readonly volumes: VolumePlan | undefined;
  readonly devices: readonly ClaimWish[] | undefined;
  readonly failure: Failure | undefined;
}

/** A preemption whose victims are being evicted. */
export interface RunningPreemption {
  readonly preemptor: Pod;
  readonly nodeName: string;
  /** Less urgent pods that are nominated for the node: their nominations are cleared first. */
  readonly displaced: Pod[];
  /** Still to be evicted; the last one goes after all others. */
  readonly victims: Pod[];
  /** Evictions under way. */
  evicting: number;
  /** A request failed: the preemptor is tried again at the end. */
  failed: boolean;
  /** No further victim is evicted. */
  stopped: boolean;
}

/** A victim whose status is patched and that is then deleted. */
export interface Eviction {
  readonly preemption: number;
  readonly victim: Pod;
}

/** The scheduler's slice of the world. */
export interface SchedulerState {
  readonly parameters: SchedulerParameters;
  readonly cluster: ClusterState;
  readonly queue: SchedulingQueue;
  /** Numbers of its informers. */
  readonly pods: number;
  readonly claims: number;
  readonly volumes: number;
  readonly resourceClaims: number;
  readonly client: number;
  /** Events have a client of their own. */
  readonly eventClient: number;
  readonly events: EventSeriesState;
  readonly streams: { readonly attempt: StreamId; readonly handOver: StreamId };
  cycle: Cycle | undefined;
  /** A status patch holds the loop up: no other pod is tried until it is answered. */
  waitsForPatch: boolean;
  readonly bindings: (Binding | undefined)[];
  readonly freeBindings: number[];
  readonly preemptions: (RunningPreemption | undefined)[];
  readonly evictions: (Eviction | undefined)[];
  /** Pods (by uid) that are assumed on a node; the watch has not shown their binding yet. */
  readonly assumed: Set<string>;
  /** Points in time for which the timers of the queue are set; Infinity = not set. */
  backoffFlushAt: Micros;
  leftoverFlushAt: Micros;
  /** Undefined: nobody asked why pods are where they are. */
  explained: AttemptLog | undefined;
}

export interface SchedulerWorld extends ApiWorld {
  readonly scheduler: SchedulerState;
}
