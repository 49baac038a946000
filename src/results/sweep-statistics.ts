import { mean, sampleStandardDeviation } from 'simple-statistics';
import { invariant } from '../kernel/invariant.js';
import type { Setting } from './sweep.js';

/** 97.5th percentile of Student's t distribution for 1, 2, ... degrees of freedom: two-sided 95 % intervals. */
const STUDENT_T: readonly number[] = [
  12.706204736, 4.30265273, 3.182446305, 2.776445105, 2.570581836, 2.446911851, 2.364624252, 2.306004135, 2.262157163,
  2.228138852, 2.20098516, 2.17881283, 2.160368656, 2.144786688, 2.131449546, 2.119905299, 2.109815578, 2.10092204,
  2.093024054, 2.085963447,
];
/** 97.5th percentile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * 97.5th percentile of Student's t: from the table, beyond it by the Cornish-Fisher expansion around the normal one
 * (error below 1e-5 there).
 */
function studentT(degrees: number): number {
  invariant(Number.isInteger(degrees) && degrees >= 1, `degrees of freedom must be a positive integer, got ${degrees}`);
  const known = STUDENT_T[degrees - 1];
  if (known !== undefined) return known;
  const z2 = Z * Z;
  const first = (Z * (z2 + 1)) / 4;
  const second = (Z * (5 * z2 * z2 + 16 * z2 + 3)) / 96;
  const third = (Z * (3 * z2 * z2 * z2 + 19 * z2 * z2 + 17 * z2 - 15)) / 384;
  return Z + (first + (second + third / degrees) / degrees) / degrees;
}

/** A mean over seeds with its 95 % confidence interval; without one (null) for a single value. */
export interface Estimate {
  readonly count: number;
  readonly mean: number;
  readonly halfWidth: number | null;
  readonly low: number;
  readonly high: number;
}

export function estimate(values: readonly number[]): Estimate | undefined {
  if (values.length === 0) return undefined;
  const plain = [...values];
  const average = mean(plain);
  if (plain.length === 1) return { count: 1, mean: average, halfWidth: null, low: average, high: average };
  const halfWidth = (studentT(plain.length - 1) * sampleStandardDeviation(plain)) / Math.sqrt(plain.length);
  return { count: plain.length, mean: average, halfWidth, low: average - halfWidth, high: average + halfWidth };
}

/** No figure of a run is below 0, and so no mean of them can be. */
export function estimateOf(setting: Setting, figure: string): Estimate | undefined {
  const found = estimate(setting.runs.flatMap((run) => run.figures[figure] ?? []));
  return found === undefined ? undefined : { ...found, low: Math.max(0, found.low) };
}

/**
 * How much `right` differs from `left`, over the seeds that both played: runs of one seed see the same arrivals, so their
 * differences say more than the two means do.
 */
export function pairedDifference(left: Setting, right: Setting, figure: string): Estimate | undefined {
  const leftBySeed = new Map(left.runs.map((run) => [run.seed, run.figures[figure]]));
  const differences = right.runs.flatMap((run) => {
    const before = leftBySeed.get(run.seed);
    const after = run.figures[figure];
    return before === undefined || after === undefined ? [] : [after - before];
  });
  return estimate(differences);
}

/** Whether zero lies outside the interval. One pair says nothing about chance. */
export function isDistinct(difference: Estimate | undefined): boolean {
  if (difference === undefined || difference.halfWidth === null) return false;
  return difference.low > 0 || difference.high < 0;
}
