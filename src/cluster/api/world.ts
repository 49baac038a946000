import type { Micros } from '../../kernel/time.js';
import type { KernelWorld } from '../../kernel/simulation.js';
import type { StreamId } from '../../kernel/random.js';
import type { ApiCallRecord } from './calls.js';
import type { ApiClient, UsageByClient } from './clients.js';
import type { ControllerState, SyncRecord } from './controller-loop.js';
import type { Cores } from './cores.js';
import type { EtcdState } from './etcd.js';
import type { EventRecorderState } from './event-recorder.js';
import type { InformerState } from './informers.js';
import type { ApiParameters } from './parameters.js';
import type { PlacedLabels } from './place-labels.js';
import type { ServiceAddresses } from './service-addresses.js';
import type { KubernetesObject } from './objects/meta.js';

/** The API server's slice of the world: what is stored, who is asking, who is watching. */
export interface ApiState {
  readonly parameters: ApiParameters;
  /** Objects by kind, then by key (`namespace/name`, or `name` for kinds without a namespace). */
  readonly collections: Map<string, Map<string, KubernetesObject>>;
  /** Version of the last write; also etcd's revision. */
  resourceVersion: number;
  nextUid: number;
  readonly placedLabels: PlacedLabels;
  readonly cores: Cores;
  readonly etcd: EtcdState;
  readonly addresses: ServiceAddresses;
  /** The last write that charges the quotas of a namespace: under way, done, or gathering creations until it starts. */
  readonly quotaTurns: Map<string, { readonly startsAt: Micros; readonly endsAt: Micros }>;
  readonly clients: ApiClient[];
  readonly usage: UsageByClient;
  /** Requests under way by number; undefined where the number is free. */
  readonly calls: (ApiCallRecord | undefined)[];
  readonly freeCalls: number[];
  readonly informers: InformerState[];
  /** Numbers of the informers of a kind that want every object of it. */
  readonly informersByKind: Map<string, number[]>;
  /** Number of the pod informer of each node's kubelet. */
  readonly podInformersByNode: Map<string, number>;
  readonly controllers: ControllerState[];
  readonly syncs: (SyncRecord | undefined)[];
  readonly freeSyncs: number[];
  readonly eventRecorders: EventRecorderState;
  readonly streams: { readonly server: StreamId; readonly watch: StreamId; readonly names: StreamId };
  /** Bookings of fate that later parts fill: until when the API server answers nothing. */
  unavailableUntil: Micros;
}

export interface ApiWorld extends KernelWorld {
  readonly api: ApiState;
}
