import type { QuantityText } from './objects/meta.js';

/**
 * Kubernetes' fixed-point numbers, exact to one nano unit.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go, amount.go, math.go, suffix.go.
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The value in units of 1e-9. Anything finer is rounded away from zero when it is read. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
  /**
   * Whether Kubernetes keeps the value as a big decimal instead of a 64-bit integer. It only shows in how negative fractions
   * round; see `scaled`.
   */
  readonly isBig: boolean;
}

export const ERROR_FORMAT =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
export const ERROR_NUMERIC = 'unable to parse numeric part of quantity';
export const ERROR_SUFFIX = "unable to parse quantity's suffix";

/**
 * Decimal exponents beyond this are refused. Kubernetes takes any 32-bit exponent; ours is a limit against texts that would
 * need megabytes of digits. No resource comes near.
 */
const MAX_EXPONENT = 1000;

/** Digits that a 64-bit integer holds for certain. Source: math.go maxInt64Factors. */
const INT64_DIGITS = 18;
const INT64_MAX = 9223372036854775807n;
const NANO_EXPONENT = 9;
/** One, in the billionths that a quantity's `nano` counts. */
export const NANO = 1_000_000_000n;
const NANO_PER_MILLI = 1_000_000n;

const DECIMAL_SUFFIXES = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const BINARY_SUFFIXES = new Map([
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
]);
const DECIMAL_SUFFIX_OF = new Map([...DECIMAL_SUFFIXES].map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_SUFFIX_OF = new Map([...BINARY_SUFFIXES].map(([suffix, exponent]) => [exponent, suffix]));

export type QuantityResult =
  | { readonly ok: true; readonly quantity: Quantity }
  | { readonly ok: false; readonly error: string };

/** Parts of a text: sign and digits, and the suffix. Leading zeros are gone from `whole`. */
const SHAPE = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/** Reads a quantity exactly as Kubernetes does; the error texts are Kubernetes' own. */
export function parseQuantity(input: QuantityText): QuantityResult {
  const text = String(input);
  const shape = SHAPE.exec(text);
  if (text === '' || shape === null) return { ok: false, error: ERROR_FORMAT };
  const negative = shape[1] === '-';
  const whole = shape[2]!;
  const fraction = shape[3] ?? '';
  const suffix = interpretSuffix(shape[4]!);
  if (suffix === undefined) return { ok: false, error: ERROR_SUFFIX };
  const digits = (whole === '' ? '0' : whole) + fraction;
  const unscaled = BigInt(digits);
  const quantity =
    suffix.format === 'BinarySI'
      ? binaryQuantity(unscaled, whole, fraction, suffix.exponent)
      : decimalQuantity(unscaled, whole, fraction, suffix.exponent, suffix.format);
  // A big decimal is read from the text itself, where digits must exist; the fast path reads "." and "+" as zero.
  if (quantity.isBig && !/[0-9]/.test(text)) return { ok: false, error: ERROR_NUMERIC };
  return { ok: true, quantity: negative ? { ...quantity, nano: -quantity.nano } : quantity };
}

/** As `parseQuantity`, for text that was validated before. */
export function quantity(text: QuantityText): Quantity {
  const result = parseQuantity(text);
  if (!result.ok) throw new Error(`quantity ${JSON.stringify(text)}: ${result.error}`);
  return result.quantity;
}

function interpretSuffix(suffix: string): { format: QuantityFormat; exponent: number } | undefined {
  const decimal = DECIMAL_SUFFIXES.get(suffix);
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal };
  const binary = BINARY_SUFFIXES.get(suffix);
  if (binary !== undefined) return { format: 'BinarySI', exponent: binary };
  if (!/^[eE][+-]?[0-9]+$/.test(suffix)) return undefined;
  const exponent = Number(suffix.slice(1));
  return Math.abs(exponent) <= MAX_EXPONENT ? { format: 'DecimalExponent', exponent } : undefined;
}

function decimalQuantity(
  unscaled: bigint,
  whole: string,
  fraction: string,
  exponent: number,
  format: QuantityFormat,
): Quantity {
  const scale = exponent - fraction.length;
  const digitCount = Math.max(whole.length, 1) + fraction.length;
  const isBig = digitCount > INT64_DIGITS || scale < -NANO_EXPONENT;
  return { nano: shiftUp(unscaled, scale + NANO_EXPONENT), format, isBig };
}

