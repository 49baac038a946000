import FastPriorityQueue from 'fastpriorityqueue';
import type { Micros } from '../../kernel/time.js';
import type { Pod } from '../api/objects/pod.js';
import type { PodClass } from './pod-class.js';
import { backoffExpirySecond, type BackoffLimits } from './backoff.js';

/** Where a pod waits. In flight: it is being tried. */
type QueuePlace = 'active' | 'backoff' | 'error-backoff' | 'unschedulable' | 'gated' | 'in-flight' | 'gone';

/** A pod without a node (kubernetes v1.36.3 pkg/scheduler/framework/types.go: QueuedPodInfo). */
export interface QueuedPod {
  pod: Pod;
  place: QueuePlace;
  /** Goes up with every move: an entry of a heap with an older ticket no longer counts. */
  ticket: number;
  /** When it was queued first or failed last: the order among equals of priority. */
  timestamp: Micros;
  /** Breaks ties of the timestamp. */
  sequence: number;
  /** Times that it was tried. */
  attempts: number;
  /** Rejected attempts, and attempts that ended with an error since the last rejection. */
  rejections: number;
  errors: number;
  /** Second in which its back-off ends; it has failed at least once. */
  backoffExpiry: number;
  /** Plugins that rejected it last: they decide which events may help. */
  plugins: readonly string[];
  /** As it was when it failed last; undefined before. */
  podClass: PodClass | undefined;
  /** Its group in the pool of unschedulable pods. */
  group: string;
}

export function queuedPod(pod: Pod, now: Micros, sequence: number): QueuedPod {
  return {
    pod,
    place: 'gone',
    ticket: 0,
    timestamp: now,
    sequence,
    attempts: 0,
    rejections: 0,
    errors: 0,
    backoffExpiry: -1,
    plugins: [],
    podClass: undefined,
    group: '',
  };
}

/** Notes a failed attempt: errors count by themselves, and a rejection ends a row of them. */
export function noteFailure(
  queued: QueuedPod,
  plugins: readonly string[],
  limits: BackoffLimits,
  now: Micros,
  sequence: number,
): void {
  const rejected = plugins.length > 0;
  queued.rejections += rejected ? 1 : 0;
  queued.errors = rejected ? 0 : queued.errors + 1;
  queued.plugins = plugins;
  queued.timestamp = now;
  queued.sequence = sequence;
  queued.backoffExpiry = backoffExpirySecond(limits, now, queued.errors > 0 ? queued.errors : queued.rejections);
}

/** An entry of a heap: the pod as it was put there, with what it is ordered by at hand. */
interface QueueEntry {
  readonly queued: QueuedPod;
  readonly ticket: number;
  readonly backoffExpiry: number;
  readonly priority: number;
  readonly timestamp: Micros;
  readonly sequence: number;
}

/** A heap as plain data: fastpriorityqueue works on this array. */
export interface PodHeap {
  readonly entries: QueueEntry[];
}

type Before = (left: QueueEntry, right: QueueEntry) => boolean;

/** plugins/queuesort/priority_sort.go: Less. */
const isUrgent: Before = (left, right) => {
  if (left.priority !== right.priority) return left.priority > right.priority;
  if (left.timestamp !== right.timestamp) return left.timestamp < right.timestamp;
  return left.sequence < right.sequence;
};

/** backoff_queue.go: lessBackoffCompleted. */
const isBackSooner: Before = (left, right) => {
  if (left.backoffExpiry !== right.backoffExpiry) return left.backoffExpiry < right.backoffExpiry;
  return isUrgent(left, right);
};

/** An order of pods: a fastpriorityqueue that each operation lends the array of a heap, which lives in the world. */
type PodOrder = FastPriorityQueue<QueueEntry>;

export const byPriority: PodOrder = new FastPriorityQueue(isUrgent);
export const byBackoff: PodOrder = new FastPriorityQueue(isBackSooner);

export function pushPod(heap: PodHeap, order: PodOrder, queued: QueuedPod): void {
  const { ticket, backoffExpiry, timestamp, sequence, pod } = queued;
  lend(order, heap).add({ queued, ticket, backoffExpiry, priority: pod.spec.priority ?? 0, timestamp, sequence });
}

/** The first pod that is still where the heap says; undefined if there is none. */
export function peekPod(heap: PodHeap, order: PodOrder): QueuedPod | undefined {
  for (;;) {
    const first = heap.entries[0];
    if (first === undefined || first.ticket === first.queued.ticket) return first?.queued;
    dropFirst(heap, order);
  }
}

export function popPod(heap: PodHeap, order: PodOrder): QueuedPod | undefined {
  const queued = peekPod(heap, order);
  if (queued !== undefined) dropFirst(heap, order);
  return queued;
}

function dropFirst(heap: PodHeap, order: PodOrder): void {
  lend(order, heap).poll();
  heap.entries.pop(); // the queue leaves its last place as it was
}

function lend(order: PodOrder, heap: PodHeap): PodOrder {
  const inside = order as unknown as { array: QueueEntry[]; size: number };
  inside.array = heap.entries;
  inside.size = heap.entries.length;
  return order;
}
