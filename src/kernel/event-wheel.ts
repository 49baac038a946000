import { addToHeap } from './event-heap.js';
import {
  type EventHandle,
  type EventQueue,
  IN_WHEEL,
  LINK_BEFORE,
  LINK_NEXT,
  LINK_SHIFT,
  NO_EVENT,
  ROOT,
  SLOT_POSITION,
  SLOT_SHIFT,
} from './event-queue-state.js';

/** Fewer pending events than this are all in the heap: a wheel would cost more than it saves. */
const FEW_EVENTS = 32;
/** Events from one tuning to the next, at least: the gaps between so many say how time is spread. */
const SHORTEST_TUNING = 1_024;
/** A wheel is rebuilt when its bucket width or number of buckets is this many times off. */
const TOLERANCE = 4;
/** Of 1/2 to 8, this was the fastest: fewer open too many empty buckets, more make the heap deep. */
const EVENTS_PER_BUCKET = 4;
const MAXIMUM_BUCKETS = 1 << 20;

/** Puts an event that is not due before the horizon into its bucket; what lies beyond the wheel, into the last one. */
export function addToWheel(queue: EventQueue, handle: EventHandle): void {
  const { buckets, links, slots } = queue;
  const last = buckets.length - 1;
  const ahead = (queue.times[handle]! - queue.horizon) * queue.bucketsPerUs;
  const bucket = (queue.cursor + (ahead < last ? ahead | 0 : last)) & last;
  const next = buckets[bucket]!;
  const link = handle << LINK_SHIFT;
  links[link + LINK_NEXT] = next;
  links[link + LINK_BEFORE] = -1 - bucket;
  if (next !== NO_EVENT) links[(next << LINK_SHIFT) + LINK_BEFORE] = handle;
  buckets[bucket] = handle;
  slots[(handle << SLOT_SHIFT) + SLOT_POSITION] = IN_WHEEL;
}

export function takeFromWheel({ buckets, links }: EventQueue, handle: EventHandle): void {
  const next = links[(handle << LINK_SHIFT) + LINK_NEXT]!;
  const before = links[(handle << LINK_SHIFT) + LINK_BEFORE]!;
  if (before < 0) buckets[-1 - before] = next;
  else links[(before << LINK_SHIFT) + LINK_NEXT] = next;
  if (next !== NO_EVENT) links[(next << LINK_SHIFT) + LINK_BEFORE] = before;
}

/** Moves the horizon on until the heap, which has run empty, has the earliest event again. Something must be pending. */
export function advance(queue: EventQueue): void {
  for (let opened = 0; queue.heapSize === 0; opened++) {
    if (opened < queue.buckets.length) openBucket(queue);
    else rebuild(queue, queue.bucketWidth * TOLERANCE, queue.buckets.length); // a leap: the gaps have become longer
  }
}

function openBucket(queue: EventQueue): void {
  const { buckets, links, times, cursor } = queue;
  queue.horizon += queue.bucketWidth;
  queue.cursor = (cursor + 1) & (buckets.length - 1);
  let handle = buckets[cursor]!;
  if (handle === NO_EVENT) return;
  buckets[cursor] = NO_EVENT;
  while (handle !== NO_EVENT) {
    const next = links[(handle << LINK_SHIFT) + LINK_NEXT]!;
    if (times[handle]! < queue.horizon) addToHeap(queue, handle);
    else addToWheel(queue, handle); // it lay beyond the wheel
    handle = next;
  }
}

/** Fits the wheel to how many events are pending and how fast they come. Never changes the order of events. */
export function tune(queue: EventQueue): void {
  const { size, buckets } = queue;
  const gap = (queue.poppedTime - queue.tunedAt) / queue.popsBetweenTunings;
  queue.tunedAt = queue.poppedTime;
  queue.popsBetweenTunings = Math.max(SHORTEST_TUNING, size);
  queue.popsUntilTuning = queue.popsBetweenTunings;
  if (size < FEW_EVENTS) {
    if (buckets.length > 0) rebuild(queue, 1, 0);
    return;
  }
  const width = powerOfTwoFrom(gap * EVENTS_PER_BUCKET);
  const count = Math.min(MAXIMUM_BUCKETS, powerOfTwoFrom(size));
  const fits = (value: number, wanted: number): boolean => value * TOLERANCE >= wanted && value <= wanted * TOLERANCE;
  if (!fits(queue.bucketWidth, width) || !fits(buckets.length, count)) rebuild(queue, width, count);
}

function powerOfTwoFrom(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}

/** Distributes all pending events anew, from the earliest one on. Without buckets, everything goes into the heap. */
function rebuild(queue: EventQueue, width: number, count: number): void {
  const pending = pendingHandles(queue);
  queue.heapTimes.fill(Infinity, ROOT, ROOT + queue.heapSize);
  queue.heapSize = 0;
  queue.buckets = new Int32Array(count).fill(NO_EVENT);
  queue.cursor = 0;
  queue.bucketWidth = width;
  queue.bucketsPerUs = 1 / width;
  let earliest = Infinity;
  for (const handle of pending) earliest = Math.min(earliest, queue.times[handle]!);
  queue.horizon = count === 0 ? Infinity : (Math.floor(earliest / width) + 1) * width;
  for (const handle of pending) {
    if (queue.times[handle]! < queue.horizon) addToHeap(queue, handle);
    else addToWheel(queue, handle);
  }
}

function pendingHandles({ size, heapSize, heapHandles, buckets, links }: EventQueue): Int32Array {
  const handles = new Int32Array(size);
  handles.set(heapHandles.subarray(ROOT, ROOT + heapSize));
  let count = heapSize;
  for (const first of buckets) {
    for (let handle = first; handle !== NO_EVENT; handle = links[(handle << LINK_SHIFT) + LINK_NEXT]!) {
      handles[count++] = handle;
    }
  }
  return handles;
}
