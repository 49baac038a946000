import { scaledValue } from '../../../src/cluster/api/int-or-percent.js';
import { type Checker, difference } from './checker.js';

interface Case {
  value: string | number;
  total: number;
  roundUp: boolean;
  result?: number;
  error?: string;
}

/** `misc.intorpercent`: counts and percentages of a total. */
export const intOrPercent: Checker = {
  kind: 'misc.intorpercent',
  check({ value, total, roundUp, ...real }: Case) {
    const result = scaledValue(value, total, roundUp);
    return difference(result.ok ? { result: result.value } : { error: result.error }, real);
  },
};
