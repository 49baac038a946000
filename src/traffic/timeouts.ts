import { type EventHandle, NO_EVENT } from '../kernel/event-queue.js';
import { scheduleAt } from '../kernel/simulation.js';
import type { Micros } from '../kernel/time.js';
import { TrafficEvent } from './events.js';
import { NO_REQUEST, REQUEST } from './requests.js';
import type { TrafficWorld } from './world.js';

const { DEADLINE, REALS, SENT } = REQUEST;
/** Offsets in `neighbours`. */
const OLDER = 0;
const NEWER = 1;

/**
 * All attempts that wait with one time-out, oldest first: they time out in the order in which they were sent, so a list and
 * one pending event serve them all.
 */
export interface TimeoutClass {
  readonly timeoutUs: Micros;
  oldest: number;
  newest: number;
  /** Pending TimeoutDue, at the deadline of the attempt that was the oldest when it was armed, or before. */
  event: EventHandle;
}

export function createTimeoutClass(timeoutUs: Micros): TimeoutClass {
  return { timeoutUs, oldest: NO_REQUEST, newest: NO_REQUEST, event: NO_EVENT };
}

/** Starts an attempt's time-out: it is sent now. */
export function startTimeout(world: TrafficWorld, request: number, classIndex: number): void {
  const { requests, timeouts } = world.traffic;
  const list = timeouts[classIndex]!;
  const deadline = requests.reals[request * REALS + SENT]! + list.timeoutUs;
  requests.reals[request * REALS + DEADLINE] = deadline;
  const { neighbours } = requests;
  neighbours[2 * request + OLDER] = list.newest;
  neighbours[2 * request + NEWER] = NO_REQUEST;
  if (list.newest >= 0) neighbours[2 * list.newest + NEWER] = request;
  else list.oldest = request;
  list.newest = request;
  if (list.event === NO_EVENT) list.event = scheduleAt(world, deadline, TrafficEvent.TimeoutDue, classIndex, 0);
}

/** The attempt has ended before its time-out. The event stays: it finds out for itself who is the oldest. */
export function stopTimeout(world: TrafficWorld, request: number, classIndex: number): void {
  const { requests, timeouts } = world.traffic;
  const { neighbours } = requests;
  const list = timeouts[classIndex]!;
  const older = neighbours[2 * request + OLDER]!;
  const newer = neighbours[2 * request + NEWER]!;
  if (older >= 0) neighbours[2 * older + NEWER] = newer;
  else list.oldest = newer;
  if (newer >= 0) neighbours[2 * newer + OLDER] = older;
  else list.newest = older;
}

/** The next attempt of the class whose deadline has come, taken off the list; without one, arms the event anew. */
export function takeTimedOut(world: TrafficWorld, classIndex: number): number {
  const { requests, timeouts } = world.traffic;
  const list = timeouts[classIndex]!;
  const request = list.oldest;
  if (request < 0) {
    list.event = NO_EVENT;
    return NO_REQUEST;
  }
  const deadline = requests.reals[request * REALS + DEADLINE]!;
  if (deadline > world.kernel.now) {
    list.event = scheduleAt(world, deadline, TrafficEvent.TimeoutDue, classIndex, 0);
    return NO_REQUEST;
  }
  stopTimeout(world, request, classIndex);
  return request;
}
