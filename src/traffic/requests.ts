import { createRecords } from '../kernel/records.js';
import type { TrafficWorld } from './world.js';

/**
 * Attempts in flight, in one buffer seen as two typed arrays: the fields of one attempt lie side by side (a cache line of
 * integers, then one of doubles), so that an event about it touches little memory. The arrays grow: read them anew after
 * anything that may send.
 */
export interface RequestTable {
  integers: Int32Array;
  reals: Float64Array;
  /** First free record, chained through NEXT; -1: none. */
  free: number;
  capacity: number;
}

/**
 * Where the fields lie. Modules on the hot path take these apart into constants of their own: the compiler folds those, but
 * loads an imported constant anew at each use (measured: half the time of a function that is mostly such uses).
 */
export const REQUEST = {
  /** From record to record in `integers`: 16 integers, then the doubles. */
  INTEGERS: 32,
  /** Index into `sites`: who calls what, and how. */
  SITE: 0,
  /** Changes when the record is freed and when its calls no longer matter: tells a child that its parent is gone. */
  GENERATION: 1,
  /** Record of the calling request; -1 for a request of a source. */
  PARENT: 2,
  PARENT_GENERATION: 3,
  /** The parallel step that this call is part of (index into `joins`); -1: none. */
  JOIN: 4,
  /** Key of all draws about the request; retries share it. */
  KEY: 5,
  POD: 6,
  INCARNATION: 7,
  PHASE: 8,
  /** Attempts before this one. */
  ATTEMPT: 9,
  /** In a station's queue: the next one. In a free record: the next free one. */
  NEXT: 10,
  /** LOSS_... once it is lost: then it waits in no queue. */
  REASON: 10,
  /** Index into `programs` once it has reached a pod: then it is known to be the right one. */
  PROGRAM: 7,
  /** User of a closed source, 0 for an open one; podIndex of the caller for a call. */
  CLIENT: 11,
  /** 1: nobody waits for the answer any more. */
  ABANDONED: 12,
  /** Of a source's request: 1, its trace is kept as a sample. */
  SAMPLED: 13,
  /** Newest span of its calls (see spans.ts); -1: none. */
  LAST_SPAN: 14,
  /** Slot in `connections` when kept alive; -1: a connection of its own. */
  CONNECTION: 15,
  /** From record to record in `reals`: the integers, then 8 doubles. */
  REALS: 16,
  /** When the first attempt was sent. */
  STARTED: 8,
  SENT: 9,
  /** The answer's way back. */
  BACK_US: 10,
  /** Begin of the present phase. */
  SINCE: 11,
  /** Spent waiting for a slot, on the CPU, and waiting for calls. */
  QUEUE_US: 12,
  SERVICE_US: 13,
  CALLS_US: 14,
  /** When the attempt is given up; below 0: nobody waits for it to be. */
  DEADLINE: 15,
} as const;

/** Values of PHASE. */
export const PHASES = {
  FREE: 0,
  /** On its way to the pod. */
  UNDER_WAY: 1,
  QUEUED: 2,
  /** On the CPU, before or after its calls. */
  RUNNING: 3,
  RUNNING_AFTER: 4,
  CALLING: 5,
  /** The answer, or the news of the loss, is on its way back. */
  RETURNING: 6,
  /** No answer will come in time: only the time-out ends it. */
  VANISHED: 7,
  WAITING_TO_RETRY: 8,
} as const;

export const NO_REQUEST = -1;
const { INTEGERS, REALS, GENERATION, PHASE, NEXT } = REQUEST;
const { FREE } = PHASES;
const INITIAL_CAPACITY = 1_024;
const RECORD_BYTES = REALS * Float64Array.BYTES_PER_ELEMENT;

export function createRequests(): RequestTable {
  return { ...createRecords(0, RECORD_BYTES), free: NO_REQUEST, capacity: 0 };
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
  const { integers, reals } = createRecords(capacity, RECORD_BYTES);
  integers.set(requests.integers);
  for (let request = capacity - 1; request >= from; request--) {
    integers[request * INTEGERS + NEXT] = requests.free;
    requests.free = request;
  }
  requests.integers = integers;
  requests.reals = reals;
  requests.capacity = capacity;
}
