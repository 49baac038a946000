import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/kernel/duration.js';

describe('parseDuration', () => {
  test.each([
    ['250us', 250],
    ['250µs', 250],
    ['1.5s', 1_500_000],
    ['1.1s', 1_100_000],
    ['0.000001s', 1],
    ['5m', 300_000_000],
    ['2h', 7_200_000_000],
    ['1h30m', 5_400_000_000],
    ['30d', 2_592_000_000_000],
    ['0', 0],
    ['0s', 0],
  ])('%s', (text, us) => {
    expect(parseDuration(text)).toBe(us);
  });

  test.each([
    '',
    '5',
    '5 m',
    ' 5m',
    '-5m',
    '+5m',
    '5M',
    '5min',
    '1e3s',
    '.5s',
    '5.s',
    '1,5s',
    '0.5us',
    '1ns',
    'm',
    '5m5',
    '300y',
    '99999999d',
  ])('refuses "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [250, '250us'],
    [1_500, '1.5ms'],
    [1_500_000, '1.5s'],
    [90_000_000, '1m30s'],
    [5_400_000_000, '1h30m'],
    [86_400_000_001, '1d1us'],
    [-1_500, '-1.5ms'],
  ])('%d', (us, text) => {
    expect(formatDuration(us)).toBe(text);
  });

  test('is read back to the same time', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 12 }), (large, digits) => {
        const us = Number(String(large).slice(0, digits + 1));
        expect(parseDuration(formatDuration(us))).toBe(us);
      }),
    );
    expect(parseDuration(formatDuration(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER);
  });
});
