import type { EventKind } from './events.js';
import { InvariantError } from './invariant.js';
import type { Micros } from './time.js';

/** Names a pending event, from its scheduling to the moment it runs or is cancelled; then the number is reused. */
export type EventHandle = number;

/** For fields that may hold a handle: no event is pending. */
export const NO_EVENT: EventHandle = -1;

/** The heap starts here, so that the four children of position p, from 4 (p - 2) on, share a cache line. */
const ROOT = 1;
const INITIAL_CAPACITY = 1_024;
/** Positions behind the last one that are read (and hold Infinity): a node's children are always read four at a time. */
const PADDING = ROOT + 4;

// A slot: what an event is, and where it waits.
const SLOT_SHIFT = 2;
const SLOT_A = 1;
const SLOT_B = 2;
/** Position in the heap; of a free slot, the next free one. */
const SLOT_POSITION = 3;

/**
 * Pending events in typed arrays: a 4-ary heap ordered by time, then by sequence (the order of scheduling). Plain data,
 * so that a checkpoint is a copy. Heap arrays are indexed by heap position, the others by handle.
 *
 * Chosen by measurement (`npm run bench -- kernel`, figures in bench/README.md): finding the first of four children
 * without a branch is what makes it fast, since nobody can predict which child comes first; that one event's four
 * integers lie side by side is worth most when the heap is larger than the cache.
 */
export interface EventQueue {
  size: number;
  capacity: number;
  nextSequence: number;
  freeHead: number;
  /** Infinity wherever no event waits. */
  heapTimes: Float64Array;
  heapHandles: Int32Array;
  sequences: Float64Array;
  /** Four integers an event: kind, a, b, position. */
  slots: Int32Array;
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
    slots: new Int32Array(0),
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
  return queue.heapTimes[ROOT]!;
}

/** Adds an event (at a finite time) and gives its handle. */
export function pushEvent(queue: EventQueue, time: Micros, kind: EventKind, a: number, b: number): EventHandle {
  if (queue.freeHead < 0) grow(queue, queue.capacity * 2);
  const handle = queue.freeHead;
  const { slots, sequences } = queue;
  const slot = handle << SLOT_SHIFT;
  queue.freeHead = slots[slot + SLOT_POSITION]!;
  slots[slot] = kind;
  slots[slot + SLOT_A] = a;
  slots[slot + SLOT_B] = b;
  sequences[handle] = queue.nextSequence++;
  const position = ROOT + queue.size++;
  queue.heapTimes[position] = time;
  queue.heapHandles[position] = handle;
  riseAsLatest(queue, position);
  return handle;
}

/** Takes the earliest event into the `popped` fields. The queue must not be empty. */
export function popEvent(queue: EventQueue): void {
  const { heapTimes, heapHandles, slots } = queue;
  const handle = heapHandles[ROOT]!;
  const slot = handle << SLOT_SHIFT;
  queue.poppedTime = heapTimes[ROOT]!;
  queue.poppedKind = slots[slot]!;
  queue.poppedA = slots[slot + SLOT_A]!;
  queue.poppedB = slots[slot + SLOT_B]!;
  slots[slot + SLOT_POSITION] = queue.freeHead;
  queue.freeHead = handle;
  const last = ROOT + --queue.size;
  heapTimes[ROOT] = heapTimes[last]!;
  heapHandles[ROOT] = heapHandles[last]!;
  heapTimes[last] = Infinity;
  if (last > ROOT) sink(queue, ROOT);
}

/** Removes a pending event. */
export function removeEvent(queue: EventQueue, handle: EventHandle): void {
  const { heapTimes, heapHandles, slots } = queue;
  const position = pendingPosition(queue, handle);
  slots[(handle << SLOT_SHIFT) + SLOT_POSITION] = queue.freeHead;
  queue.freeHead = handle;
  const last = ROOT + --queue.size;
  heapTimes[position] = heapTimes[last]!;
  heapHandles[position] = heapHandles[last]!;
  heapTimes[last] = Infinity;
  if (position !== last) settle(queue, position);
}

/** Gives a pending event a new time; it takes its place behind the events already waiting for that time. */
export function moveEvent(queue: EventQueue, handle: EventHandle, time: Micros): void {
  const position = pendingPosition(queue, handle);
  const later = time >= queue.heapTimes[position]!;
  queue.sequences[handle] = queue.nextSequence++;
  queue.heapTimes[position] = time;
  if (later) sink(queue, position);
  else riseAsLatest(queue, position);
}

function pendingPosition({ slots, heapHandles, size }: EventQueue, handle: EventHandle): number {
  const position = slots[(handle << SLOT_SHIFT) + SLOT_POSITION];
  if (position === undefined || position >= ROOT + size || heapHandles[position] !== handle) refuseHandle(handle);
  return position;
}

function refuseHandle(handle: EventHandle): never {
  throw new InvariantError(`event handle ${handle} is not pending`);
}

// What moves stands at its old place in the heap and is not handed over as arguments: a number with a fraction, or above
// 2^31, would be put in a box on its way into a function.

/** Finds the place of an event that stands where another one went away, which it may precede or follow. */
function settle(queue: EventQueue, position: number): void {
  const { heapTimes, heapHandles, sequences } = queue;
  const parent = (position + 2) >> 2;
  const time = heapTimes[position]!;
  const parentTime = heapTimes[parent]!;
  const first =
    time < parentTime || (time === parentTime && sequences[heapHandles[position]!]! < sequences[heapHandles[parent]!]!);
  if (first && position > ROOT) rise(queue, position);
  else sink(queue, position);
}

