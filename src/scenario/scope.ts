import type { Distribution } from '../kernel/distributions.js';
import { type DistributionError, parseDistribution } from '../kernel/distribution-syntax.js';
import { parseDuration } from '../kernel/duration.js';
import { DAY_US, type Micros } from '../kernel/time.js';
import { NANO, parseQuantity } from '../cluster/api/quantity.js';
import { type Diagnostic, type DiagnosticCode, meant, type Report, shown } from './diagnostics.js';
import { type FieldPath, fieldText } from './field-path.js';
import { MAXIMUM_DURATION_DAYS, MAXIMUM_WORD } from './limits.js';
import { lineText } from './text.js';
import type { Position } from './types.js';
import { keyPlaceAt, type Place, placeAt, type YamlDocument } from './yaml-places.js';

/** What the readers of fields work with: the document for positions, the report for what is wrong, other files. */
export interface Scope {
  readonly document: YamlDocument;
  readonly report: Report;
  /** Numbers of a CSV file beside the scenario, for `empirical(...)`; a text says what is wrong. */
  readonly findValues: (reference: string) => readonly number[] | string;
  /** Objects of the manifests as they are written, by their origin: what is said of a field of theirs stands there. */
  readonly written: Map<Position, Written>;
}

/** Where something is written: a document, and the way to it. */
interface Written {
  readonly document: YamlDocument;
  readonly path: FieldPath;
}

/** Reports an error at the value of a field (or, if it is missing, at its parent's key). `offset` is within its text. */
export function fail(
  scope: Scope,
  path: FieldPath,
  code: DiagnosticCode,
  message: string,
  hint = '',
  offset = 0,
  length?: number,
  severity: Diagnostic['severity'] = 'error',
): undefined {
  const place = placeAt(scope.document, path);
  const isPart = offset > 0 || length !== undefined;
  const shift = isPart ? writtenOffset(scope, place, offset) : 0;
  const end = length === undefined ? place.length : writtenOffset(scope, place, offset + length);
  const fits = shift < place.length;
  const shifted = {
    ...place,
    column: fits ? place.column + shift : place.column,
    length: fits ? Math.min(end, place.length) - shift : place.length,
  };
  push(scope, path, code, message, hint, shifted, severity);
  return undefined;
}

/** Where a character of a value stands as it is written: behind its quote, and behind backslashes that are no part of it. */
function writtenOffset({ document }: Scope, place: Place, offset: number): number {
  if (!place.quoted) return offset;
  const written = lineText(document.source, place.line).slice(place.column - 1);
  if (!written.startsWith('"')) return offset + 1;
  let at = 1;
  for (let read = 0; read < offset; read++) at += written[at] === '\\' ? 2 : 1;
  return at;
}

/** Reports an error at the key of a field. */
export function failAtKey(scope: Scope, path: FieldPath, code: DiagnosticCode, message: string, hint = ''): undefined {
  push(scope, path, code, message, hint, keyPlaceAt(scope.document, path));
  return undefined;
}

/** Warns of an object, at a field of it where that is known: what a command brings has the place of the command. */
export function warnAt(
  { report, written }: Scope,
  origin: Position,
  code: DiagnosticCode,
  message: string,
  field: FieldPath = [],
  hint = '',
): void {
  const at = written.get(origin);
  const { line, column, length } =
    at === undefined || field.length === 0 ? { ...origin, length: 1 } : placeAt(at.document, [...at.path, ...field]);
  report.diagnostics.push({
    code,
    severity: 'warning',
    path: origin.file,
    line,
    column,
    length,
    field: '',
    message,
    hint,
  });
}

/** Warns at the key of a field. */
export function warnAtKey(scope: Scope, path: FieldPath, code: DiagnosticCode, message: string, hint = ''): undefined {
  push(scope, path, code, message, hint, keyPlaceAt(scope.document, path), 'warning');
  return undefined;
}

function push(
  scope: Scope,
  path: FieldPath,
  code: DiagnosticCode,
  message: string,
  hint: string,
  place: Place,
  severity: Diagnostic['severity'] = 'error',
): void {
  const field = fieldText(path);
  scope.report.diagnostics.push({
    code,
    severity,
    path: scope.document.source.file,
    line: place.line,
    column: place.column,
    length: place.length,
    field,
    message,
    hint,
  });
}

export function positionOf(scope: Scope, path: FieldPath): Position {
  const { line, column } = placeAt(scope.document, path);
  return { file: scope.document.source.file, line, column };
}

export function readDuration(scope: Scope, path: FieldPath, text: string): Micros | undefined {
  const us = parseDuration(text.trim());
  const hint = /^\d+(?:\.\d+)?$/.test(text.trim()) ? `a unit is missing: did you mean "${text.trim()}s"?` : '';
  if (us === undefined) {
    return fail(
      scope,
      path,
      'invalid-duration',
      `expected a duration such as "1.5s" or "5m", got ${shown(text)}`,
      hint,
    );
  }
  if (us > MAXIMUM_DURATION_DAYS * DAY_US) {
    return fail(scope, path, 'limit', `${shown(text)} is longer than the limit of ${MAXIMUM_DURATION_DAYS} days`);
  }
  return us;
}

