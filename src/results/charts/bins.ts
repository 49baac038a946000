import { formatDuration } from '../format.js';

/** A line of more points than this is wider than its pixels. */
const MOST_POINTS = 240;

/** Neighbouring intervals of a long run put together: index of the bin by start of the interval. */
export interface Bins {
  readonly starts: readonly number[];
  readonly binOf: ReadonlyMap<number, number>;
  /** Intervals in one bin. */
  readonly merged: number;
}

export function binsOf(starts: Iterable<number>, most = MOST_POINTS): Bins {
  const distinct = [...new Set(starts)].sort((left, right) => left - right);
  const merged = Math.max(1, Math.ceil(distinct.length / most));
  const binOf = new Map(distinct.map((start, index) => [start, Math.floor(index / merged)]));
  return { starts: distinct.filter((_, index) => index % merged === 0), binOf, merged };
}

/** Says what one point stands for; empty where there is but one. */
export function binCaption(bins: Bins): string {
  if (bins.starts.length < 2) return '';
  const length = formatDuration(bins.starts[1]! - bins.starts[0]!);
  const why = bins.merged > 1 ? `, ${bins.merged} recorded intervals put together` : '';
  return ` Each point covers ${length}${why}.`;
}
