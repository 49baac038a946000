import { DAY_US, HOUR_US, type Micros, MINUTE_US, SECOND_US } from '../kernel/time.js';
import { type CsvRow, type CsvTable, cellColumn, csvError, readCsv } from './csv.js';
import { nearest, type Report, shown } from './diagnostics.js';
import type { SourceText } from './text.js';
import type { RatePoint } from './types.js';

/** A kind of CSV trace: which columns it needs and what must hold in them. */
interface TraceFormat {
  readonly name: string;
  readonly required: readonly string[];
  /** Columns of numbers that are 0 or more; empty cells are fine in columns that are not required. */
  readonly numbers: readonly string[];
  /** Pairs of columns of which the first must not be after the second. */
  readonly ordered: readonly (readonly [string, string])[];
}

/** Source: github.com/alibaba/clusterdata, cluster-trace-gpu-v2023. */
const FORMATS: readonly TraceFormat[] = [
  {
    name: 'list of pods',
    required: ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli'],
    numbers: ['cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli', 'creation_time', 'deletion_time', 'scheduled_time'],
    ordered: [
      ['creation_time', 'deletion_time'],
      ['creation_time', 'scheduled_time'],
      ['scheduled_time', 'deletion_time'],
    ],
  },
  {
    name: 'list of nodes',
    required: ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model'],
    numbers: ['cpu_milli', 'memory_mib', 'gpu'],
    ordered: [],
  },
];

/** Names of a time column with the unit of plain numbers in it; text in it is read as a UTC date and time. */
const TIME_COLUMNS: ReadonlyMap<string, Micros> = new Map([
  ['time', SECOND_US],
  ['time_s', SECOND_US],
  ['seconds', SECOND_US],
  ['second', SECOND_US],
  ['minute', MINUTE_US],
  ['hour', HOUR_US],
  ['day', DAY_US],
  ['timestamp', SECOND_US],
  ['period_utc', SECOND_US],
]);

/** Names of a value column: a rate a second, or a count until the next row. */
const VALUE_COLUMNS: ReadonlyMap<string, 'rate' | 'count'> = new Map([
  ['rate', 'rate'],
  ['rps', 'rate'],
  ['rate_per_s', 'rate'],
  ['value', 'rate'],
  ['requests', 'count'],
  ['count', 'count'],
  ['pageviews', 'count'],
  ['invocations', 'count'],
]);

/** Checks a CSV trace of any kind that is known; what is wrong goes to the report. Gives back the number of rows. */
export function checkTrace(source: SourceText, report: Report): number {
  const table = readTable(source, report);
  if (table !== undefined) checkTable(table, report);
  return table?.rows.length ?? 0;
}

function checkTable(table: CsvTable, report: Report): void {
  const { source } = table;
  if (isRateTable(table)) {
    rateRows(table, report);
    return;
  }
  const format = nearestFormat(table.header);
  if (format === undefined) {
    const columns = table.header.slice(0, 10).map((column) => shown(column));
    const known = ['time,rate', 'time,requests', ...FORMATS.map(({ required }) => required.join(','))];
    const message = `unknown kind of trace with columns ${columns.join(', ')}`;
    csvError(source, report, 1, 1, '', message, `known: ${known.join('; ')}`);
    return;
  }
  checkRows(table, format, report);
}

/**
 * The rates of a CSV trace, from its first row on: a time column (`time_s`, `second`, `minute`, `hour`, `day`, or dates
 * in `timestamp`) and a rate a second (`rate`, `rps`, `value`) or a count until the next row (`requests`, `count`).
 */
export function readRateTrace(source: SourceText, report: Report): readonly RatePoint[] | undefined {
  const table = readTable(source, report);
  if (table === undefined) return undefined;
  if (isRateTable(table)) return rateRows(table, report);
  const known = `${[...TIME_COLUMNS.keys()].join(', ')} and ${[...VALUE_COLUMNS.keys()].join(', ')}`;
  const near = table.header.map((column) => nearest(column, [...TIME_COLUMNS.keys(), ...VALUE_COLUMNS.keys()]));
  const hint = near.some((word) => word !== undefined) ? `did you mean ${near.join(',')}?` : `known columns: ${known}`;
  csvError(source, report, 1, 1, '', 'a trace of rates needs a column of times and a column of rates or counts', hint);
  return undefined;
}

/** All numbers of a file with one number a line, or of the only (or `value`) column of a CSV file. */
export function readNumbers(source: SourceText, report: Report): readonly number[] {
  const table = readCsv(source, report);
  if (table === undefined) return [];
  const first = table.header.length === 1 && isNumber(table.header[0]!) ? [Number(table.header[0])] : [];
  const column = table.header.length === 1 ? 0 : table.header.indexOf('value');
  if (column < 0) {
    csvError(source, report, 1, 1, 'value', 'expected one column of numbers, or a column named "value"');
    return [];
  }
  return [...first, ...table.rows.flatMap((row) => readNumber(table, row, column, report) ?? [])];
}

function readTable(source: SourceText, report: Report): CsvTable | undefined {
  const before = report.diagnostics.length;
  const table = readCsv(source, report);
  if (table === undefined) {
    if (report.diagnostics.length === before) emptyFile(source, report, 'file is empty');
    return undefined;
  }
  for (const [index, column] of table.header.entries()) {
    if (table.header.indexOf(column) < index) {
      csvError(source, report, 1, cellColumn(source, 1, index), column, `duplicate column ${shown(column)}`);
    }
  }
  const isSound = report.diagnostics.length === before;
  if (table.rows.length === 0 && isSound) emptyFile(source, report, 'file has a header and no rows: it is empty');
  return table;
}