function binaryQuantity(unscaled: bigint, whole: string, fraction: string, exponent: number): Quantity {
  const digitCount = Math.max(whole.length, 1);
  const precision = 15 - digitCount - Math.trunc((exponent * 3) / 10) - 1;
  const isBig = fraction !== '' || precision < 0;
  let nano = shiftUp(unscaled << BigInt(exponent), NANO_EXPONENT - fraction.length);
  if (isBig && nano > INT64_MAX * NANO) nano = INT64_MAX * NANO;
  const format = isBig && nano > 0n && nano < NANO ? 'DecimalSI' : 'BinarySI';
  return { nano, format, isBig };
}

function powerOfTen(exponent: number): bigint {
  return BigInt(`1${'0'.repeat(exponent)}`);
}

/** `value` times ten to the power of `exponent`, rounded up. `value` is not negative. */
function shiftUp(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * powerOfTen(exponent);
  const divisor = powerOfTen(-exponent);
  return (value + divisor - 1n) / divisor;
}

/** The shortest exact text: what Kubernetes writes back. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const isWhole = nano % NANO === 0n;
  const isSmall = nano > -1024n * NANO && nano < 1024n * NANO;
  if (format === 'BinarySI' && isWhole && !isSmall) return formatBinary(nano / NANO);
  let mantissa = nano;
  let exponent = -NANO_EXPONENT;
  while (mantissa % 1000n === 0n && (format === 'DecimalExponent' || exponent < 18)) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? String(mantissa) : `${mantissa}e${exponent}`;
  return `${mantissa}${DECIMAL_SUFFIX_OF.get(exponent)}`;
}

function formatBinary(value: bigint): string {
  let mantissa = value;
  let exponent = 0;
  while (mantissa % 1024n === 0n && exponent < 60) {
    mantissa /= 1024n;
    exponent += 10;
  }
  return `${mantissa}${BINARY_SUFFIX_OF.get(exponent) ?? ''}`;
}

/** The canonical text of a quantity's text: `0.5` -> `500m`, `1024Mi` -> `1Gi`. */
export function canonicalQuantity(text: QuantityText): string {
  return formatQuantity(quantity(text));
}

export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  if (a.nano === b.nano) return 0;
  return a.nano < b.nano ? -1 : 1;
}

/** The sum keeps the format of the left side unless that is zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format, isBig: a.isBig || b.isBig };
}

export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano - b.nano, format: a.nano === 0n ? b.format : a.format, isBig: a.isBig || b.isBig };
}

/** Kubernetes' `Value()`: whole units, rounded up. Exact beyond 64 bits too, where Kubernetes wraps around. */
export function exactValue(q: Quantity): bigint {
  return scaled(q, NANO);
}

/** Kubernetes' `MilliValue()`: thousandths, rounded up. Exact beyond 64 bits too, where Kubernetes wraps around. */
export function exactMilliValue(q: Quantity): bigint {
  return scaled(q, NANO_PER_MILLI);
}

function scaled({ nano, isBig }: Quantity, divisor: bigint): bigint {
  const quotient = nano / divisor;
  if (nano % divisor === 0n) return quotient;
  if (nano > 0n) return quotient + 1n;
  // 64-bit integers round away from zero; math.go: scaledValue adds one to a quotient that was cut towards zero.
  return isBig ? quotient + 1n : quotient - 1n;
}

interface QuantityNumbers {
  readonly milli: number;
  readonly value: number;
}

/** Distinct quantity texts in one process are few; the limit only bounds memory under hostile input. */
const CACHE_LIMIT = 10_000;
const numbersOf = new Map<QuantityText, QuantityNumbers>();

function cachedNumbers(text: QuantityText): QuantityNumbers {
  const known = numbersOf.get(text);
  if (known !== undefined) return known;
  const q = quantity(text);
  const numbers = { milli: Number(exactMilliValue(q)), value: Number(exactValue(q)) };
  if (numbersOf.size >= CACHE_LIMIT) numbersOf.clear();
  numbersOf.set(text, numbers);
  return numbers;
}

/** Thousandths of a unit (milli-CPU), rounded up; cached by text. Exact up to 2^53. Throws on text that is no quantity. */
export function milliValue(text: QuantityText): number {
  return cachedNumbers(text).milli;
}

/** Whole units (bytes, pods), rounded up; cached by text. Exact up to 2^53. Throws on text that is no quantity. */
export function value(text: QuantityText): number {
  return cachedNumbers(text).value;
}