/** A duration or a distribution of durations, in microseconds. */
export function readDistribution(scope: Scope, path: FieldPath, text: string): Distribution | undefined {
  const { distribution, error } = parseDistribution(text, parseDuration, scope.findValues);
  if (error === undefined) return distribution;
  return failDistribution(scope, path, error);
}

export function failDistribution(
  scope: Scope,
  path: FieldPath,
  { message, offset, unknown, known }: DistributionError,
): undefined {
  return fail(scope, path, 'invalid-distribution', message, meant(unknown, known), offset, Math.max(1, unknown.length));
}

const DECIMAL_BYTES: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 1024],
  ['MiB', 1024 * 1024],
  ['GiB', 1024 * 1024 * 1024],
  ['TiB', 1024 * 1024 * 1024 * 1024],
]);

/** A size in bytes, as people write it (`120MiB`) or as Kubernetes does (`120Mi`). */
export function readBytes(scope: Scope, path: FieldPath, text: string | number): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?i?B)\s*$/.exec(String(text));
  const factor = match === null ? undefined : DECIMAL_BYTES.get(match[2]!);
  if (factor !== undefined) return Math.round(Number(match![1]) * factor);
  return readQuantity(scope, path, text, 'bytes');
}

/** A Kubernetes quantity, in whole units (rounded up) or thousandths. Negative ones are refused. */
export function readQuantity(
  scope: Scope,
  path: FieldPath,
  text: string | number,
  unit: 'bytes' | 'milli' | 'count',
): number | undefined {
  const example = unit === 'milli' ? '"500m" or "4"' : unit === 'bytes' ? '"16Gi" or "64Mi"' : '"1"';
  const result = parseQuantity(String(text).length > MAXIMUM_WORD ? '' : text);
  if (!result.ok) {
    return fail(scope, path, 'invalid-quantity', `expected a quantity such as ${example}, got ${shown(text)}`);
  }
  const { nano } = result.quantity;
  if (nano < 0n) return fail(scope, path, 'value', `must be greater than or equal to 0, got ${shown(text)}`);
  const scale = unit === 'milli' ? NANO / 1000n : NANO;
  const value = Number((nano + scale - 1n) / scale);
  if (!Number.isSafeInteger(value)) return fail(scope, path, 'limit', `${shown(text)} is too large`);
  return value;
}

/** The share that so many percent are: `99.9` is the double nearest to 0.999, which 99.9 / 100 is not. */
export function percent(digits: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(digits) ? Number(`${digits}e-2`) : undefined;
}

/** A share between 0 and 1, as a number or in percent. */
export function readShare(scope: Scope, path: FieldPath, value: string | number): number | undefined {
  const text = String(value).trim();
  const number = text.endsWith('%')
    ? percent(text.slice(0, -1))
    : /^\d+(?:\.\d+)?(?:e-\d+)?$/.test(text)
      ? Number(text)
      : NaN;
  if (number !== undefined && number >= 0 && number <= 1) return number;
  return fail(scope, path, 'value', `expected a share between 0 and 1 such as "5%" or 0.05, got ${shown(value)}`);
}

const PER_SECOND: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['min', 60],
  ['h', 3_600],
  ['d', 86_400],
]);

/** Most requests a second of one source: more would be days of computing, and is a typing mistake. */
const MAXIMUM_RATE = 10_000_000;

/** `200/s`, `12000/m`, or a plain number a second; in requests a second. Undefined if the text is none. */
export function parseRate(value: string | number): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:\/\s*(s|min|m|h|d))?\s*$/.exec(String(value));
  if (match === null) return undefined;
  return Number(match[1]) / PER_SECOND.get(match[2] ?? 's')!;
}

export function readRate(scope: Scope, path: FieldPath, value: string | number): number | undefined {
  const perSecond = parseRate(value);
  if (perSecond === undefined)
    return fail(scope, path, 'value', `expected a rate such as "200/s", got ${shown(value)}`);
  if (perSecond <= MAXIMUM_RATE) return perSecond;
  return fail(scope, path, 'limit', `${shown(value)} is more than the limit of ${MAXIMUM_RATE}/s`);
}

/** Names that would be found on every object: unusable as keys of maps. */
export function isUsableName(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(name) && !(name in {});
}

/** Checks the names of a map's entries; false after a report. */
export function checkName(scope: Scope, path: FieldPath, what: string): boolean {
  const name = String(path.at(-1));
  if (isUsableName(name)) return true;
  failAtKey(scope, path, 'value', `${what} is named with letters, digits, "-", "_" and ".", got ${shown(name)}`);
  return false;
}
