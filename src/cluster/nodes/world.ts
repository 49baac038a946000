import type { Micros } from '../../kernel/time.js';
import type { ApiWorld } from '../api/world.js';
import type { NodeParameters } from './parameters.js';
import type { PodRecord } from './pod-record.js';
import type { HostRecord } from './host-record.js';
import type { DisksState } from './disks.js';
import type { MetricsState } from './metrics-server.js';
import type { WorkloadBehaviour } from './workload.js';

/** The nodes' slice of the world. */
export interface NodesState {
  readonly parameters: NodeParameters;
  readonly behaviours: readonly WorkloadBehaviour[];
  readonly hosts: HostTable;
  readonly pods: PodTable;
  /** Images (`*` stands for any text) that no registry has: pulling them fails. */
  readonly missingImages: readonly string[];
  /** Pods started so far by owner: with the owner it names the random streams of a pod. */
  readonly ordinals: Map<string, number>;
  readonly metrics: MetricsState;
  /** nodeIndex by informer. */
  readonly hostByInformer: Map<number, number>;
  readonly disks: DisksState;
}

export interface NodesWorld extends ApiWorld {
  readonly nodes: NodesState;
}

/** The machines, by nodeIndex. */
export interface HostTable {
  readonly count: number;
  readonly names: string[];
  readonly pools: string[];
  /** Names of the zones, in order of first use. */
  readonly zoneNames: string[];
  /** Index into `zoneNames`. */
  readonly zones: Int32Array;
  /** 1: the machine is up and on the network. */
  readonly reachable: Uint8Array;
  /** 1: the kubelet runs. */
  readonly kubeletUp: Uint8Array;
  /** Pods in the steps that slow each other down (node 3). */
  readonly starting: Int32Array;
  /** Capacity in thousandths of a core. */
  readonly cpuMilli: Float64Array;
  /** What pods may request, and what those admitted do. */
  readonly allocatableMilliCpu: Float64Array;
  readonly allocatableMemory: Float64Array;
  readonly allocatablePods: Int32Array;
  readonly usedMilliCpu: Float64Array;
  readonly usedMemory: Float64Array;
  readonly usedPods: Int32Array;
  readonly ips: string[];
  readonly indexByName: Map<string, number>;
  readonly records: HostRecord[];
}

/**
 * The pods that kubelets know, by podIndex. Arrays grow: read them through the table, keep no reference across events. An
 * index is reused when a kubelet has forgotten the pod.
 */
export interface PodTable {
  capacity: number;
  /** One more than the highest index in use. */
  count: number;
  readonly free: number[];
  /** nodeIndex. */
  node: Int32Array;
  /** Changes when the index is reused and when a container of the pod starts again. */
  epoch: Int32Array;
  /** Changes when what was planned for the pod no longer holds (it ends, its node dies): events of before are stale. */
  plan: Int32Array;
  /** SERVING_... of workload.ts. */
  serving: Uint8Array;
  /** Index of the workload behaviour, -1: none. */
  behaviour: Int32Array;
  /** Sum over the regular containers and sidecars (thousandths of a core); 0 = one of them has no limit. */
  cpuLimitMilli: Float64Array;
  cpuRequestMilli: Float64Array;
  /** First kubelet sync, sandbox and network ready, all images present, all containers started, all ended; -1 = not yet. */
  admittedAt: Float64Array;
  sandboxAt: Float64Array;
  pulledAt: Float64Array;
  startedAt: Float64Array;
  stoppedAt: Float64Array;
  restarts: Int32Array;
  /** `namespace/name`; '' where the index is free. */
  readonly keys: string[];
  readonly uids: string[];
  /** '' until the sandbox has an address. */
  readonly ips: string[];
  readonly indexByUid: Map<string, number>;
  readonly indexByIp: Map<string, number>;
  readonly records: (PodRecord | undefined)[];
}

/** For points of a pod's waterfall that it hasn't reached. */
export const NOT_YET: Micros = -1;
