import {
  addQuantities,
  compareQuantities,
  exactMilliValue,
  exactValue,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantity,
  subtractQuantities,
} from '../../../src/cluster/api/quantity.js';
import { type Checker, difference } from './checker.js';

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

/**
 * Kubernetes wraps around where its sums leave 64 bits (the vectors' README says to ignore these figures): above 2^63, and for
 * big negative decimals already when their nano units do. Ours stays exact.
 */
function wrapsInKubernetes(q: Quantity, exact: bigint): boolean {
  const isOutside = (count: bigint): boolean => BigInt.asIntN(64, count) !== count;
  return isOutside(exact) || (q.isBig && q.nano < 0n && isOutside(q.nano));
}

/** `misc.quantities`: reading and printing. */
export const quantities: Checker = {
  kind: 'misc.quantities',
  check({ input, error, canonical, format, value, milliValue }: ParseCase) {
    const result = parseQuantity(input);
    if (!result.ok) return difference({ error: result.error }, { error });
    const whole = exactValue(result.quantity);
    const milli = exactMilliValue(result.quantity);
    return difference(
      {
        canonical: formatQuantity(result.quantity),
        format: result.quantity.format,
        value: wrapsInKubernetes(result.quantity, whole) ? value : String(whole),
        milliValue: wrapsInKubernetes(result.quantity, milli) ? milliValue : String(milli),
      },
      { error, canonical, format, value, milliValue },
    );
  },
};

/** Whether a text can only have been written with this format: what was printed may have been binary or exponent before. */
function tellsFormat(text: string): boolean {
  return /[eE]|i$/.test(text) || formatQuantity(quantity(text)) !== text;
}

/** `misc.quantity-ops`: comparing, adding and subtracting. */
export const quantityOperations: Checker = {
  kind: 'misc.quantity-ops',
  check(given: OperationCase) {
    const a = quantity(given.a);
    const b = quantity(given.b);
    const sum = addQuantities(a, b);
    const ours = {
      cmp: compareQuantities(a, b),
      sum: formatQuantity(sum),
      difference: formatQuantity(subtractQuantities(a, b)),
      sumFormat: tellsFormat(given.a) ? sum.format : given.sumFormat,
    };
    return difference({ ...given, ...ours }, given);
  },
};
