import { createDigest, type DigestState, foldEvent } from './digest.js';
import {
  createEventQueue,
  earliestEvent,
  type EventHandle,
  type EventQueue,
  moveEvent,
  popEvent,
  pushEvent,
  removeEvent,
} from './event-queue.js';
import { type EventKind, eventName, type Handlers } from './events.js';
import { InvariantError, invariant } from './invariant.js';
import { createProbe, type ProbeState } from './probe.js';
import { createRandom, type RandomState } from './random.js';
import type { Micros } from './time.js';

/** More events than this at one instant is a loop that makes no progress, not a burst. */
export const MAXIMUM_EVENTS_AT_ONE_INSTANT = 1_000_000;

/** The kernel's slice of the world. */
export interface KernelState {
  now: Micros;
  readonly queue: EventQueue;
  readonly digest: DigestState;
  readonly random: RandomState;
  readonly probe: ProbeState;
  eventsAtNow: number;
}

/** Every room's world contains this one. */
export interface KernelWorld {
  readonly kernel: KernelState;
}

/** The run stopped making progress: names the kind of event that filled the instant. */
export class NoProgressError extends Error {
  override readonly name = 'NoProgressError';
}

export function createKernel(seed: string): KernelState {
  return {
    now: 0,
    queue: createEventQueue(),
    digest: createDigest(),
    random: createRandom(seed),
    probe: createProbe(),
    eventsAtNow: 0,
  };
}

/** Puts an event `delayUs` whole microseconds (>= 0) ahead. Events at one time run in the order they were scheduled. */
export function schedule(world: KernelWorld, delayUs: Micros, kind: EventKind, a: number, b: number): EventHandle {
  const kernel = world.kernel;
  if (!(delayUs >= 0 && delayUs < Infinity)) refuseDelay(kind, delayUs);
  return pushEvent(kernel.queue, kernel.now + Math.round(delayUs), kind, a, b);
}

/** Apart from `schedule`, so that the message is only put together when it is needed. */
function refuseDelay(kind: EventKind, delayUs: number): never {
  throw new InvariantError(`event ${eventName(kind)} scheduled ${delayUs} us ahead`);
}

/** As `schedule`, at a point in time not before now. */
export function scheduleAt(world: KernelWorld, at: Micros, kind: EventKind, a: number, b: number): EventHandle {
  return schedule(world, at - world.kernel.now, kind, a, b);
}

/** Moves a pending event; among events at the new time it comes last, as if it had just been scheduled. */
export function rescheduleAt(world: KernelWorld, handle: EventHandle, at: Micros): void {
  const { now, queue } = world.kernel;
  if (!(at >= now && at < Infinity)) throw new InvariantError(`event moved to ${at} us, at ${now} us`);
  moveEvent(queue, handle, Math.round(at));
}

/** Takes back a pending event. A handle ends with its event: whoever keeps one forgets it when the event runs. */
export function cancel(world: KernelWorld, handle: EventHandle): void {
  removeEvent(world.kernel.queue, handle);
}

/** Plays all events before or at `until`, then sets the clock to `until`. */
export function runUntil<W extends KernelWorld>(world: W, handlers: Handlers<W>, until: Micros): void {
  invariant(until < Infinity, `played until ${until} us`);
  const kernel = world.kernel;
  playEvents(world, handlers, until);
  if (until > kernel.now) {
    kernel.now = until;
    kernel.eventsAtNow = 0;
  }
}

/** The loop, in a function of its own: an engine that compiles it while it runs has not yet seen what comes after. */
function playEvents<W extends KernelWorld>(world: W, handlers: Handlers<W>, until: Micros): void {
  const kernel = world.kernel;
  const { queue, digest } = kernel;
  const table = handlers.table;
  while (earliestEvent(queue) <= until) {
    popEvent(queue);
    const kind = queue.poppedKind;
    const a = queue.poppedA;
    const b = queue.poppedB;
    if (queue.poppedTime > kernel.now) {
      kernel.now = queue.poppedTime;
      kernel.eventsAtNow = 0;
    } else if (++kernel.eventsAtNow > MAXIMUM_EVENTS_AT_ONE_INSTANT) {
      throw new NoProgressError(
        `${MAXIMUM_EVENTS_AT_ONE_INSTANT} events at ${kernel.now} us; the last one is ${eventName(kind)} (${a}, ${b})`,
      );
    }
    foldEvent(digest, kernel.now, kind, a, b);
    const handler = table[kind];
    if (handler === undefined) throw new InvariantError(`no handler for ${eventName(kind)}`);
    handler(world, a, b);
  }
}
