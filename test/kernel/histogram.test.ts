import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHistogram, histogramCells, histogramMean, quantile, recordValue } from '../../src/kernel/histogram.js';

const MAXIMUM_ERROR = 0.005;
const LARGEST = 2 ** 53 - 1;

const values = fc.array(
  fc.oneof(
    fc.double({ min: 1, max: 1e6, noNaN: true }),
    fc.integer({ min: 1, max: 5_000 }),
    fc.maxSafeNat().map((value) => value + 1),
    fc.constantFrom(1, 2, 127, 128, 129, 1_024, LARGEST),
  ),
  { minLength: 1, maxLength: 200 },
);

function histogramOf(list: readonly number[]) {
  const histogram = createHistogram();
  for (const value of list) recordValue(histogram, Math.min(value, LARGEST));
  return histogram;
}

function exactQuantile(list: readonly number[], q: number): number {
  const sorted = list.map((value) => Math.min(value, LARGEST)).toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)]!;
}

describe('histogram', () => {
  test('quantiles are within half a per cent of the exact ones', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1), (list, q) => {
        const exact = exactQuantile(list, q);
        expect(Math.abs(quantile(histogramOf(list), q) - exact)).toBeLessThanOrEqual(MAXIMUM_ERROR * exact);
      }),
      { numRuns: 500 },
    );
  });

  test('cells enclose their values and count them all', () => {
    fc.assert(
      fc.property(values, (list) => {
        let counted = 0;
        let end = 0;
        for (const { low, high, count } of histogramCells(histogramOf(list))) {
          const inside = list.filter((value) => Math.min(value, LARGEST) >= low && Math.min(value, LARGEST) < high);
          expect(inside.length).toBe(count);
          expect(low).toBeGreaterThanOrEqual(end);
          end = high;
          counted += count;
        }
        expect(counted).toBe(list.length);
      }),
    );
  });

  test('mean, smallest and largest are exact', () => {
    const histogram = histogramOf([3, 1_000, 77.5]);
    expect(histogramMean(histogram)).toBeCloseTo(1_080.5 / 3, 10);
    expect([histogram.minimum, histogram.maximum, histogram.count]).toEqual([3, 1_000, 3]);
    expect(quantile(histogram, 0)).toBe(3);
    expect(quantile(histogram, 1)).toBe(1_000);
  });

  test('counts a value several times over', () => {
    const histogram = createHistogram();
    recordValue(histogram, 10, 99);
    recordValue(histogram, 1_000_000, 1);
    expect(quantile(histogram, 0.99)).toBeCloseTo(10, 1);
    expect(quantile(histogram, 0.995)).toBe(1_000_000);
  });

  test('values below one share a cell, and none are quantiles of nothing', () => {
    const histogram = createHistogram();
    expect(quantile(histogram, 0.5)).toBeNaN();
    expect(histogramMean(histogram)).toBeNaN();
    recordValue(histogram, 0);
    recordValue(histogram, 0.25);
    expect([...histogramCells(histogram)]).toEqual([{ low: 0, high: 1, count: 2 }]);
  });

  test.each([-1, NaN, Infinity, 2 ** 53])('refuses %d', (value) => {
    const histogram = createHistogram();
    recordValue(histogram, 0.5);
    expect(() => recordValue(histogram, value)).toThrow('out of range');
    expect(histogram.count).toBe(1);
  });

  test('is plain data', () => {
    const histogram = histogramOf([1, 2, 3]);
    expect(structuredClone(histogram)).toEqual(histogram);
  });
});
