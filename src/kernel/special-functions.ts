import { invariant } from './invariant.js';
import { exp, log } from './math.js';

const SQRT_TWO_PI = 2.5066282746310002;

// Rational approximations of the normal quantile: Wichura, algorithm AS 241 (PPND16), highest coefficient first.
const CENTRE_NUMERATOR = [
  2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
  1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
];
const CENTRE_DENOMINATOR = [
  5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
  5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
];
const TAIL_NUMERATOR = [
  7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258,
  3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
];
const TAIL_DENOMINATOR = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
  6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
];
/** sqrt(-log(p)) up to which the tail approximation holds: p >= 1.4e-11, far beyond the 2^-33 of a draw. */
const TAIL_LIMIT = 5;

/** The value below which a standard normal variable falls with this probability, to about 16 digits. */
export function normalQuantile(probability: number): number {
  const fromCentre = probability - 0.5;
  if (Math.abs(fromCentre) <= 0.425) {
    const r = 0.180625 - fromCentre * fromCentre;
    return (fromCentre * polynomial(CENTRE_NUMERATOR, r)) / polynomial(CENTRE_DENOMINATOR, r);
  }
  const distance = Math.sqrt(-log(fromCentre < 0 ? probability : 1 - probability));
  invariant(distance <= TAIL_LIMIT, `normal quantile of ${probability}: too close to 0 or 1`);
  const tail = polynomial(TAIL_NUMERATOR, distance - 1.6) / polynomial(TAIL_DENOMINATOR, distance - 1.6);
  return fromCentre < 0 ? -tail : tail;
}

// Hart's approximation of the normal distribution function, highest coefficient first.
const HART_NUMERATOR = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const HART_DENOMINATOR = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
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
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
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
