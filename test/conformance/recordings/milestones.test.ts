import { expect, it } from 'vitest';
import { isAsNear } from './milestones.js';

const isNear = (realMs: number, oursMs: number): boolean => isAsNear({ name: '', realMs, oursMs });

it('milestones are near within 300 ms, later ones within 5 %', () => {
  expect(isNear(100, 400)).toBe(true);
  expect(isNear(100, 401)).toBe(false);
  expect(isNear(5_000, 5_300)).toBe(true);
  expect(isNear(5_000, 5_301)).toBe(false);
  expect(isNear(50_000, 47_500)).toBe(true);
  expect(isNear(50_000, 47_499)).toBe(false);
});
