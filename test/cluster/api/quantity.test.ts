import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuantity, milliValue, parseQuantity, quantity, value } from '../../../src/cluster/api/quantity.js';
import { testVectors } from '../../conformance/test-vectors.js';

testVectors('misc.quantities');
testVectors('misc.quantity-ops');

describe('quantities', () => {
  it('gives numbers rounded up', () => {
    expect(milliValue('0.1')).toBe(100);
    expect(milliValue('1n')).toBe(1);
    expect(value('1.5Gi')).toBe(1610612736);
    expect(value('100m')).toBe(1);
    expect(milliValue(2)).toBe(2000);
    expect(() => milliValue('half')).toThrow('quantities must match');
  });

  it('refuses exponents that would need megabytes of digits', () => {
    expect(parseQuantity('1e2000000').ok).toBe(false);
  });

  it('reads back what it prints', () => {
    const suffix = fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'e-3');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), suffix, (count, unit) => {
        const parsed = quantity(`${count}${unit}`);
        expect(quantity(formatQuantity(parsed)).nano).toBe(parsed.nano);
      }),
    );
  });
});
