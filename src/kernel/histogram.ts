import { invariant } from './invariant.js';

/** A cell is 1/128 of its power of two wide, so its middle is within 0.4 % of every value in it. */
const CELLS_PER_OCTAVE = 128;
/** Bits of a double's upper word below exponent and first seven bits of the fraction, which number the cells. */
const DROPPED_BITS = 13;
/** Biased exponent of 1: values below 1 share cell 0, the interval [0, 1). */
const EXPONENT_OF_ONE = 1_023;
/** Values end below 2^53. */
const MAXIMUM_CELL = 53 * CELLS_PER_OCTAVE;
const OUT_OF_RANGE = -1;
const ONE_AS_CELL = EXPONENT_OF_ONE * CELLS_PER_OCTAVE - 1;

/**
 * Counts of positive values (microseconds, mostly) in cells of equal relative width. Plain data; it keeps only the
 * octaves between the smallest and the largest value seen.
 */
export interface Histogram {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
  /** Number of the first cell kept. */
  firstCell: number;
  cells: Float64Array;
}

export function createHistogram(): Histogram {
  return { count: 0, sum: 0, minimum: Infinity, maximum: -Infinity, firstCell: 0, cells: new Float64Array(0) };
}

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);
asDouble[0] = 1;
/** Which of the two words holds sign and exponent: 1 on little-endian machines. */
const UPPER_WORD = asWords[1] === 0 ? 0 : 1;

function cellOf(value: number): number {
  if (value < 1) return value < 0 ? OUT_OF_RANGE : 0;
  asDouble[0] = value;
  return (asWords[UPPER_WORD]! >>> DROPPED_BITS) - ONE_AS_CELL;
}

/** The lower end of a cell. */
function lowOf(cell: number): number {
  if (cell === 0) return 0;
  asDouble[0] = 0;
  asWords[UPPER_WORD] = (cell + ONE_AS_CELL) << DROPPED_BITS;
  return asDouble[0];
}

/** Counts a value (0 <= value < 2^53), `times` over. */
export function recordValue(histogram: Histogram, value: number, times = 1): void {
  const cell = cellOf(value);
  let index = cell - histogram.firstCell;
  if (index < 0 || index >= histogram.cells.length) {
    invariant(value >= 0 && cell <= MAXIMUM_CELL, `histogram: value ${value} out of range`);
    cover(histogram, cell, cell);
    index = cell - histogram.firstCell;
  }
  histogram.cells[index]! += times;
  histogram.count += times;
  histogram.sum += value * times;
  if (value < histogram.minimum) histogram.minimum = value;
  if (value > histogram.maximum) histogram.maximum = value;
}

/** The smallest value that at least the share `q` (0 to 1) of all values do not exceed, within 0.4 %; NaN if empty. */
export function quantile(histogram: Histogram, q: number): number {
  const { count, cells, firstCell, minimum, maximum } = histogram;
  if (count === 0) return NaN;
  if (q <= 0) return minimum;
  const rank = q * count * (1 - Number.EPSILON);
  let below = 0;
  for (let index = 0; index < cells.length; index++) {
    below += cells[index]!;
    if (below < rank) continue;
    const middle = (lowOf(firstCell + index) + lowOf(firstCell + index + 1)) / 2;
    return Math.min(maximum, Math.max(minimum, middle));
  }
  return maximum;
}

/** The exact mean; NaN if empty. */
export function histogramMean(histogram: Histogram): number {
  return histogram.sum / histogram.count;
}

export interface HistogramCell {
  /** The cell holds values from `low` up to, but not including, `high`. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** The cells that hold something, in rising order. */
export function* histogramCells(histogram: Histogram): Generator<HistogramCell> {
  for (const [index, count] of histogram.cells.entries()) {
    const cell = histogram.firstCell + index;
    if (count > 0) yield { low: lowOf(cell), high: lowOf(cell + 1), count };
  }
}

/** Extends the kept cells to whole octaves around both of these. */
function cover(histogram: Histogram, lowest: number, highest: number): void {
  const { firstCell, cells } = histogram;
  const empty = cells.length === 0;
  const from = empty ? lowest : Math.min(lowest, firstCell);
  const to = empty ? highest : Math.max(highest, firstCell + cells.length - 1);
  const first = from - (from % CELLS_PER_OCTAVE);
  const larger = new Float64Array(to - (to % CELLS_PER_OCTAVE) + CELLS_PER_OCTAVE - first);
  if (!empty) larger.set(cells, firstCell - first);
  histogram.firstCell = first;
  histogram.cells = larger;
}
