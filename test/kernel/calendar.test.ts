import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dateOf, daysSince1970, weekdayOf } from '../../src/kernel/calendar.js';

const DAY_MS = 86_400_000;

it('knows every day as the Gregorian calendar does', () => {
  fc.assert(
    fc.property(fc.integer({ min: -800_000, max: 3_000_000 }), (days) => {
      const real = new Date(days * DAY_MS);
      const { year, month, day } = dateOf(days);
      expect([year, month, day]).toEqual([real.getUTCFullYear(), real.getUTCMonth() + 1, real.getUTCDate()]);
      expect(weekdayOf(days)).toBe(real.getUTCDay());
      expect(daysSince1970(year, month, day)).toBe(days);
    }),
  );
});

it('lets months and days run over', () => {
  expect(daysSince1970(2026, 13, 1)).toBe(daysSince1970(2027, 1, 1));
  expect(daysSince1970(2026, 2, 29)).toBe(daysSince1970(2026, 3, 1));
  expect(dateOf(daysSince1970(2028, 2, 29))).toEqual({ year: 2028, month: 2, day: 29 });
});
