import { MILLISECOND_US, type Micros } from '../../kernel/time.js';

/** A duration as Go prints it, to the millisecond: 830ms, 7.264s, 1m44.643s, 5m0s. */
export function goDuration(us: Micros): string {
  const ms = Math.trunc(us / MILLISECOND_US);
  if (ms < 1_000) return ms === 0 ? '0s' : `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}
