import { invariant } from './invariant.js';
import { exp, log, pow } from './math.js';
import type { Draw } from './random.js';
import { logGamma, normalCdf, normalDensity, normalQuantile } from './special-functions.js';

/**
 * A random quantity that is never negative, as plain data. Its unit is whatever its numbers have (mostly microseconds).
 * Samples are real numbers: `schedule` rounds them to whole microseconds.
 */
export type Distribution =
  | { readonly type: 'constant'; readonly value: number }
  | { readonly type: 'uniform'; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'exponential'; readonly mean: number }
  /** A draw below zero counts as zero. */
  | { readonly type: 'normal'; readonly mean: number; readonly sd: number }
  /** Its logarithm is normal with mean `mu` and standard deviation `sigma`. */
  | { readonly type: 'lognormal'; readonly mu: number; readonly sigma: number }
  | { readonly type: 'gamma'; readonly shape: number; readonly scale: number }
  | { readonly type: 'weibull'; readonly scale: number; readonly shape: number }
  /** Pareto cut off at `maximum` (the probability of the tail is spread over the rest in proportion). */
  | { readonly type: 'pareto'; readonly minimum: number; readonly shape: number; readonly maximum: number }
  /** Each of the sorted values with the same probability. */
  | { readonly type: 'empirical'; readonly values: readonly number[] }
  /** Part i with probability `weights[i]`; the weights add up to 1. */
  | { readonly type: 'mixture'; readonly weights: readonly number[]; readonly parts: readonly Distribution[] };

export function constant(value: number): Distribution {
  invariant(value >= 0, `constant of ${value}`);
  return { type: 'constant', value };
}

export function uniform(minimum: number, maximum: number): Distribution {
  invariant(minimum >= 0 && maximum >= minimum, `uniform between ${minimum} and ${maximum}`);
  return { type: 'uniform', minimum, maximum };
}

export function exponential(mean: number): Distribution {
  invariant(mean >= 0, `exponential with mean ${mean}`);
  return { type: 'exponential', mean };
}

export function normal(mean: number, sd: number): Distribution {
  invariant(mean >= 0 && sd >= 0, `normal with mean ${mean}, sd ${sd}`);
  return { type: 'normal', mean, sd };
}

/** By mean and standard deviation of the quantity itself. */
export function lognormal(mean: number, sd: number): Distribution {
  invariant(mean > 0 && sd >= 0, `lognormal with mean ${mean}, sd ${sd}`);
  const variance = log(1 + (sd / mean) * (sd / mean));
  return { type: 'lognormal', mu: log(mean) - variance / 2, sigma: Math.sqrt(variance) };
}

/** By median and the standard deviation `sigma` of the logarithm. */
export function lognormalByMedian(median: number, sigma: number): Distribution {
  invariant(median > 0 && sigma >= 0, `lognormal with median ${median}, sigma ${sigma}`);
  return { type: 'lognormal', mu: log(median), sigma };
}

/** By two percentiles, each a probability between 0 and 1 and the value there. */
export function lognormalByPercentiles(
  lower: { readonly probability: number; readonly value: number },
  upper: { readonly probability: number; readonly value: number },
): Distribution {
  invariant(lower.probability < upper.probability, `percentiles ${lower.probability}, ${upper.probability}`);
  invariant(lower.value > 0 && lower.value <= upper.value, `values ${lower.value}, ${upper.value} at percentiles`);
  const lowerQuantile = normalQuantile(lower.probability);
  const sigma = log(upper.value / lower.value) / (normalQuantile(upper.probability) - lowerQuantile);
  return { type: 'lognormal', mu: log(lower.value) - sigma * lowerQuantile, sigma };
}

export function gamma(shape: number, scale: number): Distribution {
  invariant(shape > 0 && scale >= 0, `gamma with shape ${shape}, scale ${scale}`);
  return { type: 'gamma', shape, scale };
}

export function gammaByMean(mean: number, sd: number): Distribution {
  invariant(mean > 0 && sd > 0, `gamma with mean ${mean}, sd ${sd}`);
  return gamma((mean / sd) * (mean / sd), (sd * sd) / mean);
}

export function weibull(scale: number, shape: number): Distribution {
  invariant(scale >= 0 && shape > 0, `weibull with scale ${scale}, shape ${shape}`);
  return { type: 'weibull', scale, shape };
}

export function pareto(minimum: number, shape: number, maximum: number): Distribution {
  invariant(minimum > 0 && shape > 0 && maximum > minimum, `pareto from ${minimum} to ${maximum}, shape ${shape}`);
  return { type: 'pareto', minimum, shape, maximum };
}

export function empirical(values: readonly number[]): Distribution {
  invariant(values.length > 0, 'empirical distribution without values');
  const sorted = values.toSorted((a, b) => a - b);
  invariant(sorted[0]! >= 0, `empirical distribution with the value ${sorted[0]}`);
  return { type: 'empirical', values: sorted };
}

/** Weights are relative to each other. */
export function mixture(weighted: readonly { readonly weight: number; readonly part: Distribution }[]): Distribution {
  let total = 0;
  for (const { weight } of weighted) {
    invariant(weight >= 0, `weight ${weight} in a mixture`);
    total += weight;
  }
  invariant(total > 0, `mixture of ${weighted.length} parts that weigh nothing`);
  return {
    type: 'mixture',
    weights: weighted.map(({ weight }) => weight / total),
    parts: weighted.map(({ part }) => part),
  };
}

