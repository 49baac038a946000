import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistogram, recordValue } from '../../src/kernel/histogram.js';
import { recordedCells } from '../../src/traffic/latency-rows.js';

test('property: recorded cells hold every value, do not overlap, and start on the same grid in every histogram', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 }), (values) => {
      const histogram = createHistogram();
      for (const value of values) recordValue(histogram, value);
      const cells = recordedCells(histogram);
      for (const { low, high, count } of cells) {
        expect(count).toBe(values.filter((value) => value >= low && value < high).length);
        expect(low === 0 ? high : high / low).toBeLessThanOrEqual(low === 0 ? 1 : 1.0313);
      }
      expect(cells.reduce((sum, cell) => sum + cell.count, 0)).toBe(values.length);
      const alone = createHistogram();
      recordValue(alone, values[0]!);
      expect(cells.map(({ low }) => low)).toContain(recordedCells(alone)[0]!.low);
    }),
    { seed: 5 },
  );
});
