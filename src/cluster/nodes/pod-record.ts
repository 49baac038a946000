import { type EventHandle, NO_EVENT } from '../../kernel/event-queue.js';
import type { Micros } from '../../kernel/time.js';
import type { Container, Pod, PodStatus } from '../api/objects/pod.js';
import type { BackOff } from './back-off.js';
import type { MetricPoint } from './metrics-server.js';
import type { RuntimeContainer, StartFailure } from './container-status.js';

// Where the worker of a pod stands. It only ever goes forward, except that a reboot starts a pod anew.
/** Admitted; first sync, then mounting volumes. */
export const STAGE_MOUNTING = 0;
/** The sandbox is being created. */
export const STAGE_SANDBOX = 1;
/** Containers are started, watched and restarted. */
export const STAGE_SYNCING = 2;
/** Containers are being stopped. */
export const STAGE_TERMINATING = 3;
/** All have stopped; volumes and cgroup are being removed. */
export const STAGE_STOPPED = 4;
/** Nothing is left on the node but the object. */
export const STAGE_TERMINATED = 5;

export type ContainerRole = 'init' | 'sidecar' | 'regular';

/** One container as the runtime and the kubelet know it. */
export interface ContainerRecord {
  readonly spec: Container;
  readonly role: ContainerRole;
  run: RuntimeContainer | undefined;
  /** Why it could not be started the last time. */
  failure: StartFailure | undefined;
  backOff: BackOff | undefined;
  pullBackOff: BackOff | undefined;
  /** Times of the coming (or running) run, all drawn when the pod or the restart begins. */
  times: RunTimes;
  /** When its software listens; Infinity: it never does, or isn't running. */
  listenAt: Micros;
  exitEvent: EventHandle;
  probeEvent: EventHandle;
  livenessEvent: EventHandle;
}

/** What one run of a container takes (us). */
export interface RunTimes {
  readonly imageCheckUs: Micros;
  readonly pullSetupUs: Micros;
  /** CreateContainer and StartContainer. */
  readonly launchUs: Micros;
  /** From its start to listening; Infinity: never. */
  readonly listenUs: Micros;
  /** From its start to its end by itself; Infinity: it runs until it is stopped. */
  readonly exitUs: Micros;
  /** Of an end by itself. */
  readonly exitCode: number;
  /** From its end until the kubelet has seen it. */
  readonly detectUs: Micros;
  /** Between 1 and 1.5: stretches the wait of the pod worker for its next try. */
  readonly jitter: number;
}

/** What the start and end of a pod take besides its containers (us). */
export interface StartTimes {
  readonly firstSyncUs: Micros;
  readonly sandboxUs: Micros;
  /** Not stretched by contention. */
  readonly sandboxTailUs: Micros;
  /** From the end of a runtime action until the kubelet has seen its effect. */
  readonly relistUs: Micros;
  readonly teardownUs: Micros;
  /** Between 0 and 1: where in its second the kubelet's tick finds the pod terminated. */
  readonly tickPhase: number;
}

/** What a kubelet remembers of one pod besides the numbers in the table. */
export interface PodRecord {
  /** As the kubelet saw it last. */
  pod: Pod;
  /** Root of the names of its random streams. */
  readonly stream: string;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  stage: number;
  /** Init containers and sidecars first, in the order of the spec. */
  readonly containers: ContainerRecord[];
  readonly start: StartTimes;
  /** Counts in what the node's pods request. */
  holdsResources: boolean;
  isSandboxReady: boolean;
  /** When the sandbox was ready; Infinity before. */
  sandboxSince: Micros;
  /** Counts in the node's contention. */
  isStarting: boolean;
  /** A runtime action is under way: the next sync waits for its end. */
  isBusy: boolean;
  /** When the next sync is due by itself. */
  retryEvent: EventHandle;
  retryAt: Micros;
  /** When volumes were mounted: the phase of its probes. */
  probesFrom: Micros;
  /** The worker has decided to end the pod, and has ended its containers. */
  isTerminal: boolean;
  /** When what is left of its containers is killed; Infinity while nobody has asked. */
  killAt: Micros;
  killEvent: EventHandle;
  /** Computed last, and what the API server is known to have. */
  status: PodStatus;
  reported: PodStatus | undefined;
  isQueued: boolean;
  /** What the metrics server has of it. */
  metric: MetricPoint | undefined;
  /** The object is gone from the API server. */
  isGone: boolean;
}

export function createContainer(spec: Container, role: ContainerRole, times: RunTimes): ContainerRecord {
  return {
    spec,
    role,
    run: undefined,
    failure: undefined,
    backOff: undefined,
    pullBackOff: undefined,
    times,
    listenAt: Number.POSITIVE_INFINITY,
    exitEvent: NO_EVENT,
    probeEvent: NO_EVENT,
    livenessEvent: NO_EVENT,
  };
}

/** Most containers of one pod that events can name. */
export const MAXIMUM_CONTAINERS = 64;

/** Second subject of an event about one container: the pod's plan and the container's place in the record. */
export function containerSubject(plan: number, index: number): number {
  return plan * MAXIMUM_CONTAINERS + index;
}

export function planOf(subject: number): number {
  return Math.floor(subject / MAXIMUM_CONTAINERS);
}

export function containerIndexOf(subject: number): number {
  return subject % MAXIMUM_CONTAINERS;
}
