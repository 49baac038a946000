import type { TrafficWorld } from './world.js';

/**
 * Attempts in flight, in two typed arrays: fields of one attempt lie side by side (one or two cache lines), so that an event
 * about it touches little memory. The arrays grow: read them anew after anything that may send.
 */
export interface RequestTable {
  integers: Int32Array;
  reals: Float64Array;
  /** First free record, chained through NEXT; -1: none. */
  free: number;
  capacity: number;
}

export const INTEGERS = 20;
/** Index into `sites`: who calls what, and how. */
export const SITE = 0;
/** Changes when the record is freed and when its calls no longer matter: tells a child that its parent is gone. */
export const GENERATION = 1;
/** Record of the calling request; -1 for a request of a source. */
export const PARENT = 2;
export const PARENT_GENERATION = 3;
/** The parallel step that this call is part of (index into `joins`); -1: none. */
export const JOIN = 4;
/** Key of all draws about the request; retries share it. */
export const KEY = 5;
export const POD = 6;
export const INCARNATION = 7;
export const PHASE = 8;
/** Attempts before this one. */
export const ATTEMPT = 9;
/** Neighbours in the list of its time-out class; see timeouts.ts. */
export const OLDER = 10;
export const NEWER = 11;
/** In a station's queue: the next one. In a free record: the next free one. */
export const NEXT = 12;
/** Index into `programs` once it has reached a pod. */
export const PROGRAM = 13;
/** User of a closed source, 0 for an open one; podIndex of the caller for a call. */
export const CLIENT = 14;
/** LOSS_... once it is lost. */
export const REASON = 15;
/** 1: nobody waits for the answer any more. */
export const ABANDONED = 16;
/** Number of a source's request. */
export const NUMBER = 17;
/** Newest span of its calls (see spans.ts); -1: none. */
export const LAST_SPAN = 18;
/** Slot in `connections` when kept alive; -1: a connection of its own. */
export const CONNECTION = 19;

export const REALS = 8;
/** When the first attempt was sent. */
export const STARTED = 0;
export const SENT = 1;
/** The answer's way back. */
export const BACK_US = 2;
/** Begin of the present phase. */
export const SINCE = 3;
/** Spent waiting for a slot, on the CPU, and waiting for calls. */
export const QUEUE_US = 4;
export const SERVICE_US = 5;
export const CALLS_US = 6;
/** When the attempt is given up. */
export const DEADLINE = 7;

// Values of PHASE.
export const FREE = 0;
/** On its way to the pod. */
export const UNDER_WAY = 1;
export const QUEUED = 2;
/** On the CPU, before or after its calls. */
export const RUNNING = 3;
export const RUNNING_AFTER = 4;
export const CALLING = 5;
/** The answer, or the news of the loss, is on its way back. */
export const RETURNING = 6;
/** No answer will come in time: only the time-out ends it. */
export const VANISHED = 7;
export const WAITING_TO_RETRY = 8;

export const NO_REQUEST = -1;
const INITIAL_CAPACITY = 1_024;

export function createRequests(): RequestTable {
  return { integers: new Int32Array(0), reals: new Float64Array(0), free: NO_REQUEST, capacity: 0 };
}

/** Takes a free record; only its generation is defined. */
export function takeRequest(world: TrafficWorld): number {
  const { requests } = world.traffic;
  if (requests.free < 0) grow(requests);
  const request = requests.free;
  requests.free = requests.integers[request * INTEGERS + NEXT]!;
  return request;
}

export function freeRequest(world: TrafficWorld, request: number): void {
  const { requests } = world.traffic;
  const at = request * INTEGERS;
  requests.integers[at + GENERATION]! += 1;
  requests.integers[at + PHASE] = FREE;
  requests.integers[at + NEXT] = requests.free;
  requests.free = request;
}

function grow(requests: RequestTable): void {
  const from = requests.capacity;
  const capacity = Math.max(INITIAL_CAPACITY, 2 * from);
  const integers = new Int32Array(capacity * INTEGERS);
  integers.set(requests.integers);
  const reals = new Float64Array(capacity * REALS);
  reals.set(requests.reals);
  for (let request = capacity - 1; request >= from; request--) {
    integers[request * INTEGERS + NEXT] = requests.free;
    requests.free = request;
  }
  requests.integers = integers;
  requests.reals = reals;
  requests.capacity = capacity;
}
