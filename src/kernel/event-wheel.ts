import { addToLine, growLine, sortLine } from './event-line.js';
import {
  BEFORE,
  type EventHandle,
  type EventQueue,
  INTEGERS_SHIFT,
  NEXT,
  NO_EVENT,
  REALS_SHIFT,
} from './event-queue-state.js';

/** Fewer pending events than this are all in the line: more, and what is far ahead would be shifted again and again. */
const FEW_EVENTS = 12;
/** A line twice as long as this says better than the past how fast events come. */
const LONG_HALF = 32;
/** Events from one tuning to the next, at least: the gaps between so many say how time is spread. */
const SHORTEST_TUNING = 1_024;
/** A wheel is rebuilt when its bucket width or number of buckets is this many times off. */
const TOLERANCE = 4;
/** Of 2 to 16: fewer open too many empty buckets, more make the line long. */
const EVENTS_PER_BUCKET = 8;
const MAXIMUM_BUCKETS = 1 << 20;

/** Puts an event that is not due before the horizon into its bucket, as the one that was scheduled last. */
export function addToWheel(queue: EventQueue, handle: EventHandle): void {
  const { buckets, integers } = queue;
  const bucket = (queue.reals[handle << REALS_SHIFT]! * queue.bucketsPerUs) & (buckets.length - 1);
  const next = buckets[bucket]!;
  const at = handle << INTEGERS_SHIFT;
  integers[at + NEXT] = next;
  integers[at + BEFORE] = NO_EVENT;
  if (next !== NO_EVENT) integers[(next << INTEGERS_SHIFT) + BEFORE] = handle;
  buckets[bucket] = handle;
}

export function takeFromWheel(queue: EventQueue, handle: EventHandle): void {
  const { buckets, integers } = queue;
  const at = handle << INTEGERS_SHIFT;
  const next = integers[at + NEXT]!;
  const before = integers[at + BEFORE]!;
  if (next !== NO_EVENT) integers[(next << INTEGERS_SHIFT) + BEFORE] = before;
  if (before !== NO_EVENT) integers[(before << INTEGERS_SHIFT) + NEXT] = next;
  else buckets[(queue.reals[handle << REALS_SHIFT]! * queue.bucketsPerUs) & (buckets.length - 1)] = next;
}

/** Moves the horizon on until the line, which has run empty, has the earliest event again. Something must be pending. */
export function advance(queue: EventQueue): void {
  for (let opened = 0; queue.lineFirst === queue.lineEnd; opened++) {
    if (opened === queue.buckets.length) {
      rebuild(queue, queue.bucketWidth * TOLERANCE, queue.buckets.length); // a leap: the gaps have become longer
      opened = 0;
    }
    openBucket(queue);
  }
}

/** Puts the events of the next bucket in line, but for those that wait for one of its later turns. */
function openBucket(queue: EventQueue): void {
  const { buckets, integers, reals } = queue;
  const bucket = (queue.horizon * queue.bucketsPerUs) & (buckets.length - 1);
  const horizon = queue.horizon + queue.bucketWidth;
  queue.horizon = horizon;
  const newest = buckets[bucket]!;
  if (newest === NO_EVENT) return;
  growLine(queue);
  const { lineTimes, lineHandles } = queue;
  const end = lineTimes.length >> 1;
  let place = end;
  let kept = NO_EVENT;
  buckets[bucket] = NO_EVENT;
  for (let handle = newest; handle !== NO_EVENT; ) {
    const at = handle << INTEGERS_SHIFT;
    const next = integers[at + NEXT]!;
    const time = reals[handle << REALS_SHIFT]!;
    if (time < horizon) {
      place -= 1;
      lineTimes[place] = time;
      lineHandles[place] = handle;
    } else {
      if (kept === NO_EVENT) buckets[bucket] = handle;
      else integers[(kept << INTEGERS_SHIFT) + NEXT] = handle;
      integers[at + BEFORE] = kept;
      kept = handle;
    }
    handle = next;
  }
  if (kept !== NO_EVENT) integers[(kept << INTEGERS_SHIFT) + NEXT] = NO_EVENT;
  sortLine(queue, place, end);
}

/** Fits the wheel to how many events are pending and how fast they come. Never changes the order of events. */
export function tune(queue: EventQueue): void {
  const { size, buckets } = queue;
  const gap = meanGap(queue);
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

/** Time between events: of those in line if there are many, for a burst may not be like what came before it. */
function meanGap({ lineFirst, lineEnd, lineTimes, poppedTime, tunedAt, popsBetweenTunings }: EventQueue): number {
  const half = (lineEnd - lineFirst) >> 1;
  if (half < LONG_HALF) return (poppedTime - tunedAt) / popsBetweenTunings;
  return (lineTimes[lineFirst + half]! - lineTimes[lineFirst]!) / half;
}

function powerOfTwoFrom(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}

/** Distributes all pending events anew, from the earliest one on. Without buckets, everything goes into the line. */
function rebuild(queue: EventQueue, width: number, count: number): void {
  const pending = pendingHandles(queue);
  queue.lineFirst = 0;
  queue.lineEnd = 0;
  queue.buckets = new Int32Array(count).fill(NO_EVENT);
  queue.bucketWidth = width;
  queue.bucketsPerUs = 1 / width;
  let earliest = Infinity;
  for (const handle of pending) earliest = Math.min(earliest, queue.reals[handle << REALS_SHIFT]!);
  queue.horizon = count === 0 ? Infinity : Math.floor(earliest / width) * width;
  for (const handle of pending) {
    if (count === 0) addToLine(queue, handle);
    else addToWheel(queue, handle);
  }
}

/** Events of one time in the order in which they were scheduled. */
function pendingHandles(queue: EventQueue): Int32Array {
  const { size, lineFirst, lineEnd, lineHandles, buckets, integers } = queue;
  const handles = new Int32Array(size);
  handles.set(lineHandles.subarray(lineFirst, lineEnd));
  let place = size;
  for (const newest of buckets) {
    for (let handle = newest; handle !== NO_EVENT; handle = integers[(handle << INTEGERS_SHIFT) + NEXT]!) {
      handles[--place] = handle;
    }
  }
  return handles;
}
