import { addToLine, takeFromLine } from './event-line.js';
import {
  A,
  B,
  type EventHandle,
  type EventQueue,
  FREE,
  INTEGERS_SHIFT,
  KIND,
  NEXT,
  NO_EVENT,
  REALS_SHIFT,
  RECORD_BYTES,
} from './event-queue-state.js';
import { addToWheel, advance, takeFromWheel, tune } from './event-wheel.js';
import type { EventKind } from './events.js';
import { InvariantError } from './invariant.js';
import { createRecords } from './records.js';
import type { Micros } from './time.js';

export { type EventHandle, type EventQueue, NO_EVENT } from './event-queue-state.js';

const INITIAL_CAPACITY = 1_024;
/** Short enough to stay in a processor's nearest cache. */
const INITIAL_LINE = 128;
const FIRST_TUNING = 1_024;

/**
 * The queue was chosen by measurement (bench/README.md): a heap spends its time on levels that do not matter for the next
 * few events, and with many pending it waits there for memory. The wheel keeps the line short at any size.
 */
export function createEventQueue(): EventQueue {
  const queue: EventQueue = {
    size: 0,
    capacity: 0,
    freeHead: NO_EVENT,
    ...createRecords(0, RECORD_BYTES),
    lineFirst: 0,
    lineEnd: 0,
    lineTimes: new Float64Array(INITIAL_LINE),
    lineHandles: new Int32Array(INITIAL_LINE),
    buckets: new Int32Array(0),
    horizon: Infinity,
    bucketWidth: 1,
    bucketsPerUs: 1,
    popsUntilTuning: FIRST_TUNING,
    popsBetweenTunings: FIRST_TUNING,
    tunedAt: 0,
    poppedTime: 0,
    poppedKind: 0,
    poppedA: 0,
    poppedB: 0,
  };
  grow(queue, INITIAL_CAPACITY);
  return queue;
}

/** When the earliest event is due; Infinity if there is none. */
export function earliestEvent(queue: EventQueue): Micros {
  if (queue.lineFirst === queue.lineEnd) {
    if (queue.size === 0) return Infinity;
    advance(queue);
  }
  return queue.lineTimes[queue.lineFirst]!;
}

/** Adds an event (at a finite time >= 0) and gives its handle. */
export function pushEvent(queue: EventQueue, time: Micros, kind: EventKind, a: number, b: number): EventHandle {
  if (queue.freeHead === NO_EVENT) grow(queue, queue.capacity * 2);
  const handle = queue.freeHead;
  const { integers } = queue;
  const at = handle << INTEGERS_SHIFT;
  queue.freeHead = integers[at + NEXT]!;
  integers[at + KIND] = kind;
  integers[at + A] = a;
  integers[at + B] = b;
  queue.reals[handle << REALS_SHIFT] = time;
  queue.size += 1;
  if (time < queue.horizon) addToLine(queue, handle);
  else addToWheel(queue, handle);
  return handle;
}

/** Takes the earliest event into the `popped` fields. The queue must not be empty. */
export function popEvent(queue: EventQueue): void {
  if (queue.lineFirst === queue.lineEnd) advance(queue);
  const place = queue.lineFirst;
  const handle = queue.lineHandles[place]!;
  queue.lineFirst = place + 1;
  const { integers } = queue;
  const at = handle << INTEGERS_SHIFT;
  queue.poppedTime = queue.lineTimes[place]!;
  queue.poppedKind = integers[at + KIND]!;
  queue.poppedA = integers[at + A]!;
  queue.poppedB = integers[at + B]!;
  release(queue, handle);
  if (--queue.popsUntilTuning === 0) tune(queue);
}

/** Removes a pending event. */
export function removeEvent(queue: EventQueue, handle: EventHandle): void {
  takeOut(queue, handle);
  release(queue, handle);
}

/** Gives a pending event a new time; it takes its place behind the events already waiting for that time. */
export function moveEvent(queue: EventQueue, handle: EventHandle, time: Micros): void {
  takeOut(queue, handle);
  queue.reals[handle << REALS_SHIFT] = time;
  if (time < queue.horizon) addToLine(queue, handle);
  else addToWheel(queue, handle);
}

function takeOut(queue: EventQueue, handle: EventHandle): void {
  const kind = queue.integers[(handle << INTEGERS_SHIFT) + KIND];
  if (kind === undefined || kind === FREE || handle !== (handle | 0)) {
    throw new InvariantError(`event handle ${handle} is not pending`);
  }
  if (queue.reals[handle << REALS_SHIFT]! < queue.horizon) takeFromLine(queue, handle);
  else takeFromWheel(queue, handle);
}

function release(queue: EventQueue, handle: EventHandle): void {
  const at = handle << INTEGERS_SHIFT;
  queue.integers[at + KIND] = FREE;
  queue.integers[at + NEXT] = queue.freeHead;
  queue.freeHead = handle;
  queue.size -= 1;
}

function grow(queue: EventQueue, capacity: number): void {
  const { integers, reals } = createRecords(capacity, RECORD_BYTES);
  integers.set(queue.integers);
  for (let handle = capacity - 1; handle >= queue.capacity; handle--) {
    const at = handle << INTEGERS_SHIFT;
    integers[at + KIND] = FREE;
    integers[at + NEXT] = queue.freeHead;
    queue.freeHead = handle;
  }
  queue.integers = integers;
  queue.reals = reals;
  queue.capacity = capacity;
}
