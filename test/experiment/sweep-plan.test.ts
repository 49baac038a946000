import { describe, expect, it } from 'vitest';
import { parseVariation, planSweep, sweepSeeds } from '../../src/experiment/sweep-plan.js';

describe('what to vary', () => {
  it('is a list of values or a range of whole numbers', () => {
    expect(parseVariation('surge=0,25%,100%')).toEqual({ name: 'surge', values: ['0', '25%', '100%'] });
    expect(parseVariation('replicas=2..4')).toEqual({ name: 'replicas', values: ['2', '3', '4'] });
  });

  it('is refused with a reason', () => {
    expect(parseVariation('surge')).toContain('name=value');
    expect(parseVariation('replicas=4..2')).toContain('empty');
    expect(parseVariation('replicas=1..999999999')).toContain('more than');
  });
});

describe('plan of a sweep', () => {
  it('takes every combination with every seed, the last parameter fastest', () => {
    const plan = planSweep(
      [
        { name: 'a', values: ['1', '2'] },
        { name: 'b', values: ['x', 'y'] },
      ],
      ['7', '8'],
    );
    expect(plan).toHaveLength(8);
    expect(plan.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(plan[3]).toEqual({ index: 3, parameters: { a: '1', b: 'y' }, seed: '8' });
  });

  it('uses the same seeds for every combination', () => {
    expect(sweepSeeds('42', 3)).toEqual(['42', '43', '44']);
    expect(sweepSeeds('blue', 2)).toEqual(['blue', 'blue-1']);
  });
});
