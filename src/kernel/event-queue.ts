import { invariant } from './invariant.js';
import type { EventKind } from './events.js';
import type { Micros } from './time.js';

/** Names a pending event, from its scheduling to the moment it runs or is cancelled; then the number is reused. */
export type EventHandle = number;

/** For fields that may hold a handle: no event is pending. */
export const NO_EVENT: EventHandle = -1;

const ARITY_SHIFT = 2;
const INITIAL_CAPACITY = 1_024;

/**
 * Pending events in typed arrays: a 4-ary heap ordered by time, then by sequence (the order of scheduling). Plain data,
 * so that a checkpoint is a copy. Heap arrays are indexed by heap position, the others by handle.
 */
export interface EventQueue {
  size: number;
  capacity: number;
  nextSequence: number;
  freeHead: number;
  heapTimes: Float64Array;
  heapHandles: Int32Array;
  sequences: Float64Array;
  /** Position in the heap; of a free handle, the next free one. */
  positions: Int32Array;
  kinds: Int32Array;
  subjectA: Int32Array;
  subjectB: Int32Array;
  poppedTime: Micros;
  poppedKind: EventKind;
  poppedA: number;
  poppedB: number;
}

export function createEventQueue(): EventQueue {
  const queue: EventQueue = {
    size: 0,
    capacity: 0,
    nextSequence: 0,
    freeHead: -1,
    heapTimes: new Float64Array(0),
    heapHandles: new Int32Array(0),
    sequences: new Float64Array(0),
    positions: new Int32Array(0),
    kinds: new Int32Array(0),
    subjectA: new Int32Array(0),
    subjectB: new Int32Array(0),
    poppedTime: 0,
    poppedKind: 0,
    poppedA: 0,
    poppedB: 0,
  };
  grow(queue, INITIAL_CAPACITY);
  return queue;
}

/** Adds an event and gives its handle. */
export function pushEvent(queue: EventQueue, time: Micros, kind: EventKind, a: number, b: number): EventHandle {
  if (queue.freeHead < 0) grow(queue, queue.capacity * 2);
  const handle = queue.freeHead;
  queue.freeHead = queue.positions[handle]!;
  queue.kinds[handle] = kind;
  queue.subjectA[handle] = a;
  queue.subjectB[handle] = b;
  queue.sequences[handle] = queue.nextSequence++;
  const position = queue.size++;
  siftUp(queue, position, time, handle);
  return handle;
}

/** Takes the earliest event into the `popped` fields. The queue must not be empty. */
export function popEvent(queue: EventQueue): void {
  const handle = queue.heapHandles[0]!;
  queue.poppedTime = queue.heapTimes[0]!;
  queue.poppedKind = queue.kinds[handle]!;
  queue.poppedA = queue.subjectA[handle]!;
  queue.poppedB = queue.subjectB[handle]!;
  release(queue, handle);
  const last = --queue.size;
  if (last > 0) siftDown(queue, 0, queue.heapTimes[last]!, queue.heapHandles[last]!);
}

/** Removes a pending event. */
export function removeEvent(queue: EventQueue, handle: EventHandle): void {
  const position = pendingPosition(queue, handle);
  release(queue, handle);
  const last = --queue.size;
  if (position !== last) settle(queue, position, queue.heapTimes[last]!, queue.heapHandles[last]!);
}

/** Gives a pending event a new time; it takes its place behind the events already waiting for that time. */
export function moveEvent(queue: EventQueue, handle: EventHandle, time: Micros): void {
  const position = pendingPosition(queue, handle);
  queue.sequences[handle] = queue.nextSequence++;
  settle(queue, position, time, handle);
}

function pendingPosition(queue: EventQueue, handle: EventHandle): number {
  const position = queue.positions[handle];
  invariant(
    position !== undefined && position < queue.size && queue.heapHandles[position] === handle,
    `event handle ${handle} is not pending`,
  );
  return position;
}

function release(queue: EventQueue, handle: EventHandle): void {
  queue.positions[handle] = queue.freeHead;
  queue.freeHead = handle;
}

function settle(queue: EventQueue, position: number, time: Micros, handle: EventHandle): void {
  siftUp(queue, position, time, handle);
  if (queue.positions[handle] === position) siftDown(queue, position, time, handle);
}

function siftUp(queue: EventQueue, from: number, time: Micros, handle: EventHandle): void {
  const { heapTimes, heapHandles, sequences, positions } = queue;
  const sequence = sequences[handle]!;
  let position = from;
  while (position > 0) {
    const parent = (position - 1) >> ARITY_SHIFT;
    const parentTime = heapTimes[parent]!;
    const parentHandle = heapHandles[parent]!;
    if (parentTime < time || (parentTime === time && sequences[parentHandle]! < sequence)) break;
    heapTimes[position] = parentTime;
    heapHandles[position] = parentHandle;
    positions[parentHandle] = position;
    position = parent;
  }
  heapTimes[position] = time;
  heapHandles[position] = handle;
  positions[handle] = position;
}

function siftDown(queue: EventQueue, from: number, time: Micros, handle: EventHandle): void {
  const { heapTimes, heapHandles, sequences, positions, size } = queue;
  const sequence = sequences[handle]!;
  let position = from;
  for (;;) {
    const first = (position << ARITY_SHIFT) + 1;
    if (first >= size) break;
    const end = first + 4 < size ? first + 4 : size;
    let best = first;
    let bestTime = heapTimes[first]!;
    for (let child = first + 1; child < end; child++) {
      const childTime = heapTimes[child]!;
      if (
        childTime < bestTime ||
        (childTime === bestTime && sequences[heapHandles[child]!]! < sequences[heapHandles[best]!]!)
      ) {
        best = child;
        bestTime = childTime;
      }
    }
    const bestHandle = heapHandles[best]!;
    if (time < bestTime || (time === bestTime && sequence < sequences[bestHandle]!)) break;
    heapTimes[position] = bestTime;
    heapHandles[position] = bestHandle;
    positions[bestHandle] = position;
    position = best;
  }
  heapTimes[position] = time;
  heapHandles[position] = handle;
  positions[handle] = position;
}

function grow(queue: EventQueue, capacity: number): void {
  const before = queue.capacity;
  const larger = <T extends Float64Array | Int32Array>(array: T, copy: T): T => {
    copy.set(array);
    return copy;
  };
  queue.heapTimes = larger(queue.heapTimes, new Float64Array(capacity));
  queue.heapHandles = larger(queue.heapHandles, new Int32Array(capacity));
  queue.sequences = larger(queue.sequences, new Float64Array(capacity));
  queue.positions = larger(queue.positions, new Int32Array(capacity));
  queue.kinds = larger(queue.kinds, new Int32Array(capacity));
  queue.subjectA = larger(queue.subjectA, new Int32Array(capacity));
  queue.subjectB = larger(queue.subjectB, new Int32Array(capacity));
  queue.capacity = capacity;
  for (let handle = capacity - 1; handle >= before; handle--) release(queue, handle);
}
