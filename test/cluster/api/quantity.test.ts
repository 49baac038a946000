import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Quantity,
  addQuantities,
  compareQuantities,
  exactMilliValue,
  exactValue,
  formatQuantity,
  milliValue,
  parseQuantity,
  quantity,
  subtractQuantities,
  value,
} from '../../../src/cluster/api/quantity.js';
import { readVectors } from '../../vectors/read.js';

interface ParseCase {
  input: string;
  error?: string;
  canonical: string;
  format: string;
  value: string;
  milliValue: string;
}

interface OperationCase {
  a: string;
  b: string;
  cmp: number;
  sum: string;
  difference: string;
  sumFormat: string;
}

/** Whether a text can only have been written with this format: what was printed may have been binary or exponent before. */
function tellsFormat(text: string): boolean {
  return /[eE]|i$/.test(text) || formatQuantity(quantity(text)) !== text;
}

/**
 * Kubernetes wraps around where its sums leave 64 bits (the vectors' README says to ignore these figures): above 2^63, and for
 * big negative decimals already when their nano units do. Ours stays exact.
 */
function wrapsInKubernetes(q: Quantity, exact: bigint): boolean {
  const isOutside = (count: bigint): boolean => BigInt.asIntN(64, count) !== count;
  return isOutside(exact) || (q.isBig && q.nano < 0n && isOutside(q.nano));
}

describe('quantities', () => {
  it('reads and prints as Kubernetes does', () => {
    for (const vector of readVectors<ParseCase>('misc.quantities.jsonl.gz')) {
      const result = parseQuantity(vector.input);
      if (!result.ok) {
        expect({ input: vector.input, error: result.error }).toEqual({ input: vector.input, error: vector.error });
        continue;
      }
      const whole = exactValue(result.quantity);
      const milli = exactMilliValue(result.quantity);
      expect({
        input: vector.input,
        canonical: formatQuantity(result.quantity),
        format: result.quantity.format,
        value: wrapsInKubernetes(result.quantity, whole) ? vector.value : String(whole),
        milliValue: wrapsInKubernetes(result.quantity, milli) ? vector.milliValue : String(milli),
      }).toEqual({
        input: vector.input,
        canonical: vector.canonical,
        format: vector.format,
        value: vector.value,
        milliValue: vector.milliValue,
      });
    }
  });

  it('compares, adds and subtracts as Kubernetes does', () => {
    for (const vector of readVectors<OperationCase>('misc.quantity-ops.jsonl.gz')) {
      const a = quantity(vector.a);
      const b = quantity(vector.b);
      const sum = addQuantities(a, b);
      expect({
        ...vector,
        cmp: compareQuantities(a, b),
        sum: formatQuantity(sum),
        difference: formatQuantity(subtractQuantities(a, b)),
        sumFormat: tellsFormat(vector.a) ? sum.format : vector.sumFormat,
      }).toEqual(vector);
    }
  });

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
