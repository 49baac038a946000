import { expect, test } from 'vitest';
import { evictionRate } from '../../../../src/cluster/controllers/node-lifecycle/zones.js';
import { testVectors } from '../../../conformance/test-vectors.js';

testVectors('misc.zone-state');

test('a partly disrupted zone evicts slowly if it is large, else not at all', () => {
  expect(evictionRate('Normal', 10)).toBe(0.1);
  expect(evictionRate('FullDisruption', 10)).toBe(0.1);
  expect(evictionRate('PartialDisruption', 50)).toBe(0);
  expect(evictionRate('PartialDisruption', 51)).toBe(0.01);
});
