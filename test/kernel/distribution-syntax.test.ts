import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  constant,
  empirical,
  exponential,
  gamma,
  gammaByMean,
  lognormal,
  lognormalByMedian,
  lognormalByPercentiles,
  mixture,
  normal,
  pareto,
  uniform,
  weibull,
} from '../../src/kernel/distributions.js';
import { parseDistribution } from '../../src/kernel/distribution-syntax.js';
import { parseDuration } from '../../src/kernel/duration.js';

const findValues = (reference: string): readonly number[] | string => {
  if (reference === 'latencies.csv') return [3, 1, 2];
  if (reference === 'empty.csv') return [];
  if (reference === 'negative.csv') return [1, -2];
  return 'no such file';
};
const parse = (text: string) => parseDistribution(text, parseDuration, findValues);

describe('parseDistribution', () => {
  test.each([
    ['250us', constant(250)],
    [' 1.5s ', constant(1_500_000)],
    ['constant(20ms)', constant(20_000)],
    ['uniform(1ms, 2ms)', uniform(1_000, 2_000)],
    ['uniform(max=2ms, min=1ms)', uniform(1_000, 2_000)],
    ['exponential(3ms)', exponential(3_000)],
    ['exponential(mean = 3ms)', exponential(3_000)],
    ['normal(mean=5ms, sd=1ms)', normal(5_000, 1_000)],
    ['normal(5ms, 1ms)', normal(5_000, 1_000)],
    [
      'lognormal(p50=1.2s, p99=4s)',
      lognormalByPercentiles({ probability: 0.5, value: 1.2e6 }, { probability: 0.99, value: 4e6 }),
    ],
    [
      'lognormal(p99.9=9ms, p90=1ms)',
      lognormalByPercentiles({ probability: 0.9, value: 1_000 }, { probability: 0.99900000000000011, value: 9_000 }),
    ],
    ['lognormal(mean=1ms, sd=2ms)', lognormal(1_000, 2_000)],
    ['lognormal(median=1ms, sigma=0.5)', lognormalByMedian(1_000, 0.5)],
    ['gamma(mean=3ms, sd=1ms)', gammaByMean(3_000, 1_000)],
    ['gamma(shape=2, scale=1ms)', gamma(2, 1_000)],
    ['weibull(scale=1ms, shape=1.5)', weibull(1_000, 1.5)],
    ['pareto(min=1ms, shape=1.2, max=1s)', pareto(1_000, 1.2, 1_000_000)],
    [
      'mixture(90% exponential(1ms), 10% constant(20ms))',
      mixture([
        { weight: 90, part: exponential(1_000) },
        { weight: 10, part: constant(20_000) },
      ]),
    ],
    [
      'mixture( 99.5% 1ms , 0.5% uniform(1s, 2s) )',
      mixture([
        { weight: 99.5, part: constant(1_000) },
        { weight: 0.5, part: uniform(1e6, 2e6) },
      ]),
    ],
    ['empirical(latencies.csv)', empirical([1, 2, 3])],
  ])('%s', (text, distribution) => {
    expect(parse(text)).toEqual({ distribution });
  });

  test.each([
    ['soon', 0, '"soon" is not a quantity of the right unit, such as "1.5s" or "250us"'],
    ['', 0, '"" is not a quantity'],
    ['exponential', 0, 'parentheses'],
    ['exponental(3ms)', 0, 'unknown distribution "exponental"'],
    ['exponential(3)', 12, '"3" is not a quantity'],
    ['exponential(3ms', 11, 'not closed'],
    ['exponential(3ms) x', 17, 'unexpected "x"'],
    ['exponential()', 12, '"" is not a quantity'],
    ['exponential(3ms, 4ms)', 17, 'unexpected "4ms": write exponential(MEAN)'],
    ['exponential(men=3ms)', 0, 'mean is missing'],
    ['normal(mean=1ms, sd=1ms, sd=2ms)', 25, 'sd is given twice'],
    ['uniform(2ms, 1ms)', 13, 'max "1ms" is less than min'],
    ['uniform(1ms)', 0, 'max is missing: write uniform(MIN, MAX)'],
    ['lognormal(p50=2ms, p99=1ms)', 23, 'p99 "1ms" is less than p50'],
    ['lognormal(p50=2ms)', 0, 'two percentiles are needed'],
    ['lognormal(p50=0s, p99=1ms)', 14, 'not positive'],
    ['lognormal(p50=1ms, p50=1ms)', 0, 'given twice'],
    ['weibull(scale=1ms, shape=0)', 25, 'not a positive number'],
    ['weibull(scale=1ms, shape=1ms)', 25, 'not a positive number'],
    ['pareto(min=1s, shape=1, max=1ms)', 28, 'not more than min'],
    ['mixture(90% exponential(1ms), 20% 2ms)', 8, 'add up to 110%'],
    ['mixture(exponential(1ms))', 8, 'starts with its share'],
    ['mixture()', 8, 'starts with its share'],
    ['mixture(50% 1ms, 50% wrong)', 21, '"wrong" is not a quantity'],
    ['empirical(missing.csv)', 10, 'no such file'],
    ['empirical(empty.csv)', 10, 'holds no values'],
    ['empirical(negative.csv)', 10, 'holds -2'],
    ['empirical()', 0, 'takes one file'],
    ['mixture(100% mixture(100% mixture(100% mixture(100% mixture(100% 1s)))))', 60, 'nested'],
  ])('refuses "%s" at %d', (text, offset, message) => {
    const { error } = parse(text);
    expect(error?.message).toContain(message);
    expect(error?.offset).toBe(offset);
  });

  test('files need somebody who finds them', () => {
    expect(parseDistribution('empirical(a.csv)', parseDuration).error?.message).toContain('cannot be used here');
  });

  test('answers every text with a value', () => {
    const word = fc.constantFrom(
      '(',
      ')',
      ',',
      '=',
      '%',
      ' ',
      '1ms',
      '90%',
      '0s',
      '2',
      'p50',
      'p99',
      'mean',
      'sd',
      'mixture',
      'lognormal',
      'gamma',
      'pareto',
      'uniform',
      'empirical',
      'latencies.csv',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), (words) => {
        const text = words.join('');
        const { distribution, error } = parse(text);
        expect((distribution === undefined) === (error === undefined)).toBe(false);
        if (error !== undefined) expect(error.offset).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