function emptyFile(source: SourceText, report: Report, message: string): void {
  const at = { path: source.file, line: 1, column: 1, length: 1, field: '' };
  report.diagnostics.push({ code: 'empty', severity: 'error', ...at, message, hint: '' });
}

function isRateTable({ header }: CsvTable): boolean {
  return header.some((column) => TIME_COLUMNS.has(column)) && header.some((column) => VALUE_COLUMNS.has(column));
}

function nearestFormat(header: readonly string[]): TraceFormat | undefined {
  const shareOf = (format: TraceFormat): number =>
    format.required.filter((column) => header.includes(column)).length / format.required.length;
  const best = FORMATS.toSorted((a, b) => shareOf(b) - shareOf(a))[0]!;
  return shareOf(best) >= 0.5 ? best : undefined;
}

function checkRows(table: CsvTable, format: TraceFormat, report: Report): void {
  const { source, header } = table;
  const missing = format.required.filter((column) => !header.includes(column));
  for (const column of missing) {
    const near = nearest(
      column,
      header.filter((name) => !format.required.includes(name)),
    );
    const hint = near === undefined ? '' : `is ${shown(near)} meant?`;
    csvError(source, report, 1, 1, column, `missing column "${column}" of a ${format.name}`, hint);
  }
  if (missing.length > 0) return;
  const numeric = format.numbers.filter((column) => header.includes(column));
  for (const row of table.rows) {
    const values = new Map<string, number>();
    for (const column of numeric) {
      const index = header.indexOf(column);
      if (row.cells[index]!.trim() === '' && !format.required.includes(column)) continue;
      const value = readNumber(table, row, index, report);
      if (value !== undefined) values.set(column, value);
    }
    for (const [earlier, later] of format.ordered) {
      const [from, until] = [values.get(earlier), values.get(later)];
      if (from === undefined || until === undefined || from <= until) continue;
      const column = cellColumn(source, row.line, header.indexOf(later));
      if (!csvError(source, report, row.line, column, later, `${later} ${until} is before ${earlier} ${from}`)) return;
    }
  }
}

function rateRows(table: CsvTable, report: Report): readonly RatePoint[] | undefined {
  const { header, source } = table;
  const timeIndex = header.findIndex((column) => TIME_COLUMNS.has(column));
  const valueIndex = header.findIndex((column) => VALUE_COLUMNS.has(column));
  const isCount = VALUE_COLUMNS.get(header[valueIndex]!) === 'count';
  const unitUs = TIME_COLUMNS.get(header[timeIndex]!)!;
  const before = report.diagnostics.length;
  const points: RatePoint[] = [];
  for (const row of table.rows) {
    const atUs = readTime(table, row, timeIndex, unitUs, report);
    const value = readNumber(table, row, valueIndex, report);
    const last = points.at(-1);
    if (atUs !== undefined && last !== undefined && atUs <= last.atUs) {
      const column = cellColumn(source, row.line, timeIndex);
      csvError(source, report, row.line, column, header[timeIndex]!, 'time is not after the row before');
    }
    if (atUs !== undefined && value !== undefined) points.push({ atUs, perSecond: value });
    if (report.diagnostics.length - before > 100) break;
  }
  if (report.diagnostics.length > before || points.length === 0) return undefined;
  const start = points[0]!.atUs;
  return points.map((point, index) => {
    const nextUs = points[index + 1]?.atUs ?? point.atUs + lastStepUs(points, unitUs);
    const seconds = (nextUs - point.atUs) / SECOND_US;
    return { atUs: point.atUs - start, perSecond: isCount ? point.perSecond / seconds : point.perSecond };
  });
}

/** The last row lasts as long as the one before. */
function lastStepUs(points: readonly RatePoint[], unitUs: Micros): Micros {
  return points.length > 1 ? points.at(-1)!.atUs - points.at(-2)!.atUs : unitUs;
}

function isNumber(text: string): boolean {
  return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(text);
}

function readNumber(table: CsvTable, row: CsvRow, index: number, report: Report): number | undefined {
  const cell = row.cells[index]!;
  const value = isNumber(cell) ? Number(cell) : NaN;
  if (value >= 0 && value < Infinity) return value;
  const name = table.header[index]!;
  const message =
    value < 0 ? `${name} is negative: ${shown(cell)}` : `expected a number as ${name}, got ${shown(cell)}`;
  csvError(table.source, report, row.line, cellColumn(table.source, row.line, index), name, message);
  return undefined;
}

function readTime(table: CsvTable, row: CsvRow, index: number, unitUs: Micros, report: Report): Micros | undefined {
  const cell = row.cells[index]!.trim();
  const us = isNumber(cell) ? Math.round(Number(cell) * unitUs) : parseDateUs(cell);
  if (us !== undefined && us >= 0 && Number.isSafeInteger(us)) return us;
  const name = table.header[index]!;
  const message = `expected a time such as 60 or 2026-01-31 12:00:00, got ${shown(cell)}`;
  csvError(table.source, report, row.line, cellColumn(table.source, row.line, index), name, message);
  return undefined;
}

/** UTC date and time as microseconds since 1970; plain arithmetic, the model knows no calendar. */
function parseDateUs(text: string): Micros | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z?)?$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31 || hour! > 23 || minute! > 59 || second! > 60)
    return undefined;
  const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * SECOND_US);
  return (
    daysSince1970(year!, month!, day!) * DAY_US + hour! * HOUR_US + minute! * MINUTE_US + second! * SECOND_US + fraction
  );
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar (years counted from March, so that leap days come last). */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
