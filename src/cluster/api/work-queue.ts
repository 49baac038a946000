import FastPriorityQueue from 'fastpriorityqueue';
import { MILLISECOND_US, SECOND_US, type Micros } from '../../kernel/time.js';
import type { ObjectKey } from './store.js';

/** Delay of the first retry of a key; each further failure doubles it (client-go util/workqueue/default_rate_limiters.go). */
const RETRY_BASE_US = 5 * MILLISECOND_US;
const RETRY_MAXIMUM_US = 1_000 * SECOND_US;
/** All retries of a queue together: 10 a second, 100 at once (same source). */
const RETRY_QPS = 10;
const RETRY_BURST = 100;

interface DelayedKey {
  readonly at: Micros;
  readonly sequence: number;
  readonly key: ObjectKey;
}

/**
 * A controller's line of keys, as client-go's work queue: a key waits at most once, is never worked on twice at a
 * time, and one that is added meanwhile runs again afterwards.
 */
export interface WorkQueueState {
  readonly retryBaseUs: Micros;
  readonly retryMaximumUs: Micros;
  ready: ObjectKey[];
  head: number;
  /** Keys that wait or must run again. */
  readonly dirty: Set<ObjectKey>;
  readonly processing: Set<ObjectKey>;
  /** Heap of keys that come later; `delayed.length` may exceed `delayedSize`. */
  readonly delayed: DelayedKey[];
  delayedSize: number;
  readonly delayedAt: Map<ObjectKey, Micros>;
  nextSequence: number;
  readonly failures: Map<ObjectKey, number>;
  retriesFullAt: Micros;
}

export function createWorkQueue(
  retryBaseUs: Micros = RETRY_BASE_US,
  retryMaximumUs: Micros = RETRY_MAXIMUM_US,
): WorkQueueState {
  return {
    retryBaseUs,
    retryMaximumUs,
    ready: [],
    head: 0,
    dirty: new Set(),
    processing: new Set(),
    delayed: [],
    delayedSize: 0,
    delayedAt: new Map(),
    nextSequence: 0,
    failures: new Map(),
    retriesFullAt: 0,
  };
}

/** Adds a key unless it waits already. */
export function addKey(queue: WorkQueueState, key: ObjectKey): void {
  if (queue.dirty.has(key)) return;
  queue.dirty.add(key);
  if (!queue.processing.has(key)) queue.ready.push(key);
}

export function hasReadyKey(queue: WorkQueueState): boolean {
  return queue.head < queue.ready.length;
}

/** Takes the next key; the queue must have one. */
export function takeKey(queue: WorkQueueState): ObjectKey {
  const key = queue.ready[queue.head++]!;
  if (queue.head === queue.ready.length) {
    queue.ready = [];
    queue.head = 0;
  }
  queue.dirty.delete(key);
  queue.processing.add(key);
  return key;
}

/** Ends the work on a key; it goes back in line if it was added meanwhile. */
export function finishKey(queue: WorkQueueState, key: ObjectKey): void {
  queue.processing.delete(key);
  if (queue.dirty.has(key)) queue.ready.push(key);
}

/** Puts a key in line at a later time; of two times for one key the earlier counts. */
export function addKeyAt(queue: WorkQueueState, key: ObjectKey, at: Micros): void {
  const known = queue.delayedAt.get(key);
  if (known !== undefined && known <= at) return;
  queue.delayedAt.set(key, at);
  withDelayed(queue, (heap) => heap.add({ at, sequence: queue.nextSequence++, key }));
}

/** When the next delayed key is due, if there is one. */
export function nextDelayedAt(queue: WorkQueueState): Micros | undefined {
  return queue.delayedSize === 0 ? undefined : queue.delayed[0]!.at;
}

/** Moves the delayed keys that are due into line. */
export function addDueKeys(queue: WorkQueueState, now: Micros): void {
  while (queue.delayedSize > 0 && queue.delayed[0]!.at <= now) {
    const due = withDelayed(queue, (heap) => heap.poll()!);
    // A key that was moved to an earlier time leaves its old entry behind, which no longer counts.
    if (queue.delayedAt.get(due.key) !== due.at) continue;
    queue.delayedAt.delete(due.key);
    addKey(queue, due.key);
  }
}

/** Delay before the next try of a key that failed: the larger of its own back-off and the queue's bucket. */
export function retryDelayUs(queue: WorkQueueState, key: ObjectKey, now: Micros): Micros {
  const failures = queue.failures.get(key) ?? 0;
  queue.failures.set(key, failures + 1);
  let backOff = queue.retryBaseUs;
  for (let doubling = 0; doubling < failures && backOff < queue.retryMaximumUs; doubling++) backOff *= 2;
  const tokenUs = SECOND_US / RETRY_QPS;
  queue.retriesFullAt = Math.max(queue.retriesFullAt, now) + tokenUs;
  const bucketUs = queue.retriesFullAt - now - RETRY_BURST * tokenUs;
  return Math.max(Math.min(backOff, queue.retryMaximumUs), bucketUs);
}

/** The key succeeded: its next failure starts from the first delay. */
export function forgetKey(queue: WorkQueueState, key: ObjectKey): void {
  queue.failures.delete(key);
}

const sooner = (left: DelayedKey, right: DelayedKey): boolean =>
  left.at < right.at || (left.at === right.at && left.sequence < right.sequence);

/** Runs a heap operation of fastpriorityqueue on the plain array that lives in the world. */
function withDelayed<R>(queue: WorkQueueState, operate: (heap: FastPriorityQueue<DelayedKey>) => R): R {
  const heap = new FastPriorityQueue<DelayedKey>(sooner);
  const plain = heap as unknown as { array: DelayedKey[]; size: number };
  plain.array = queue.delayed;
  plain.size = queue.delayedSize;
  const result = operate(heap);
  queue.delayedSize = heap.size;
  queue.delayed.length = heap.size;
  return result;
}
