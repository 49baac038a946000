import { DAY_US, HOUR_US, MILLISECOND_US, type Micros, MINUTE_US, SECOND_US } from './time.js';

const UNITS_US: ReadonlyMap<string, number> = new Map([
  ['us', 1],
  ['µs', 1],
  ['ms', MILLISECOND_US],
  ['s', SECOND_US],
  ['m', MINUTE_US],
  ['h', HOUR_US],
  ['d', DAY_US],
]);

/** Parts finer than this share of a microsecond come from binary rounding of a decimal, not from the user. */
const ROUNDING_US = 1e-3;

/**
 * A duration as people and Go write it, with days: `250us`, `1.5s`, `1h30m`, `30d`, `0`. Undefined for everything else,
 * and for what is no whole number of microseconds or beyond the exact range of a double.
 */
export function parseDuration(text: string): Micros | undefined {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:us|µs|ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, digits, unit] of text.matchAll(/([\d.]+)([^\d.]+)/g)) {
    const micros = Number(digits) * UNITS_US.get(unit!)!;
    const whole = Math.round(micros);
    if (Math.abs(micros - whole) > ROUNDING_US) return undefined;
    total += whole;
  }
  return total <= Number.MAX_SAFE_INTEGER ? total : undefined;
}

/** The shortest text that `parseDuration` reads back to the same whole microseconds: `250us`, `1.5ms`, `1h30m`, `0s`. */
export function formatDuration(us: Micros): string {
  let rest = Math.round(us);
  if (rest < 0) return `-${formatDuration(-rest)}`;
  if (rest === 0) return '0s';
  if (rest < MILLISECOND_US) return `${rest}us`;
  if (rest < SECOND_US) return `${rest / MILLISECOND_US}ms`;
  let text = '';
  for (const [unit, size] of [
    ['d', DAY_US],
    ['h', HOUR_US],
    ['m', MINUTE_US],
  ] as const) {
    if (rest >= size) text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  if (rest === 0) return text;
  return (
    text +
    (rest < MILLISECOND_US ? `${rest}us` : rest < SECOND_US ? `${rest / MILLISECOND_US}ms` : `${rest / SECOND_US}s`)
  );
}
