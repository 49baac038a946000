/** Numbers as people read them: no locale, so that the same value is the same text on every machine. */

/** `240000` -> `240,000`. */
export function formatCount(value: number): string {
  const digits = String(Math.round(Math.abs(value)));
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return value < 0 && digits !== '0' ? `-${grouped}` : grouped;
}

/** Three significant digits without an exponent: `0.0342`, `34.2`, `3,420`. */
export function formatNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1000) return formatCount(value);
  if (magnitude === 0) return '0';
  const decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : magnitude >= 0.1 ? 3 : 4;
  return trimZeros(value.toFixed(decimals));
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A duration in seconds: `250 µs`, `34.2 ms`, `41.2 s`, `5m 58s`, `2h 5m`; a dash for null. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  if (seconds === 0) return '0 s';
  if (seconds < 0.000_999_5) return `${significant(seconds * 1e6)} µs`;
  if (seconds < 0.999_5) return `${significant(seconds * 1e3)} ms`;
  if (seconds < 59.95) return `${significant(seconds)} s`;
  return formatClock(seconds);
}

function significant(value: number): string {
  return trimZeros(value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2));
}

/** A point in virtual time to the second, as the timeline writes it: `0s`, `45s`, `10m`, `5m 58s`, `2h 5m`. */
export function formatClock(seconds: number): string {
  const whole = Math.round(seconds);
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor(whole / 3600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  const rest = whole % 60;
  const parts: string[] = [];
  if (days > 0) parts.push(`${days}d`);
  if (hours > 0) parts.push(`${hours}h`);
  if (minutes > 0) parts.push(`${minutes}m`);
  // Seconds say nothing any more beside days.
  if ((rest > 0 && days === 0) || parts.length === 0) parts.push(`${rest}s`);
  return parts.join(' ');
}

/**
 * A share 0..1 in percent, with as many nines as it has and never rounded up to 100: `99.9986%`, `95.2%`, `100%`; a dash
 * for null.
 */
export function formatAvailability(share: number | null): string {
  if (share === null) return '–';
  if (share >= 1) return '100%';
  let decimals = 1;
  for (let gap = 100 * (1 - share); gap < 1 && decimals < 9; gap *= 10) decimals += 1;
  decimals = Math.max(decimals, 2);
  let scale = 1;
  for (let index = 0; index < decimals; index += 1) scale *= 10;
  // The nudge undoes the rounding of the product only: 0.952 * 1000 is a hair below 952.
  return `${trimZeros((Math.floor(share * 100 * scale + 1e-6) / scale).toFixed(decimals))}%`;
}

/** A share 0..1 in percent, three digits: `2.05%`. */
export function formatShare(share: number): string {
  return `${formatNumber(share * 100)}%`;
}

/** US dollars: `$0.253`, `$12.40`, `$1,240`. */
export function formatUsd(value: number): string {
  if (value >= 1000) return `$${formatCount(value)}`;
  return value >= 1 || value === 0 ? `$${value.toFixed(2)}` : `$${value.toFixed(3)}`;
}

/** `3 pods`, `1 pod`. */
export function formatPlural(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function formatList(items: readonly string[]): string {
  if (items.length <= 1) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)!}`;
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes in the largest binary unit of which there is one at least: `384 MiB`, `7.8 GiB`. */
export function formatBytes(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (Math.abs(amount) >= 1024 && unit < BINARY_UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${formatNumber(amount)} ${BINARY_UNITS[unit]!}`;
}
