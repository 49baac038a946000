import { invariant } from '../kernel/invariant.js';
import { column, rowCount } from './columns.js';
import type { RecordedTables } from './identity.js';

/** Cells of a latency histogram in ascending order: `low` inclusive, `high` exclusive, both in seconds. */
export interface Histogram {
  readonly lows: readonly number[];
  readonly highs: readonly number[];
  readonly counts: readonly number[];
  readonly total: number;
}

interface Cells {
  readonly counts: Map<number, { high: number; count: number }>;
}

/**
 * The latency table's histograms by side and name ("source shoppers"), merged over the intervals that start in
 * [fromSeconds, toSeconds).
 */
export function mergeLatency(tables: RecordedTables, fromSeconds: number, toSeconds: number): Map<string, Histogram> {
  const sides = column(tables, 'latency', 'side') as string[];
  const names = column(tables, 'latency', 'name') as string[];
  const starts = column(tables, 'latency', 'start_s') as number[];
  const lows = column(tables, 'latency', 'low_s') as number[];
  const highs = column(tables, 'latency', 'high_s') as number[];
  const counts = column(tables, 'latency', 'count') as number[];
  const merged = new Map<string, Cells>();
  for (let row = 0; row < rowCount(tables, 'latency'); row += 1) {
    if (starts[row]! < fromSeconds || starts[row]! >= toSeconds) continue;
    const key = `${sides[row]!} ${names[row]!}`;
    let cells = merged.get(key);
    if (cells === undefined) merged.set(key, (cells = { counts: new Map() }));
    const cell = cells.counts.get(lows[row]!);
    if (cell === undefined) cells.counts.set(lows[row]!, { high: highs[row]!, count: counts[row]! });
    else cell.count += counts[row]!;
  }
  return new Map([...merged].map(([key, cells]) => [key, histogramOf(cells)]));
}

function histogramOf(cells: Cells): Histogram {
  const sorted = [...cells.counts].sort(([left], [right]) => left - right);
  return {
    lows: sorted.map(([low]) => low),
    highs: sorted.map(([, cell]) => cell.high),
    counts: sorted.map(([, cell]) => cell.count),
    total: sorted.reduce((sum, [, cell]) => sum + cell.count, 0),
  };
}

/** The value below which a share `q` (0..1) of the counted lies, spread evenly within its cell; null without counts. */
export function quantile(histogram: Histogram, q: number): number | null {
  invariant(q >= 0 && q <= 1, `quantile ${q} outside 0..1`);
  if (histogram.total === 0) return null;
  const rank = q * histogram.total;
  let below = 0;
  for (const [index, count] of histogram.counts.entries()) {
    if (count > 0 && below + count >= rank) {
      const low = histogram.lows[index]!;
      return low + (histogram.highs[index]! - low) * ((rank - below) / count);
    }
    below += count;
  }
  return histogram.highs.at(-1) ?? null;
}

/** Quantile of plain values by linear interpolation between neighbours (type 7, as NumPy and R do); null without any. */
export function quantileOf(sorted: readonly number[], q: number): number | null {
  if (sorted.length === 0) return null;
  const position = q * (sorted.length - 1);
  const index = Math.floor(position);
  const low = sorted[index]!;
  const high = sorted[Math.min(index + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - index);
}
