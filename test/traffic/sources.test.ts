import fc from 'fast-check';
import { expect, test } from 'vitest';
import { playToEnd } from '../../bench/synthetic-cluster.js';
import { constant } from '../../src/kernel/distributions.js';
import type { RateCurve, SourceInput } from '../../src/traffic/model.js';
import { loadSegment, type Segment, timeOfRequests } from '../../src/traffic/rate-curve.js';
import { evenly, poisson, rowsOf, SECOND, simulationOf } from './fixture.js';

const WORKLOAD = {
  name: 'web',
  concurrency: 1e6,
  queueLimit: 0,
  requests: { default: { cpu: constant(0), calls: [] } },
};

/** Requests sent in each second of a run. */
function perSecond(source: SourceInput, seconds: number): number[] {
  const simulation = simulationOf({ sources: [source], workloads: [WORKLOAD], intervalUs: SECOND });
  const rows = rowsOf(playToEnd(simulation, seconds * SECOND), 'traffic').filter((row) => row.side === 'source');
  const counts = Array.from({ length: seconds }, () => 0);
  for (const row of rows) counts[Number(row.start_s)] = Number(row.finished);
  return counts;
}

const arrivals = (process: 'poisson' | 'constant', rate: RateCurve): SourceInput['arrivals'] => ({
  kind: 'open',
  process,
  rate,
});

test('constant: every second holds what the rate says', () => {
  expect(perSecond(evenly(100, { fromUs: 2 * SECOND, untilUs: 5 * SECOND }), 7)).toEqual([0, 0, 100, 100, 100, 0, 0]);
});

test('ramp: the rate rises linearly between its points', () => {
  const rate: RateCurve = {
    points: [
      { atUs: 2 * SECOND, perSecond: 0 },
      { atUs: 7 * SECOND, perSecond: 1_000 },
    ],
    interpolation: 'linear',
    periodUs: 0,
  };
  expect(perSecond(evenly(0, { arrivals: arrivals('constant', rate) }), 9)).toEqual([
    0, 0, 100, 300, 500, 700, 900, 1_000, 1_000,
  ]);
});

test('steps (a trace of rates), and a period after which they repeat', () => {
  const points = [
    { atUs: 0, perSecond: 10 },
    { atUs: 1 * SECOND, perSecond: 0 },
    { atUs: 2 * SECOND, perSecond: 50 },
  ];
  const once: RateCurve = { points, interpolation: 'step', periodUs: 0 };
  const daily: RateCurve = { points, interpolation: 'step', periodUs: 3 * SECOND };
  expect(perSecond(evenly(0, { arrivals: arrivals('constant', once) }), 6)).toEqual([10, 0, 50, 50, 50, 50]);
  expect(perSecond(evenly(0, { arrivals: arrivals('constant', daily) }), 6)).toEqual([10, 0, 50, 10, 0, 50]);
});

test('Poisson: as many as the rate says, with a variance equal to the mean', () => {
  const counts = perSecond(poisson(200), 300).slice(1);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) * (count - mean), 0) / (counts.length - 1);
  expect(mean / 200).toBeCloseTo(1, 1);
  expect(variance / mean).toBeGreaterThan(0.75);
  expect(variance / mean).toBeLessThan(1.3);
});

test('property: the inverse of the cumulated rate is monotone and additive', () => {
  const point = fc.record({
    gap: fc.integer({ min: 1, max: 10_000_000 }),
    perSecond: fc.integer({ min: 0, max: 5_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(point, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('step' as const, 'linear' as const),
      fc.boolean(),
      fc.double({ min: 0.01, max: 1_000, noNaN: true }),
      fc.double({ min: 0.01, max: 1_000, noNaN: true }),
      (gaps, interpolation, repeats, first, second) => {
        let atUs = 0;
        const points = gaps.map(({ gap, perSecond: rate }) => ({ atUs: (atUs += gap), perSecond: rate }));
        const curve: RateCurve = { points, interpolation, periodUs: repeats ? atUs + 1_000 : 0 };
        const from = (): Segment => {
          const segment = { startUs: 0, endUs: 0, rate: 0, slope: 0 };
          loadSegment(curve, 0, segment);
          return segment;
        };
        const until = 1e9;
        const segment = from();
        const one = timeOfRequests(curve, segment, 0, first, until);
        const both = one === Infinity ? Infinity : timeOfRequests(curve, segment, one, second, until);
        const direct = timeOfRequests(curve, from(), 0, first + second, until);
        if (both === Infinity || direct === Infinity) return;
        expect(one).toBeGreaterThan(0);
        expect(both).toBeGreaterThan(one);
        expect(Math.abs(both - direct)).toBeLessThan(1 + 1e-6 * direct);
      },
    ),
    { seed: 3 },
  );
});
