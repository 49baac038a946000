import type { Distribution } from '../../src/kernel/distributions.js';
import { pow } from '../../src/kernel/math.js';
import { logGamma, normalCdf } from '../../src/kernel/special-functions.js';

/** The probability that a sample is at most `x`: the theory against which samples are held. */
export function cdf(distribution: Distribution, x: number): number {
  if (x < 0) return 0;
  switch (distribution.type) {
    case 'constant':
      return x >= distribution.value ? 1 : 0;
    case 'uniform':
      return clamp((x - distribution.minimum) / (distribution.maximum - distribution.minimum));
    case 'exponential':
      return 1 - Math.exp(-x / distribution.mean);
    case 'normal':
      return normalCdf((x - distribution.mean) / distribution.sd);
    case 'lognormal':
      return x === 0 ? 0 : normalCdf((Math.log(x) - distribution.mu) / distribution.sigma);
    case 'gamma':
      return lowerGamma(distribution.shape, x / distribution.scale);
    case 'weibull':
      return 1 - Math.exp(-pow(x / distribution.scale, distribution.shape));
    case 'pareto': {
      const { minimum, shape, maximum } = distribution;
      if (x <= minimum) return 0;
      return clamp((1 - pow(minimum / x, shape)) / (1 - pow(minimum / maximum, shape)));
    }
    case 'empirical':
      return distribution.values.filter((value) => value <= x).length / distribution.values.length;
    case 'mixture':
      return distribution.parts.reduce((sum, part, index) => sum + distribution.weights[index]! * cdf(part, x), 0);
  }
}

/** Kolmogorov and Smirnov's distance times the root of the sample size: above 1.95 with probability 0.001. */
export function kolmogorovSmirnov(distribution: Distribution, samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  let distance = 0;
  for (let first = 0; first < sorted.length; ) {
    const x = sorted[first]!;
    let end = first;
    while (end < sorted.length && sorted[end] === x) end++;
    const justBelow = cdf(distribution, x - 1e-12 * x - Number.MIN_VALUE);
    distance = Math.max(
      distance,
      Math.abs(end / sorted.length - cdf(distribution, x)),
      Math.abs(first / sorted.length - justBelow),
    );
    first = end;
  }
  return distance * Math.sqrt(sorted.length);
}

/** The regularized lower incomplete gamma function, by its series (small x) or its continued fraction. */
function lowerGamma(shape: number, x: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(shape * Math.log(x) - x - logGamma(shape + 1));
  if (x < shape + 1) {
    let term = 1;
    let sum = 1;
    for (let n = 1; term > sum * 1e-16; n++) sum += term *= x / (shape + n);
    return front * sum;
  }
  let fraction = 0;
  for (let n = 200; n >= 1; n--) fraction = (n * (shape - n)) / (x + 2 * n + 1 - shape + fraction);
  return 1 - (front * shape) / (x + 1 - shape + fraction);
}

function clamp(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}
