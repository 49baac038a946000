import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createEventQueue,
  earliestEvent,
  type EventQueue,
  moveEvent,
  popEvent,
  pushEvent,
  removeEvent,
} from '../../src/kernel/event-queue.js';
import { ReferenceQueue } from './reference-queue.js';

/** A step of a random schedule; `pick` chooses among the pending events. */
type Step =
  | { readonly type: 'push'; readonly delay: number }
  | { readonly type: 'pop' }
  | { readonly type: 'cancel'; readonly pick: number }
  | { readonly type: 'move'; readonly pick: number; readonly delay: number }
  | { readonly type: 'copy' };

/** Few different delays make many ties. */
const delay = fc.oneof(fc.nat(3), fc.nat(1_000), fc.integer({ min: 0, max: 2 ** 50 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('push' as const), delay }) },
  { weight: 3, arbitrary: fc.constant({ type: 'pop' as const }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('move' as const), pick: fc.nat(), delay }) },
  { weight: 1, arbitrary: fc.constant({ type: 'copy' as const }) },
);

/** Plays the steps on both queues and compares every event that comes out; then empties them. */
function playBoth(steps: readonly Step[]): number {
  let ours = createEventQueue();
  const reference = new ReferenceQueue();
  const pending: number[] = [];
  let now = 0;
  let subject = 0;
  const pop = (): void => {
    expect(earliestEvent(ours)).toBe(reference.earliest);
    popEvent(ours);
    const { time, kind, a, b, handle } = reference.pop();
    expect([ours.poppedTime, ours.poppedKind, ours.poppedA, ours.poppedB]).toEqual([time, kind, a, b]);
    pending.splice(pending.indexOf(handle), 1);
    now = time;
  };
  for (const current of steps) {
    if (current.type === 'push') {
      const [kind, a, b] = [subject % 1_600, subject++, -subject];
      const handle = pushEvent(ours, now + current.delay, kind, a, b);
      if (pending.includes(handle)) expect.fail(`handle ${handle} is given twice`);
      reference.push(handle, now + current.delay, kind, a, b);
      pending.push(handle);
    } else if (current.type === 'copy') {
      ours = structuredClone(ours);
    } else if (pending.length > 0) {
      if (current.type === 'pop') pop();
      if (current.type === 'cancel') {
        const [handle] = pending.splice(current.pick % pending.length, 1);
        removeEvent(ours, handle!);
        reference.remove(handle!);
      }
      if (current.type === 'move') {
        const handle = pending[current.pick % pending.length]!;
        moveEvent(ours, handle, now + current.delay);
        reference.move(handle, now + current.delay);
      }
    }
    if (ours.size !== reference.size) expect(ours.size).toBe(reference.size);
  }
  const left = reference.size;
  while (reference.size > 0) pop();
  expect(earliestEvent(ours)).toBe(Infinity);
  expect(ours.size).toBe(0);
  return left;
}

describe('event queue', () => {
  test('gives the same events in the same order as a plain priority queue', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => void playBoth(steps)),
      { numRuns: 300 },
    );
  });

  test('agrees on long schedules that grow beyond the first capacity, need the wheel, and shrink again', () => {
    for (const [seed, calm] of [
      [1, 50],
      [2, 5_000],
      [3, 2 ** 40],
    ] as const) {
      const steps = fc.sample(step, { seed, numRuns: 5_000 }).filter(({ type }) => type !== 'copy');
      const burst = Array.from(
        { length: 3_000 },
        (_, index): Step => ({ type: 'push', delay: Math.floor((index * calm) / 2_000) }),
      );
      const hold = steps.flatMap((current): Step[] => (current.type === 'pop' ? [current, current] : [current]));
      expect(playBoth([...steps, ...burst, ...hold, { type: 'copy' }, ...steps])).toBeGreaterThan(1_500);
    }
  });

  test('leaps over long gaps and comes back to short ones', () => {
    const queue = createEventQueue();
    for (let round = 0; round < 6; round++) {
      const start = queue.poppedTime;
      const gap = round % 2 === 0 ? 2 : 10_000_000_000;
      for (let index = 0; index < 3_000; index++) pushEvent(queue, start + index * gap, 0, index, 0);
      const order = drain(queue, 1_500);
      expect(queue.buckets.length).toBeGreaterThan(0);
      expect([...order, ...drain(queue)]).toEqual(Array.from({ length: 3_000 }, (_, index) => index));
      expect(queue.poppedTime).toBe(start + 2_999 * gap);
    }
  });

  test('keeps the order of scheduling at one time, whatever the shape of the heap', () => {
    for (let count = 1; count < 100; count++) {
      const queue = createEventQueue();
      for (let index = 0; index < count; index++) pushEvent(queue, 7, 0, index, 0);
      expect(drain(queue)).toEqual(Array.from({ length: count }, (_, index) => index));
    }
  });

  test('sets a moved event behind those that wait for the same time', () => {
    const queue = createEventQueue();
    const first = pushEvent(queue, 5, 0, 1, 0);
    pushEvent(queue, 5, 0, 2, 0);
    moveEvent(queue, first, 5);
    expect(drain(queue)).toEqual([2, 1]);
  });

  test('refuses handles that are not pending', () => {
    const queue = createEventQueue();
    const handle = pushEvent(queue, 1, 0, 0, 0);
    popEvent(queue);
    for (const bad of [handle, -1, 5, 1e9, 0.5, NaN]) {
      expect(() => removeEvent(queue, bad)).toThrow('is not pending');
      expect(() => moveEvent(queue, bad, 3)).toThrow('is not pending');
    }
  });
});

/** Pops until so many are left, and gives the subjects. */
function drain(queue: EventQueue, left = 0): number[] {
  const order: number[] = [];
  while (queue.size > left) {
    popEvent(queue);
    order.push(queue.poppedA);
  }
  return order;
}
