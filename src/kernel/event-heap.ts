import { type EventHandle, type EventQueue, ROOT, SLOT_POSITION, SLOT_SHIFT } from './event-queue-state.js';

// A 4-ary heap of handles, ordered by time, then by sequence. The children of position p start at 4 p - 2.

// What moves stands at its old place in the heap and is not handed over as arguments: a number with a fraction, or above
// 2^31, would be put in a box on its way into a function.

/** Finds the place of an event that stands where another one went away, which it may precede or follow. */
export function settle(queue: EventQueue, position: number): void {
  const { heapTimes, heapHandles, sequences } = queue;
  const parent = (position + 2) >> 2;
  const time = heapTimes[position]!;
  const parentTime = heapTimes[parent]!;
  const first =
    time < parentTime || (time === parentTime && sequences[heapHandles[position]!]! < sequences[heapHandles[parent]!]!);
  if (first && position > ROOT) rise(queue, position);
  else sink(queue, position);
}

export function rise(queue: EventQueue, from: number): void {
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
export function riseAsLatest(queue: EventQueue, from: number): void {
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

/** Moves an event down to where all below come later. */
export function sink(queue: EventQueue, from: number): void {
  const { heapTimes, heapHandles, sequences, slots } = queue;
  const time = heapTimes[from]!;
  const handle = heapHandles[from]!;
  const end = ROOT + queue.heapSize;
  let position = from;
  for (;;) {
    const first = (position << 2) - 2;
    if (first >= end) break;
    const limit = first + 4 < end ? first + 4 : end;
    let best = first;
    let bestTime = heapTimes[first]!;
    for (let child = first + 1; child < limit; child++) {
      const childTime = heapTimes[child]!;
      if (
        childTime <= bestTime &&
        (childTime < bestTime || sequences[heapHandles[child]!]! < sequences[heapHandles[best]!]!)
      ) {
        best = child;
        bestTime = childTime;
      }
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

/** Adds an event of any sequence. */
export function addToHeap(queue: EventQueue, handle: EventHandle): void {
  const position = ROOT + queue.heapSize++;
  queue.heapTimes[position] = queue.times[handle]!;
  queue.heapHandles[position] = handle;
  rise(queue, position);
}

/** Adds the event that was scheduled last. */
export function addLatestToHeap(queue: EventQueue, handle: EventHandle): void {
  const position = ROOT + queue.heapSize++;
  queue.heapTimes[position] = queue.times[handle]!;
  queue.heapHandles[position] = handle;
  riseAsLatest(queue, position);
}

/** Takes out the event at a position. */
export function takeFromHeap(queue: EventQueue, position: number): void {
  const { heapTimes, heapHandles } = queue;
  const last = ROOT + --queue.heapSize;
  heapTimes[position] = heapTimes[last]!;
  heapHandles[position] = heapHandles[last]!;
  heapTimes[last] = Infinity;
  if (position === last) return;
  if (position === ROOT) sink(queue, ROOT);
  else settle(queue, position);
}
