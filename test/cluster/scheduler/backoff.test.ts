import { expect, test } from 'vitest';
import {
  BACKOFF_LIMITS,
  type BackoffLimits,
  backoffExpirySecond,
  backoffUs,
  isBackingOff,
} from '../../../src/cluster/scheduler/backoff.js';
import { SECOND_US } from '../../../src/kernel/time.js';

const seconds = (limits: BackoffLimits): number[] =>
  [1, 2, 3, 4, 5, 6, 100].map((failures) => backoffUs(limits, failures) / SECOND_US);

test('doubles from 1 s to 10 s', () => {
  expect(seconds(BACKOFF_LIMITS)).toEqual([1, 2, 4, 8, 10, 10, 10]);
});

test('starts and ends where a configuration says', () => {
  expect(seconds({ initialBackoffUs: 3 * SECOND_US, maximumBackoffUs: 20 * SECOND_US })).toEqual([
    3, 6, 12, 20, 20, 20, 20,
  ]);
  expect(seconds({ initialBackoffUs: 5 * SECOND_US, maximumBackoffUs: 5 * SECOND_US })).toEqual([5, 5, 5, 5, 5, 5, 5]);
});

test('ends on a whole second: failed at 0.3 s, released at 2 s', () => {
  const expiry = backoffExpirySecond(BACKOFF_LIMITS, 0.3 * SECOND_US, 1);
  expect(expiry).toBe(1);
  expect(isBackingOff(expiry, 1.999 * SECOND_US)).toBe(true);
  expect(isBackingOff(expiry, 2 * SECOND_US)).toBe(false);
});
