import { InvariantError, invariant } from './invariant.js';
import { exp, log } from './math.js';

const SQRT_TWO_PI = 2.5066282746310002;

/** sqrt(-log(p)) up to which the tail approximation holds: p >= 1.4e-11, far beyond the 2^-33 of a draw. */
const TAIL_LIMIT = 5;

/**
 * The value below which a standard normal variable falls with this probability, to about 16 digits: Wichura's rational
 * approximations (algorithm AS 241, PPND16), written out because every normal and lognormal sample comes through here.
 */
export function normalQuantile(probability: number): number {
  const fromCentre = probability - 0.5;
  if (Math.abs(fromCentre) <= 0.425) {
    const r = 0.180625 - fromCentre * fromCentre;
    const numerator =
      ((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r + 45921.95393154987) * r +
        13731.69376550946) *
        r +
        1971.5909503065513) *
        r +
        133.14166789178438) *
        r +
      3.3871328727963665;
    const denominator =
      ((((((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r + 21213.794301586597) * r +
        5394.196021424751) *
        r +
        687.1870074920579) *
        r +
        42.31333070160091) *
        r +
      1;
    return (fromCentre * numerator) / denominator;
  }
  return tailQuantile(probability, fromCentre);
}

/** The same outside of the middle 85 %: apart, so that the engine takes the middle into its callers. */
function tailQuantile(probability: number, fromCentre: number): number {
  const distance = Math.sqrt(-log(fromCentre < 0 ? probability : 1 - probability));
  if (!(distance <= TAIL_LIMIT)) throw new InvariantError(`normal quantile of ${probability}: too close to 0 or 1`);
  const r = distance - 1.6;
  const numerator =
    ((((((0.0007745450142783414 * r + 0.022723844989269184) * r + 0.2417807251774506) * r + 1.2704582524523684) * r +
      3.6478483247632045) *
      r +
      5.769497221460691) *
      r +
      4.630337846156546) *
      r +
    1.4234371107496835;
  const denominator =
    ((((((1.0507500716444169e-9 * r + 0.0005475938084995345) * r + 0.015198666563616457) * r + 0.14810397642748008) *
      r +
      0.6897673349851) *
      r +
      1.6763848301838038) *
      r +
      2.053191626637759) *
      r +
    1;
  const tail = numerator / denominator;
  return fromCentre < 0 ? -tail : tail;
}

// Hart's approximation of the normal distribution function, highest coefficient first.
const HART_NUMERATOR = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const HART_DENOMINATOR = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];
const HART_LIMIT = 7.07106781186547;

/** The probability that a standard normal variable falls below `x`, to about 15 digits. */
export function normalCdf(x: number): number {
  const distance = Math.abs(x);
  let tail = 0;
  if (distance < HART_LIMIT) {
    tail =
      (normalDensity(x) * SQRT_TWO_PI * polynomial(HART_NUMERATOR, distance)) / polynomial(HART_DENOMINATOR, distance);
  }
  return x > 0 ? 1 - tail : tail;
}

export function normalDensity(x: number): number {
  return exp(-0.5 * x * x) / SQRT_TWO_PI;
}

// Lanczos' approximation with g = 7 and nine terms.
const LANCZOS_G = 7;
const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 0.000009984369578019572, 1.5056327351493116e-7,
];

/** The logarithm of the gamma function at `x` > 0.5, to about 15 digits. */
export function logGamma(x: number): number {
  invariant(x > 0.5, `logGamma of ${x}`);
  const shifted = x - 1;
  let sum = LANCZOS[0]!;
  for (let term = 1; term < LANCZOS.length; term++) sum += LANCZOS[term]! / (shifted + term);
  const base = shifted + LANCZOS_G + 0.5;
  return log(SQRT_TWO_PI * sum) + (shifted + 0.5) * log(base) - base;
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let index = 0; index < coefficients.length; index++) value = value * x + coefficients[index]!;
  return value;
}
