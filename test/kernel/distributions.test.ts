import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import {
  constant,
  type Distribution,
  empirical,
  exponential,
  gamma,
  gammaByMean,
  lognormal,
  lognormalByMedian,
  lognormalByPercentiles,
  mean,
  mixture,
  normal,
  pareto,
  sample,
  uniform,
  variance,
  weibull,
} from '../../src/kernel/distributions.js';
import { logGamma, normalCdf, normalQuantile } from '../../src/kernel/special-functions.js';
import { cdf, kolmogorovSmirnov } from './cdf.js';

const SAMPLES = 20_000;
const SEEDS = ['1', '2', '3'];
/** One check in a thousand would fail by chance; the seeds are fixed, so none does. */
const KOLMOGOROV_SMIRNOV_BOUND = 1.95;
const STANDARD_ERRORS = 4;

const distributions: readonly (readonly [string, Distribution])[] = [
  ['constant', constant(250)],
  ['uniform', uniform(1_000, 3_000)],
  ['exponential', exponential(3_000)],
  ['normal', normal(5_000, 1_000)],
  ['normal, cut at zero', normal(1_000, 1_000)],
  ['lognormal by mean and sd', lognormal(1_000, 800)],
  [
    'lognormal by p50 and p99',
    lognormalByPercentiles({ probability: 0.5, value: 1_200_000 }, { probability: 0.99, value: 4_000_000 }),
  ],
  ['lognormal by median and sigma', lognormalByMedian(1_000, 0.5)],
  ['gamma', gammaByMean(1_000, 400)],
  ['gamma, shape 1', gamma(1, 300)],
  ['gamma, shape below 1', gamma(0.4, 2_000)],
  ['weibull', weibull(1_000, 1.7)],
  ['weibull, shape below 1', weibull(1_000, 0.8)],
  ['pareto', pareto(100, 1.5, 10_000)],
  ['pareto, shape 1', pareto(100, 1, 5_000)],
  ['pareto, shape 2', pareto(100, 2, 5_000)],
  ['empirical', empirical([30, 10, 20, 20, 1_000])],
  [
    'mixture',
    mixture([
      { weight: 9, part: exponential(1_000) },
      { weight: 1, part: constant(20_000) },
    ]),
  ],
];

function samples(distribution: Distribution, seed: string): number[] {
  const draw = seedrandom.alea(`${seed}/${distribution.type}`);
  return Array.from({ length: SAMPLES }, () => sample(distribution, draw));
}

describe.each(distributions)('%s', (_, distribution) => {
  test.each(SEEDS)('samples agree with its mean, variance and distribution function, seed %s', (seed) => {
    const values = samples(distribution, seed);
    const moment = (power: (deviation: number) => number): number =>
      values.reduce((sum, value) => sum + power(value - mean(distribution)), 0) / SAMPLES;
    const exact = variance(distribution);
    const fourth = moment((deviation) => deviation * deviation * deviation * deviation);
    const errorOfVariance = Math.sqrt(Math.max(0, fourth - exact * exact) / SAMPLES);
    expect(Math.abs(moment((deviation) => deviation))).toBeLessThanOrEqual(
      STANDARD_ERRORS * Math.sqrt(exact / SAMPLES),
    );
    expect(Math.abs(moment((deviation) => deviation * deviation) - exact)).toBeLessThanOrEqual(
      STANDARD_ERRORS * errorOfVariance + 1e-9 * exact,
    );
    expect(kolmogorovSmirnov(distribution, values)).toBeLessThan(KOLMOGOROV_SMIRNOV_BOUND);
  });

  test('samples are finite and never negative, even at the ends of a draw', () => {
    if (distribution.type === 'gamma') return; // its rejection would wait for ever for a draw of another value
    const lowest = sample(distribution, () => 0);
    expect(lowest).toBeGreaterThanOrEqual(0);
    const highest = sample(distribution, () => 1 - 1 / 4_294_967_296);
    expect(highest).toBeGreaterThanOrEqual(lowest);
    expect(highest).toBeLessThan(Infinity);
  });

  test('is plain data', () => {
    expect(structuredClone(distribution)).toEqual(distribution);
  });
});

describe('constructors', () => {
  test('percentiles are met', () => {
    const published = lognormalByPercentiles({ probability: 0.5, value: 1_200 }, { probability: 0.99, value: 4_000 });
    expect(cdf(published, 1_200)).toBeCloseTo(0.5, 12);
    expect(cdf(published, 4_000)).toBeCloseTo(0.99, 12);
    const tail = lognormalByPercentiles({ probability: 0.9, value: 100 }, { probability: 0.999, value: 700 });
    expect(cdf(tail, 100)).toBeCloseTo(0.9, 12);
    expect(cdf(tail, 700)).toBeCloseTo(0.999, 12);
  });

  test('mean and standard deviation are met', () => {
    for (const distribution of [lognormal(1_000, 800), gammaByMean(1_000, 800)]) {
      expect(mean(distribution)).toBeCloseTo(1_000, 6);
      expect(Math.sqrt(variance(distribution))).toBeCloseTo(800, 6);
    }
  });

  test.each([
    ['a negative constant', () => constant(-1)],
    ['bounds in the wrong order', () => uniform(2, 1)],
    [
      'falling percentiles',
      () => lognormalByPercentiles({ probability: 0.5, value: 2 }, { probability: 0.99, value: 1 }),
    ],
    ['a shape of zero', () => weibull(1, 0)],
    ['no values', () => empirical([])],
    ['a negative value', () => empirical([1, -1])],
    ['no weight', () => mixture([{ weight: 0, part: constant(1) }])],
    ['an empty range', () => pareto(1, 1, 1)],
  ])('refuse %s', (_, build) => {
    expect(build).toThrow();
  });
});

test('a longer mean gives a longer value for the same draw', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_294_967_295 }), (step) => {
      const draw = () => step / 4_294_967_296;
      for (const make of [exponential, (m: number) => lognormal(m, m / 2), (m: number) => normal(m, 10)]) {
        expect(sample(make(2_000), draw)).toBeGreaterThanOrEqual(sample(make(1_000), draw));
      }
    }),
  );
});

describe('special functions', () => {
  test('normal quantile undoes the normal distribution function', () => {
    for (let x = -6; x <= 6; x += 0.25) {
      expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThan(x > 5 ? 1e-6 : 1e-9); // 1 - cdf cancels digits
    }
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(normalQuantile(0.99)).toBeCloseTo(2.3263478740408408, 14);
    expect(normalCdf(-1)).toBeCloseTo(0.15865525393145707, 14);
    expect(normalCdf(-40)).toBe(0);
    expect(normalCdf(40)).toBe(1);
    expect(() => normalQuantile(0)).toThrow('too close');
  });

  test('logGamma meets factorials and the half', () => {
    expect(logGamma(1)).toBeCloseTo(0, 13);
    expect(logGamma(6)).toBeCloseTo(Math.log(120), 12);
    expect(logGamma(1.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI) / 2), 13);
    expect(logGamma(171)).toBeCloseTo(706.5730622457874, 9);
  });
});
