import type { EventKind } from './events.js';
import type { Micros } from './time.js';

/** Names a pending event, from its scheduling to the moment it runs or is cancelled; then the number is reused. */
export type EventHandle = number;

/** For fields that may hold a handle: no event is pending. */
export const NO_EVENT: EventHandle = -1;

/** The heap starts here, so that four children side by side share a cache line (arrays start 16 bytes behind one). */
export const ROOT = 1;

// A slot: what an event is, and where it waits.
export const SLOT_SHIFT = 2;
export const SLOT_A = 1;
export const SLOT_B = 2;
/** Position in the heap (from ROOT on), or IN_WHEEL; of a free slot, which slot is free next (see `freed`). */
export const SLOT_POSITION = 3;
export const IN_WHEEL = 0;

// Neighbours of an event in its bucket of the wheel.
export const LINK_SHIFT = 1;
/** The next event, or NO_EVENT. */
export const LINK_NEXT = 0;
/** The event before, or of a bucket's first event the bucket itself, as `-1 - bucket`. */
export const LINK_BEFORE = 1;

/**
 * Pending events, as plain data in typed arrays, so that a checkpoint is a copy. Events due before the `horizon` are in a
 * heap, which orders them; the others wait unsorted in the buckets of a wheel until their turn comes near.
 */
export interface EventQueue {
  /** All pending events. */
  size: number;
  capacity: number;
  nextSequence: number;
  freeHead: EventHandle;

  // By handle.
  times: Float64Array;
  /** The order of scheduling: decides between events of one time. */
  sequences: Float64Array;
  /** Four integers an event: kind, a, b, position. */
  slots: Int32Array;
  /** Two integers an event: its neighbours in the bucket. */
  links: Int32Array;

  // By position in the heap. Never empty while anything is pending: its first event is the earliest of all.
  heapSize: number;
  /** Infinity wherever no event waits. */
  heapTimes: Float64Array;
  heapHandles: Int32Array;

  /** First event of each bucket, or NO_EVENT. Their number is a power of two; 0 when everything is in the heap. */
  buckets: Int32Array;
  /** The bucket that begins at the horizon. */
  cursor: number;
  horizon: Micros;
  /** Time that a bucket covers: a power of two, so that its inverse is exact. */
  bucketWidth: Micros;
  bucketsPerUs: number;
  popsUntilTuning: number;
  popsBetweenTunings: number;
  tunedAt: Micros;

  /** The heap's first place is that of the event popped last, which is no longer pending. */
  hasGap: boolean;

  poppedTime: Micros;
  poppedKind: EventKind;
  poppedA: number;
  poppedB: number;
}
