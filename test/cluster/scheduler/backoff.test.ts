import { expect, test } from 'vitest';
import { backoffExpirySecond, backoffUs, isBackingOff } from '../../../src/cluster/scheduler/backoff.js';
import { SECOND_US } from '../../../src/kernel/time.js';

test('doubles from 1 s to 10 s', () => {
  expect([1, 2, 3, 4, 5, 6, 100].map((failures) => backoffUs(failures) / SECOND_US)).toEqual([1, 2, 4, 8, 10, 10, 10]);
});

test('ends on a whole second: failed at 0.3 s, released at 2 s', () => {
  const expiry = backoffExpirySecond(0.3 * SECOND_US, 1);
  expect(expiry).toBe(1);
  expect(isBackingOff(expiry, 1.999 * SECOND_US)).toBe(true);
  expect(isBackingOff(expiry, 2 * SECOND_US)).toBe(false);
});