function rise(queue: EventQueue, from: number): void {
  const { heapTimes, heapHandles, sequences, slots } = queue;
  const time = heapTimes[from]!;
  const handle = heapHandles[from]!;
  const sequence = sequences[handle]!;
  let position = from;
  while (position > ROOT) {
    const parent = (position + 2) >> 2;
    const parentTime = heapTimes[parent]!;
    const parentHandle = heapHandles[parent]!;
    if (parentTime <= time && (parentTime < time || sequences[parentHandle]! < sequence)) break;
    heapTimes[position] = parentTime;
    heapHandles[position] = parentHandle;
    slots[(parentHandle << SLOT_SHIFT) + SLOT_POSITION] = position;
    position = parent;
  }
  heapTimes[position] = time;
  heapHandles[position] = handle;
  slots[(handle << SLOT_SHIFT) + SLOT_POSITION] = position;
}

/** As `rise`, for the event with the highest sequence, which stays behind all others of its time. */
function riseAsLatest(queue: EventQueue, from: number): void {
  const { heapTimes, heapHandles, slots } = queue;
  const time = heapTimes[from]!;
  const handle = heapHandles[from]!;
  let position = from;
  while (position > ROOT) {
    const parent = (position + 2) >> 2;
    const parentTime = heapTimes[parent]!;
    if (parentTime <= time) break;
    const parentHandle = heapHandles[parent]!;
    heapTimes[position] = parentTime;
    heapHandles[position] = parentHandle;
    slots[(parentHandle << SLOT_SHIFT) + SLOT_POSITION] = position;
    position = parent;
  }
  heapTimes[position] = time;
  heapHandles[position] = handle;
  slots[(handle << SLOT_SHIFT) + SLOT_POSITION] = position;
}

/**
 * Moves an event down to where all below come later. The first of the four children is found by arithmetic on the
 * outcomes of six comparisons that do not wait for each other; only children of the same time ask for their sequences.
 */
function sink(queue: EventQueue, from: number): void {
  const { heapTimes, heapHandles, sequences, slots } = queue;
  const time = heapTimes[from]!;
  const handle = heapHandles[from]!;
  const end = ROOT + queue.size;
  let position = from;
  for (;;) {
    const first = (position << 2) - 2;
    if (first >= end) break;
    const time0 = heapTimes[first]!;
    const time1 = heapTimes[first + 1]!;
    const time2 = heapTimes[first + 2]!;
    const time3 = heapTimes[first + 3]!;
    const left = +(time1 < time0); // the earlier one of the first two: 0 or 1
    const right = +(time3 < time2); // of the others: 2 + this
    const over0 = +(time2 < time0) ^ (right & (+(time2 < time0) ^ +(time3 < time0)));
    const over1 = +(time2 < time1) ^ (right & (+(time2 < time1) ^ +(time3 < time1)));
    const isRight = over0 ^ (left & (over0 ^ over1));
    let best = first + (left ^ (-isRight & (left ^ (2 | right))));
    let bestTime = heapTimes[best]!;
    if (+(time0 <= bestTime) + +(time1 <= bestTime) + +(time2 <= bestTime) + +(time3 <= bestTime) !== 1) {
      best = firstOfTies(queue, first);
      bestTime = heapTimes[best]!;
    }
    const bestHandle = heapHandles[best]!;
    if (time <= bestTime && (time < bestTime || sequences[handle]! < sequences[bestHandle]!)) break;
    heapTimes[position] = bestTime;
    heapHandles[position] = bestHandle;
    slots[(bestHandle << SLOT_SHIFT) + SLOT_POSITION] = position;
    position = best;
  }
  heapTimes[position] = time;
  heapHandles[position] = handle;
  slots[(handle << SLOT_SHIFT) + SLOT_POSITION] = position;
}

/** The first of up to four children by time and sequence. */
function firstOfTies({ heapTimes, heapHandles, sequences, size }: EventQueue, first: number): number {
  const end = Math.min(first + 4, ROOT + size);
  let best = first;
  for (let child = first + 1; child < end; child++) {
    const time = heapTimes[child]!;
    const bestTime = heapTimes[best]!;
    if (time < bestTime || (time === bestTime && sequences[heapHandles[child]!]! < sequences[heapHandles[best]!]!)) {
      best = child;
    }
  }
  return best;
}

function grow(queue: EventQueue, capacity: number): void {
  const before = queue.capacity;
  const larger = <T extends Float64Array | Int32Array>(array: T, copy: T): T => {
    copy.set(array);
    return copy;
  };
  queue.heapTimes = larger(queue.heapTimes, new Float64Array(capacity + PADDING).fill(Infinity));
  queue.heapHandles = larger(queue.heapHandles, new Int32Array(capacity + PADDING).fill(NO_EVENT));
  queue.sequences = larger(queue.sequences, new Float64Array(capacity));
  queue.slots = larger(queue.slots, new Int32Array(capacity << SLOT_SHIFT));
  queue.capacity = capacity;
  for (let handle = capacity - 1; handle >= before; handle--) {
    queue.slots[(handle << SLOT_SHIFT) + SLOT_POSITION] = queue.freeHead;
    queue.freeHead = handle;
  }
}
