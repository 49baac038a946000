import { expect, it } from 'vitest';
import { scaledValue } from '../../../src/cluster/api/int-or-percent.js';
import { readVectors } from '../../vectors/read.js';

interface Case {
  value: string | number;
  total: number;
  roundUp: boolean;
  result?: number;
  error?: string;
}

it('scales counts and percentages as Kubernetes does', () => {
  for (const vector of readVectors<Case>('misc.intorpercent.jsonl.gz')) {
    const result = scaledValue(vector.value, vector.total, vector.roundUp);
    const outcome = result.ok ? { result: result.value } : { error: result.error };
    const { value, total, roundUp } = vector;
    expect({ value, total, roundUp, ...outcome }).toEqual(vector);
  }
});
