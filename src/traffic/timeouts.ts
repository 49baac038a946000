import { type EventHandle, NO_EVENT } from '../kernel/event-queue.js';
import { scheduleAt } from '../kernel/simulation.js';
import type { Micros } from '../kernel/time.js';
import { TrafficEvent } from './events.js';
import { NO_REQUEST, REQUEST, type RequestTable } from './requests.js';
import type { TrafficWorld } from './world.js';

const { DEADLINE, REALS, SENT } = REQUEST;
/** DEADLINE of an attempt that waits for none. */
const NO_DEADLINE = -1;
const INITIAL_CAPACITY = 1_024;
/** Room, as a multiple of the attempts that wait, below which the lists grow. */
const ROOM = 4;

/**
 * All attempts sent with one time-out, oldest first: they time out in the order in which they were sent, so a list and one
 * pending event serve them all. An attempt that ends before its time only forgets its deadline; its entry, which that
 * shows to be of the past, goes when it comes to the front or when the list is full. So nobody's neighbours are touched.
 */
export interface TimeoutClass {
  readonly timeoutUs: Micros;
  /** Entries from `first` up to `end`: the attempt, and its deadline. */
  requests: Int32Array;
  deadlines: Float64Array;
  first: number;
  end: number;
  /** Pending TimeoutDue, at the deadline of the attempt that was the oldest when it was armed, or before. */
  event: EventHandle;
}

export function createTimeoutClass(timeoutUs: Micros): TimeoutClass {
  return {
    timeoutUs,
    requests: new Int32Array(INITIAL_CAPACITY),
    deadlines: new Float64Array(INITIAL_CAPACITY),
    first: 0,
    end: 0,
    event: NO_EVENT,
  };
}

/** Starts an attempt's time-out: it is sent now. */
export function startTimeout(world: TrafficWorld, request: number, classIndex: number): void {
  const { requests, timeouts } = world.traffic;
  const list = timeouts[classIndex]!;
  if (list.end === list.requests.length) dropEnded(requests, list);
  const deadline = requests.reals[request * REALS + SENT]! + list.timeoutUs;
  requests.reals[request * REALS + DEADLINE] = deadline;
  list.requests[list.end] = request;
  list.deadlines[list.end] = deadline;
  list.end += 1;
  if (list.event === NO_EVENT) list.event = scheduleAt(world, deadline, TrafficEvent.TimeoutDue, classIndex, 0);
}

/** The attempt has ended before its time-out. The event stays: it finds out for itself who is the oldest. */
export function stopTimeout(world: TrafficWorld, request: number): void {
  world.traffic.requests.reals[request * REALS + DEADLINE] = NO_DEADLINE;
}

/** The next attempt of the class whose deadline has come, taken off the list; without one, arms the event anew. */
export function takeTimedOut(world: TrafficWorld, classIndex: number): number {
  const { requests, timeouts } = world.traffic;
  const list = timeouts[classIndex]!;
  while (list.first < list.end && !isWaiting(requests, list, list.first)) list.first += 1;
  if (list.first === list.end) {
    list.event = NO_EVENT;
    return NO_REQUEST;
  }
  const deadline = list.deadlines[list.first]!;
  if (deadline > world.kernel.now) {
    list.event = scheduleAt(world, deadline, TrafficEvent.TimeoutDue, classIndex, 0);
    return NO_REQUEST;
  }
  const request = list.requests[list.first]!;
  list.first += 1;
  stopTimeout(world, request);
  return request;
}

function isWaiting(requests: RequestTable, list: TimeoutClass, entry: number): boolean {
  return requests.reals[list.requests[entry]! * REALS + DEADLINE] === list.deadlines[entry];
}

/** Moves the attempts that still wait to the front, of larger arrays if they fill too much of these. */
function dropEnded(requests: RequestTable, list: TimeoutClass): void {
  const from = { requests: list.requests, deadlines: list.deadlines };
  let kept = 0;
  for (let entry = list.first; entry < list.end; entry++) {
    if (!isWaiting(requests, list, entry)) continue;
    from.requests[kept] = from.requests[entry]!;
    from.deadlines[kept] = from.deadlines[entry]!;
    kept += 1;
  }
  list.first = 0;
  list.end = kept;
  if (kept * ROOM <= from.requests.length) return;
  list.requests = new Int32Array(2 * from.requests.length);
  list.requests.set(from.requests);
  list.deadlines = new Float64Array(2 * from.deadlines.length);
  list.deadlines.set(from.deadlines);
}
