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

/**
 * The latency table's histograms: rows are put together under a key (undefined: left out) and, within it, a bin of their
 * interval (undefined: left out).
 */
export function latencyHistograms(
  tables: RecordedTables,
  keyOf: (side: string, name: string) => string | undefined,
  binOf: (startSeconds: number) => number | undefined,
): Map<string, Map<number, Histogram>> {
  const sides = column(tables, 'latency', 'side') as string[];
  const names = column(tables, 'latency', 'name') as string[];
  const starts = column(tables, 'latency', 'start_s') as number[];
  const lows = column(tables, 'latency', 'low_s') as number[];
  const highs = column(tables, 'latency', 'high_s') as number[];
  const counts = column(tables, 'latency', 'count') as number[];
  const groups = new Map<string, Map<number, Map<number, Cell>>>();
  for (let row = 0; row < rowCount(tables, 'latency'); row += 1) {
    const key = keyOf(sides[row]!, names[row]!);
    const bin = binOf(starts[row]!);
    if (key === undefined || bin === undefined) continue;
    const byLow = getOrPut(getOrPut(groups, key, newMap<number, Map<number, Cell>>), bin, newMap<number, Cell>);
    const cell = byLow.get(lows[row]!);
    if (cell === undefined) byLow.set(lows[row]!, { high: highs[row]!, count: counts[row]! });
    else cell.count += counts[row]!;
  }
  return mapValues(groups, (byBin) => mapValues(byBin, histogramOf));
}

interface Cell {
  readonly high: number;
  count: number;
}

function newMap<Key, Value>(): Map<Key, Value> {
  return new Map();
}

function getOrPut<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}

function mapValues<Key, From, To>(map: ReadonlyMap<Key, From>, convert: (value: From) => To): Map<Key, To> {
  return new Map([...map].map(([key, value]) => [key, convert(value)]));
}

/** Histograms by side and name ("source shoppers"), merged over the intervals that start in [fromSeconds, toSeconds). */
export function mergeLatency(tables: RecordedTables, fromSeconds: number, toSeconds: number): Map<string, Histogram> {
  const isInside = (start: number): boolean => start >= fromSeconds && start < toSeconds;
  const merged = latencyHistograms(
    tables,
    (side, name) => `${side} ${name}`,
    (start) => (isInside(start) ? 0 : undefined),
  );
  return mapValues(merged, (byBin) => byBin.get(0)!);
}

function histogramOf(cells: ReadonlyMap<number, Cell>): Histogram {
  const sorted = [...cells].sort(([left], [right]) => left - right);
  return {
    lows: sorted.map(([low]) => low),
    highs: sorted.map(([, cell]) => cell.high),
    counts: sorted.map(([, cell]) => cell.count),
    total: sorted.reduce((sum, [, cell]) => sum + cell.count, 0),
  };
}

/** The value below which a share `q` (0..1) of the counted lies, spread evenly within its cell; null without counts. */
export function quantileOfCells(histogram: Histogram, q: number): number | null {
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
