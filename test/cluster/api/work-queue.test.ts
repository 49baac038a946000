import { describe, expect, it } from 'vitest';
import {
  addDueKeys,
  addKey,
  addKeyAt,
  createWorkQueue,
  finishKey,
  forgetKey,
  hasReadyKey,
  nextDelayedAt,
  retryDelayUs,
  takeKey,
} from '../../../src/cluster/api/work-queue.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';

describe('work queue', () => {
  it('holds a waiting key once, first come first served', () => {
    const queue = createWorkQueue();
    for (const key of ['a', 'b', 'a', 'c']) addKey(queue, key);
    expect([takeKey(queue), takeKey(queue), takeKey(queue), hasReadyKey(queue)]).toEqual(['a', 'b', 'c', false]);
  });

  it('runs a key again that was added while it was worked on, and never twice at a time', () => {
    const queue = createWorkQueue();
    addKey(queue, 'a');
    takeKey(queue);
    addKey(queue, 'a');
    expect(hasReadyKey(queue)).toBe(false);
    finishKey(queue, 'a');
    expect(takeKey(queue)).toBe('a');
  });

  it('keeps the earlier of two times for a key', () => {
    const queue = createWorkQueue();
    addKeyAt(queue, 'a', 50);
    addKeyAt(queue, 'a', 20);
    addKeyAt(queue, 'a', 40);
    addKeyAt(queue, 'b', 30);
    expect(nextDelayedAt(queue)).toBe(20);
    addDueKeys(queue, 30);
    expect([takeKey(queue), takeKey(queue)]).toEqual(['a', 'b']);
    addDueKeys(queue, 100);
    expect(hasReadyKey(queue)).toBe(false);
  });

  // reference/control-loops.md section 1.2
  it('backs off 5, 10, 20 ... ms up to 1000 s, and starts anew when forgotten', () => {
    const queue = createWorkQueue();
    const delays = Array.from({ length: 20 }, (_, failure) => retryDelayUs(queue, 'a', failure * 2_000 * SECOND_US));
    expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40].map((ms) => ms * MILLISECOND_US));
    expect(delays[17]).toBe(655.36 * SECOND_US);
    expect(delays[18]).toBe(1_000 * SECOND_US);
    forgetKey(queue, 'a');
    expect(retryDelayUs(queue, 'a', 1e12)).toBe(5 * MILLISECOND_US);
  });

  it('shares a bucket of 10 a second, 100 at once, among all retries', () => {
    const queue = createWorkQueue();
    const delays = Array.from({ length: 102 }, (_, index) => retryDelayUs(queue, `k${index}`, 0));
    expect(delays[99]).toBe(5 * MILLISECOND_US);
    expect(delays[101]).toBe(0.2 * SECOND_US);
  });
});
