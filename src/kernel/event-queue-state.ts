import type { EventKind } from './events.js';
import type { Micros } from './time.js';

/** Names a pending event, from its scheduling to the moment it runs or is cancelled; then the number is reused. */
export type EventHandle = number;

/** For fields that may hold a handle: no event is pending. */
export const NO_EVENT: EventHandle = -1;

// A record, by handle: half a cache line, so that an event is one look into memory. In `reals` it begins with its time.
export const REALS_SHIFT = 2;
export const INTEGERS_SHIFT = 3;
export const RECORD_BYTES = 32;
/** FREE while no event is pending. */
export const KIND = 2;
export const A = 3;
export const B = 4;
/** The next older event of the bucket, or the next free record; NO_EVENT: none. */
export const NEXT = 5;
/** The next newer event of the bucket; NO_EVENT: it is the newest. */
export const BEFORE = 6;

/** KIND of a record without a pending event. */
export const FREE: EventKind = -1;

/**
 * Pending events, as plain data in typed arrays, so that a checkpoint is a copy. Events due before the `horizon` stand in a
 * sorted line; the others wait in the buckets of a wheel until their turn comes near. Events of one time are always in
 * the same place and in the order of scheduling there, so nothing else needs to remember that order.
 */
export interface EventQueue {
  /** All pending events. */
  size: number;
  capacity: number;
  freeHead: EventHandle;
  integers: Int32Array;
  reals: Float64Array;

  /** The line: places from `lineFirst` (the earliest event) up to `lineEnd`. */
  lineFirst: number;
  lineEnd: number;
  lineTimes: Float64Array;
  lineHandles: Int32Array;

  /** Newest event of each bucket, or NO_EVENT. Their number is a power of two; 0 when everything is in the line. */
  buckets: Int32Array;
  horizon: Micros;
  /** Time that a bucket covers, in turn with the others: a power of two, so that its inverse is exact. */
  bucketWidth: Micros;
  bucketsPerUs: number;
  popsUntilTuning: number;
  popsBetweenTunings: number;
  tunedAt: Micros;

  poppedTime: Micros;
  poppedKind: EventKind;
  poppedA: number;
  poppedB: number;
}
