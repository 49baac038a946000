import { type EventHandle, type EventQueue, REALS_SHIFT } from './event-queue-state.js';

// The next few events, earliest first. There are so few of them that shifting beats a heap: nobody can predict which child
// of a heap comes first, and a wrong guess costs a processor more than moving some numbers.

/** More places than this are moved in one go rather than one by one. */
const MANY_PLACES = 32;

/** Adds an event that was scheduled last: behind those of its time. */
export function addToLine(queue: EventQueue, handle: EventHandle): void {
  if (queue.lineEnd === queue.lineTimes.length) makeRoom(queue);
  const { lineTimes, lineHandles, lineFirst, lineEnd } = queue;
  const time = queue.reals[handle << REALS_SHIFT]!;
  const stop = lineEnd - lineFirst > MANY_PLACES ? lineEnd - MANY_PLACES : lineFirst;
  let place = lineEnd;
  while (place > stop) {
    const before = lineTimes[place - 1]!;
    if (before <= time) break;
    lineTimes[place] = before;
    lineHandles[place] = lineHandles[place - 1]!;
    place -= 1;
  }
  if (place === stop && stop > lineFirst) place = jump(queue, stop, handle);
  lineTimes[place] = time;
  lineHandles[place] = handle;
  queue.lineEnd = lineEnd + 1;
}

/** Makes a place for an event before `end`, from which on all have moved already. The work brings the next tuning nearer. */
function jump(queue: EventQueue, end: number, handle: EventHandle): number {
  const time = queue.reals[handle << REALS_SHIFT]!;
  let from = queue.lineFirst;
  let to = end;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (queue.lineTimes[middle]! <= time) from = middle + 1;
    else to = middle;
  }
  queue.lineTimes.copyWithin(from + 1, from, end);
  queue.lineHandles.copyWithin(from + 1, from, end);
  queue.popsUntilTuning = Math.max(1, queue.popsUntilTuning - Math.floor((end - from) / MANY_PLACES));
  return from;
}

/** Takes out an event of the line. */
export function takeFromLine(queue: EventQueue, handle: EventHandle): void {
  const { lineTimes, lineHandles, lineEnd } = queue;
  const time = queue.reals[handle << REALS_SHIFT]!;
  let place = queue.lineFirst;
  for (let to = lineEnd; place < to; ) {
    const middle = (place + to) >> 1;
    if (lineTimes[middle]! < time) place = middle + 1;
    else to = middle;
  }
  while (lineHandles[place] !== handle) place += 1;
  queue.lineEnd = lineEnd - 1;
  if (lineEnd - place > MANY_PLACES) {
    lineTimes.copyWithin(place, place + 1, lineEnd);
    lineHandles.copyWithin(place, place + 1, lineEnd);
    return;
  }
  for (; place + 1 < lineEnd; place++) {
    lineTimes[place] = lineTimes[place + 1]!;
    lineHandles[place] = lineHandles[place + 1]!;
  }
}

/** Puts places, filled in the order of scheduling while nothing else is in line, into order. */
export function sortLine(queue: EventQueue, first: number, end: number): void {
  const { lineTimes, lineHandles, reals } = queue;
  queue.lineFirst = first;
  queue.lineEnd = end;
  if (end - first > MANY_PLACES) {
    lineHandles.subarray(first, end).sort((a, b) => reals[a << REALS_SHIFT]! - reals[b << REALS_SHIFT]!);
    for (let place = first; place < end; place++) lineTimes[place] = reals[lineHandles[place]! << REALS_SHIFT]!;
    return;
  }
  for (let next = first + 1; next < end; next++) {
    const time = lineTimes[next]!;
    let place = next;
    if (lineTimes[place - 1]! <= time) continue;
    const handle = lineHandles[next]!;
    do {
      lineTimes[place] = lineTimes[place - 1]!;
      lineHandles[place] = lineHandles[place - 1]!;
      place -= 1;
    } while (place > first && lineTimes[place - 1]! > time);
    lineTimes[place] = time;
    lineHandles[place] = handle;
  }
}

/** Moves the line to the beginning of its arrays. */
function makeRoom(queue: EventQueue): void {
  growLine(queue);
  const { lineFirst, lineEnd } = queue;
  queue.lineTimes.copyWithin(0, lineFirst, lineEnd);
  queue.lineHandles.copyWithin(0, lineFirst, lineEnd);
  queue.lineFirst = 0;
  queue.lineEnd = lineEnd - lineFirst;
}

/** Makes sure that all that is pending would fill half of the line. */
export function growLine(queue: EventQueue): void {
  const { size, lineTimes, lineHandles } = queue;
  if (2 * size <= lineTimes.length) return;
  queue.lineTimes = new Float64Array(4 * size);
  queue.lineTimes.set(lineTimes);
  queue.lineHandles = new Int32Array(4 * size);
  queue.lineHandles.set(lineHandles);
}
