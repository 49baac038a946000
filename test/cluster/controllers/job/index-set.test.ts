import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  formatIndexes,
  hasIndex,
  indexSetOf,
  lowestMissing,
  parseIndexes,
  sharedSize,
  sizeOf,
  unionOf,
} from '../../../../src/cluster/controllers/job/index-set.js';

const indexes = fc.uniqueArray(fc.integer({ min: 0, max: 60 }));
const all = Array.from({ length: 61 }, (_, index) => index);

it('is a set', () => {
  fc.assert(
    fc.property(indexes, indexes, (some, others) => {
      const [left, right] = [indexSetOf(some), indexSetOf(others)];
      const both = unionOf(left, right);
      for (const index of all) {
        expect(hasIndex(left, index)).toBe(some.includes(index));
        expect(hasIndex(both, index)).toBe(some.includes(index) || others.includes(index));
      }
      expect(sizeOf(both)).toBe(new Set([...some, ...others]).size);
      expect(sharedSize(left, right)).toBe(some.filter((index) => others.includes(index)).length);
      expect(parseIndexes(formatIndexes(left), 61)).toEqual(left);
      expect(lowestMissing(left, 5, 61)).toEqual(all.filter((index) => !some.includes(index)).slice(0, 5));
    }),
  );
});

it('is written as Kubernetes writes it, and read as far as there are indexes', () => {
  expect(formatIndexes(indexSetOf([7, 1, 3, 4, 5]))).toBe('1,3-5,7');
  expect(formatIndexes(indexSetOf([1, 2]))).toBe('1,2');
  expect(formatIndexes([])).toBe('');
  expect(parseIndexes('0-3,7-9', 9)).toEqual([
    { first: 0, last: 3 },
    { first: 7, last: 8 },
  ]);
});
