import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createEventQueue,
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
      expect(pending).not.toContain(handle);
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
    expect(ours.size).toBe(reference.size);
  }
  const left = reference.size;
  while (reference.size > 0) pop();
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

  test('agrees on a long schedule that grows beyond the first capacity', () => {
    const steps = fc.sample(step, { seed: 1, numRuns: 12_000 }).filter(({ type }) => type !== 'copy');
    expect(playBoth(steps)).toBeGreaterThan(1_500);
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

function drain(queue: EventQueue): number[] {
  const order: number[] = [];
  while (queue.size > 0) {
    popEvent(queue);
    order.push(queue.poppedA);
  }
  return order;
}