/** Half the distance between two neighbouring draws: keeps a probability off 0. */
const HALF_STEP = 1 / 8_589_934_592;

/**
 * One value. Takes one draw wherever it can, by inverting the distribution function, so that two variants of a run that
 * share a stream stay in step and a longer mean gives a longer value; only gamma and mixture take more.
 */
export function sample(distribution: Distribution, draw: Draw): number {
  // Nearly all latencies are lognormal: what is so short is taken into its callers, and then needs no box for its result.
  if (distribution.type === 'lognormal') {
    return exp(distribution.mu + distribution.sigma * normalQuantile(draw() + HALF_STEP));
  }
  return sampleOther(distribution, draw);
}

function sampleOther(distribution: Exclude<Distribution, { readonly type: 'lognormal' }>, draw: Draw): number {
  switch (distribution.type) {
    case 'constant':
      return distribution.value;
    case 'uniform':
      return distribution.minimum + (distribution.maximum - distribution.minimum) * draw();
    case 'exponential':
      return -distribution.mean * log(1 - draw());
    case 'normal':
      return Math.max(0, distribution.mean + distribution.sd * normalQuantile(draw() + HALF_STEP));
    case 'gamma':
      return distribution.scale * sampleGamma(distribution.shape, draw);
    case 'weibull':
      return distribution.scale * pow(-log(1 - draw()), 1 / distribution.shape);
    case 'pareto': {
      const { minimum, shape, maximum } = distribution;
      return minimum * pow(1 - draw() * (1 - pow(minimum / maximum, shape)), -1 / shape);
    }
    case 'empirical':
      return distribution.values[Math.floor(draw() * distribution.values.length)]!;
    case 'mixture':
      return sample(distribution.parts[pick(distribution.weights, draw())]!, draw);
  }
}

function pick(weights: readonly number[], point: number): number {
  let rest = point;
  let index = 0;
  while (index < weights.length - 1 && rest >= weights[index]!) rest -= weights[index++]!;
  return index;
}

/** Marsaglia and Tsang (2000): rejection from a cubed normal; about 1.05 rounds for shapes from 1 on. */
function sampleGamma(shape: number, draw: Draw): number {
  if (shape < 1) return sampleGamma(shape + 1, draw) * pow(draw() + HALF_STEP, 1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalQuantile(draw() + HALF_STEP);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (log(draw() + HALF_STEP) < 0.5 * x * x + d * (1 - v + log(v))) return d * v;
  }
}

export function mean(distribution: Distribution): number {
  return moment(distribution, 1);
}

export function variance(distribution: Distribution): number {
  const first = moment(distribution, 1);
  return Math.max(0, moment(distribution, 2) - first * first);
}

/** The expectation of the first or second power. */
function moment(distribution: Distribution, order: 1 | 2): number {
  switch (distribution.type) {
    case 'constant':
      return order === 1 ? distribution.value : distribution.value * distribution.value;
    case 'uniform': {
      const { minimum, maximum } = distribution;
      if (order === 1) return (minimum + maximum) / 2;
      return (minimum * minimum + minimum * maximum + maximum * maximum) / 3;
    }
    case 'exponential':
      return order === 1 ? distribution.mean : 2 * distribution.mean * distribution.mean;
    case 'normal':
      return normalMoment(distribution.mean, distribution.sd, order);
    case 'lognormal':
      return exp(order * distribution.mu + (order * order * distribution.sigma * distribution.sigma) / 2);
    case 'gamma': {
      const first = distribution.shape * distribution.scale;
      return order === 1 ? first : first * (first + distribution.scale);
    }
    case 'weibull': {
      const power = order === 1 ? distribution.scale : distribution.scale * distribution.scale;
      return power * exp(logGamma(1 + order / distribution.shape));
    }
    case 'pareto':
      return paretoMoment(distribution.minimum, distribution.shape, distribution.maximum, order);
    case 'empirical': {
      let sum = 0;
      for (const value of distribution.values) sum += order === 1 ? value : value * value;
      return sum / distribution.values.length;
    }
    case 'mixture': {
      let sum = 0;
      for (const [index, part] of distribution.parts.entries())
        sum += distribution.weights[index]! * moment(part, order);
      return sum;
    }
  }
}

function normalMoment(centre: number, sd: number, order: 1 | 2): number {
  if (sd === 0) return order === 1 ? centre : centre * centre;
  const above = normalCdf(centre / sd);
  const edge = sd * normalDensity(centre / sd);
  return order === 1 ? centre * above + edge : (centre * centre + sd * sd) * above + centre * edge;
}

function paretoMoment(minimum: number, shape: number, maximum: number, order: 1 | 2): number {
  const scale = (shape * pow(minimum, shape)) / (1 - pow(minimum / maximum, shape));
  if (Math.abs(order - shape) < 1e-9) return scale * log(maximum / minimum);
  return (scale * (pow(maximum, order - shape) - pow(minimum, order - shape))) / (order - shape);
}
