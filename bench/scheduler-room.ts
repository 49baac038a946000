import type { LabelSelector } from '../src/cluster/api/objects/meta.js';
import type { Node } from '../src/cluster/api/objects/node.js';
import type { Pod } from '../src/cluster/api/objects/pod.js';
import { BACKOFF_LIMITS } from '../src/cluster/scheduler/backoff.js';
import { type ClusterState, createCluster } from '../src/cluster/scheduler/cluster.js';
import { addNode } from '../src/cluster/scheduler/cluster-nodes.js';
import { placePod, removePod } from '../src/cluster/scheduler/cluster-pods.js';
import { decide } from '../src/cluster/scheduler/decide.js';
import type { Failure } from '../src/cluster/scheduler/fit-error.js';
import { denominate, incomingOf, nominate } from '../src/cluster/scheduler/preemption/nominations.js';
import { DEFAULT_PROFILE } from '../src/cluster/scheduler/profile.js';
import type { QueuedPod } from '../src/cluster/scheduler/queued-pod.js';
import { podClassOf } from '../src/cluster/scheduler/pod-class.js';
import {
  addPod,
  createSchedulingQueue,
  dropPod,
  finishAttempt,
  moveOnEvent,
  moveOnPodDelete,
  popNext,
  requeueFailed,
  type SchedulingQueue,
} from '../src/cluster/scheduler/scheduling-queue.js';
import { cpuSeconds } from './measure.js';

/** Pods that arrive at once in a cluster. */
export interface Placement {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  /** Pods that have their node already. */
  readonly placed?: readonly Pod[];
  /** By `kind/namespace/name` of the pods' owners: default topology spreading asks for them. */
  readonly owners: ReadonlyMap<string, LabelSelector>;
}

/** The scheduler's cache and queue by themselves, without API server and time. */
interface Room {
  readonly cluster: ClusterState;
  readonly queue: SchedulingQueue;
}

export interface Played {
  readonly placed: number;
  /** On the wall, from the first pod taken from the queue to the last attempt. Filling cache and queue is not counted. */
  readonly seconds: number;
  /** Of the processor in that time, that of the garbage collector's threads among it: what one core would need. */
  readonly cpuSeconds: number;
}

/** `isReference`: every plugin is asked about every node, as `run --reference-scheduler` does. */
export function play(placement: Placement, isReference = false): Played {
  const room = openRoom(placement, isReference);
  for (const pod of placement.pods) addPod(room.cluster, room.queue, pod, 0);
  globalThis.gc?.();
  const before = cpuSeconds();
  const start = performance.now();
  const placed = drain(room);
  return { placed, seconds: (performance.now() - start) / 1e3, cpuSeconds: cpuSeconds() - before };
}

function openRoom({ nodes, placed = [], owners }: Placement, isReference: boolean): Room {
  const cluster = createCluster([DEFAULT_PROFILE], isReference);
  for (const [key, selector] of owners) cluster.ownerSelectors.set(key, selector);
  for (const node of nodes) addNode(cluster, node);
  for (const pod of placed) placePod(cluster, pod, pod.spec.nodeName!);
  return { cluster, queue: createSchedulingQueue(BACKOFF_LIMITS) };
}

/**
 * Tries pods until none is left that could be tried: pop, decide, assume, and what the watch makes of the binding.
 * Gives how many have found a node.
 */
function drain(room: Room): number {
  const { cluster, queue } = room;
  let placed = 0;
  for (let queued = popNext(queue); queued !== undefined; queued = popNext(queue)) {
    const { pod } = queued;
    const podClass = podClassOf(cluster, pod);
    const { node, failure } = decide(cluster, podClass, incomingOf(pod));
    if (failure !== undefined) {
      fail(room, queued, failure);
      continue;
    }
    const nodeName = cluster.names[node]!;
    denominate(cluster, pod.metadata.uid);
    placePod(cluster, pod, nodeName, podClass);
    finishAttempt(queue);
    const bound = { ...pod, spec: { ...pod.spec, nodeName } };
    dropPod(queue, pod.metadata.uid);
    placePod(cluster, bound, nodeName);
    moveOnEvent(cluster, queue, { type: 'PodAdd', pod: bound }, 0);
    placed += 1;
  }
  return placed;
}

/** Puts the pod back. Its victims are gone at once, and their ReplicaSet makes others, which wait like all that found no node. */
function fail({ cluster, queue }: Room, queued: QueuedPod, { plugins, nomination, candidate }: Failure): void {
  requeueFailed(cluster, queue, queued, plugins, 0);
  if (nomination !== undefined) {
    queued.pod = { ...queued.pod, status: { ...queued.pod.status, nominatedNodeName: nomination } };
    nominate(cluster, queued.pod, nomination);
  }
  for (const { pod } of candidate?.victims ?? []) {
    const { nodeName: _left, ...spec } = pod.spec;
    removePod(cluster, pod.metadata.uid);
    moveOnPodDelete(cluster, queue, pod, 0);
    addPod(cluster, queue, { ...pod, metadata: { ...pod.metadata, uid: `${pod.metadata.uid}+` }, spec }, 0);
  }
}
