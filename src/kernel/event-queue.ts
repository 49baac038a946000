import { addLatestToHeap, riseAsLatest, sink, takeFromHeap } from './event-heap.js';
import {
  type EventHandle,
  type EventQueue,
  IN_WHEEL,
  LINK_SHIFT,
  NO_EVENT,
  ROOT,
  SLOT_A,
  SLOT_B,
  SLOT_POSITION,
  SLOT_SHIFT,
} from './event-queue-state.js';
import { addToWheel, advance, takeFromWheel, tune } from './event-wheel.js';
import type { EventKind } from './events.js';
import { InvariantError } from './invariant.js';
import type { Micros } from './time.js';

export { type EventHandle, type EventQueue, NO_EVENT } from './event-queue-state.js';

const INITIAL_CAPACITY = 1_024;
/** Positions of the heap beyond the capacity: those before the root, and one that holds Infinity when it is empty. */
const PADDING = ROOT + 1;
const FIRST_TUNING = 1_024;

/**
 * The queue was chosen by measurement (bench/README.md): a heap alone spends its time on levels that do not matter for the
 * next few events, and with many pending it waits there for memory. The wheel keeps the heap small at any size.
 */
export function createEventQueue(): EventQueue {
  const queue: EventQueue = {
    size: 0,
    capacity: 0,
    nextSequence: 0,
    freeHead: NO_EVENT,
    times: new Float64Array(0),
    sequences: new Float64Array(0),
    slots: new Int32Array(0),
    links: new Int32Array(0),
    heapSize: 0,
    heapTimes: new Float64Array(0),
    heapHandles: new Int32Array(0),
    buckets: new Int32Array(0),
    cursor: 0,
    horizon: Infinity,
    bucketWidth: 1,
    bucketsPerUs: 1,
    popsUntilTuning: FIRST_TUNING,
    popsBetweenTunings: FIRST_TUNING,
    tunedAt: 0,
    hasGap: false,
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
  if (queue.hasGap) closeGap(queue);
  return queue.heapTimes[ROOT]!;
}

/** Adds an event (at a finite time) and gives its handle. */
export function pushEvent(queue: EventQueue, time: Micros, kind: EventKind, a: number, b: number): EventHandle {
  if (queue.freeHead === NO_EVENT) grow(queue, queue.capacity * 2);
  const handle = queue.freeHead;
  const { slots } = queue;
  const slot = handle << SLOT_SHIFT;
  queue.freeHead = nextFree(slots[slot + SLOT_POSITION]!);
  slots[slot] = kind;
  slots[slot + SLOT_A] = a;
  slots[slot + SLOT_B] = b;
  queue.times[handle] = time;
  queue.sequences[handle] = queue.nextSequence++;
  queue.size += 1;
  if (queue.hasGap && time < queue.horizon) {
    queue.hasGap = false;
    queue.heapTimes[ROOT] = time;
    queue.heapHandles[ROOT] = handle;
    sink(queue, ROOT);
  } else if (time < queue.horizon) {
    const position = ROOT + queue.heapSize++;
    queue.heapTimes[position] = time;
    queue.heapHandles[position] = handle;
    riseAsLatest(queue, position);
  } else {
    addToWheel(queue, handle);
    if (queue.heapSize === 0) advance(queue);
  }
  return handle;
}

/** Takes the earliest event into the `popped` fields. The queue must not be empty. */
export function popEvent(queue: EventQueue): void {
  if (queue.hasGap) closeGap(queue);
  const { slots, heapTimes, heapHandles } = queue;
  const handle = heapHandles[ROOT]!;
  const slot = handle << SLOT_SHIFT;
  queue.poppedTime = heapTimes[ROOT]!;
  queue.poppedKind = slots[slot]!;
  queue.poppedA = slots[slot + SLOT_A]!;
  queue.poppedB = slots[slot + SLOT_B]!;
  release(queue, handle);
  queue.hasGap = true;
  if (--queue.popsUntilTuning === 0) {
    closeGap(queue);
    tune(queue);
  }
}

/** Fills the place of the event that was popped. Only now, since it is often taken by an event pushed in its wake. */
function closeGap(queue: EventQueue): void {
  queue.hasGap = false;
  takeFromHeap(queue, ROOT);
  if (queue.heapSize === 0 && queue.size > 0) advance(queue);
}

/** Removes a pending event. */
export function removeEvent(queue: EventQueue, handle: EventHandle): void {
  if (queue.hasGap) closeGap(queue);
  const position = pendingPosition(queue, handle);
  if (position === IN_WHEEL) takeFromWheel(queue, handle);
  else takeFromHeap(queue, position);
  release(queue, handle);
  if (queue.heapSize === 0 && queue.size > 0) advance(queue);
}

/** Gives a pending event a new time; it takes its place behind the events already waiting for that time. */
export function moveEvent(queue: EventQueue, handle: EventHandle, time: Micros): void {
  if (queue.hasGap) closeGap(queue);
  const position = pendingPosition(queue, handle);
  const later = time >= queue.times[handle]!;
  queue.times[handle] = time;
  queue.sequences[handle] = queue.nextSequence++;
  if (position !== IN_WHEEL && time < queue.horizon) {
    queue.heapTimes[position] = time;
    if (later) sink(queue, position);
    else riseAsLatest(queue, position);
    return;
  }
  if (position === IN_WHEEL) takeFromWheel(queue, handle);
  else takeFromHeap(queue, position);
  if (time < queue.horizon) addLatestToHeap(queue, handle);
  else addToWheel(queue, handle);
  if (queue.heapSize === 0) advance(queue);
}

function pendingPosition({ slots }: EventQueue, handle: EventHandle): number {
  const position = slots[(handle << SLOT_SHIFT) + SLOT_POSITION];
  if (position === undefined || position < IN_WHEEL || handle !== (handle | 0)) {
    throw new InvariantError(`event handle ${handle} is not pending`);
  }
  return position;
}

function release(queue: EventQueue, handle: EventHandle): void {
  queue.slots[(handle << SLOT_SHIFT) + SLOT_POSITION] = nextFree(queue.freeHead);
  queue.freeHead = handle;
  queue.size -= 1;
}

/** Between a handle (or NO_EVENT) and how a free slot holds it: below 0, as no position of a pending event is. */
function nextFree(value: number): number {
  return -2 - value;
}

function grow(queue: EventQueue, capacity: number): void {
  const before = queue.capacity;
  const larger = <T extends Float64Array | Int32Array>(array: T, copy: T): T => {
    copy.set(array);
    return copy;
  };
  queue.times = larger(queue.times, new Float64Array(capacity));
  queue.sequences = larger(queue.sequences, new Float64Array(capacity));
  queue.slots = larger(queue.slots, new Int32Array(capacity << SLOT_SHIFT));
  queue.links = larger(queue.links, new Int32Array(capacity << LINK_SHIFT));
  queue.heapTimes = larger(queue.heapTimes, new Float64Array(capacity + PADDING).fill(Infinity));
  queue.heapHandles = larger(queue.heapHandles, new Int32Array(capacity + PADDING));
  queue.capacity = capacity;
  for (let handle = capacity - 1; handle >= before; handle--) {
    queue.slots[(handle << SLOT_SHIFT) + SLOT_POSITION] = nextFree(queue.freeHead);
    queue.freeHead = handle;
  }
}
