import { expect, test } from 'vitest';
import {
  formatAvailability,
  formatClock,
  formatCount,
  formatDuration,
  formatList,
  formatNumber,
  formatUsd,
} from '../../src/results/format.js';

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [240_000, '240,000'],
  [-1_234_567, '-1,234,567'],
])('formatCount(%d) is %s', (value, text) => expect(formatCount(value)).toBe(text));

test.each([
  [null, '–'],
  [0, '0 s'],
  [0.000_25, '250 µs'],
  [0.000_999_9, '1 ms'],
  [0.0342, '34.2 ms'],
  [0.9996, '1 s'],
  [1.234, '1.23 s'],
  [40, '40 s'],
  [59.96, '1m'],
  [72, '1m 12s'],
  [358, '5m 58s'],
  [7500, '2h 5m'],
  [2_592_000, '30d'],
])('formatDuration(%s) is %s', (value, text) => expect(formatDuration(value)).toBe(text));

test('formatClock gives the start of the run too', () => expect(formatClock(0)).toBe('0s'));

test.each([
  [null, '–'],
  [1, '100%'],
  [0.999_986_1, '99.9986%'],
  [0.999_999_999, '99.9999999%'],
  [0.9987, '99.87%'],
  [0.952, '95.2%'],
  [0.95, '95%'],
  [0, '0%'],
])('formatAvailability(%s) is %s', (value, text) => expect(formatAvailability(value)).toBe(text));

test.each([
  [0.2533, '$0.253'],
  [12.4, '$12.40'],
  [1240.2, '$1,240'],
])('formatUsd(%d) is %s', (value, text) => expect(formatUsd(value)).toBe(text));

test('formatNumber keeps three digits', () => {
  expect([0.034_21, 0.5, 3.14159, 34.25, 341.7, 3417.2].map(formatNumber)).toEqual([
    '0.0342',
    '0.5',
    '3.14',
    '34.3',
    '342',
    '3,417',
  ]);
});

test('formatList joins as people do', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(formatList)).toEqual(['', 'a', 'a and b', 'a, b and c']);
});
