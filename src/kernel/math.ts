/**
 * The one door to transcendental functions. The last bits of a result are part of its identity, so `Math.log` and its
 * kin are called nowhere else: measured identical on Node.js 20 to 26, and to be replaced here, in one place, should an
 * engine differ. `Math.sqrt` is exactly rounded by IEEE 754 and may be called anywhere; `Math.pow` and `**` may not be
 * called at all (about one result in ten differs in its last bit between Node.js 22 and 24).
 */
export const log = Math.log;
export const log2 = Math.log2;
export const log10 = Math.log10;
export const exp = Math.exp;
export const sin = Math.sin;
export const cos = Math.cos;

/** `base` (>= 0) to the power of `exponent`, inexact in the last bits: multiply where the exponent is a small integer. */
export function pow(base: number, exponent: number): number {
  if (base === 0) return exponent === 0 ? 1 : 0;
  return exp(exponent * log(base));
}
