import { distance } from 'fastest-levenshtein';
import type { QuantityText } from '../objects/meta.js';
import { ERROR_FORMAT, formatQuantity, parseQuantity } from '../quantity.js';
import { type FieldType, fieldsOf, shortName } from './types.js';

/** One fault found while a manifest is read. */
export interface DecodeIssue {
  /** Where: `spec.template.spec.containers[0].image`, or `spec...requests[cpu]` inside maps. */
  readonly path: string;
  readonly code: 'unknown-field' | 'wrong-type' | 'invalid-value' | 'unknown-kind' | 'missing-field';
  /** In the API server's words, where it has any. */
  readonly message: string;
  readonly hint?: string;
  /** The API server stops reading here, so that this fault is the one it tells. */
  readonly isFatal?: true;
}

interface Place {
  readonly path: string;
  /** The innermost Go struct and the path without indexes, as Go's messages name them. */
  readonly struct: string;
  readonly goPath: string;
  readonly form: DecodedForm;
}

/** `stored`: an object of the store, where points in time are numbers; `written`: one that somebody writes. */
export type DecodedForm = 'stored' | 'written';

const INT32_MAX = 2147483647;
/** Beyond this a number in JSON is no longer exact in ours; Kubernetes' int64 fields hold nothing like it. */
const EXACT_MAX = Number.MAX_SAFE_INTEGER;

/**
 * Reads a plain value by the fields of a type: drops nulls, writes quantities in their canonical form and reports unknown fields and
 * wrong types, all of them, in order of the document.
 */
export function decodeStruct(
  typeName: string,
  value: Readonly<Record<string, unknown>>,
  path: string,
  issues: DecodeIssue[],
  form: DecodedForm = 'written',
): Record<string, unknown> {
  return readStruct(typeName, value, { path, struct: shortName(typeName), goPath: '', form }, issues);
}

function readStruct(
  typeName: string,
  value: Readonly<Record<string, unknown>>,
  place: Place,
  issues: DecodeIssue[],
): Record<string, unknown> {
  const fields = fieldsOf(typeName)!;
  const out: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const path = join(place.path, name);
    const field = fields.get(name);
    if (field === undefined) {
      issues.push({ path, code: 'unknown-field', message: `unknown field "${path}"`, ...nearField(name, fields) });
      continue;
    }
    if (item === null || item === undefined) continue;
    const goPath = [place.goPath, ...field.embedded, name].filter((part) => part !== '').join('.');
    const read = readValue(field.type, item, { path, struct: shortName(typeName), goPath, form: place.form }, issues);
    if (read !== undefined) out[name] = read;
  }
  return out;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Edits that a slip of the pen may take, as a share of the name; names longer than any field are no slips. */
const LIKELY_SLIP = 0.4;
const LONGEST_NAME = 100;

/** The field that was most likely meant: `replcas` -> `replicas`. */
function nearField(name: string, fields: ReadonlyMap<string, unknown>): { hint?: string } {
  if (name.length > LONGEST_NAME) return {};
  let near: string | undefined;
  let fewest = Math.max(1, name.length * LIKELY_SLIP) + 0.5;
  for (const field of fields.keys()) {
    const edits = distance(name.toLowerCase(), field.toLowerCase());
    if (edits >= fewest) continue;
    near = field;
    fewest = edits;
  }
  return near === undefined ? {} : { hint: `did you mean "${near}"?` };
}

function readValue(type: FieldType, value: unknown, place: Place, issues: DecodeIssue[]): unknown {
  switch (type.form) {
    case 'struct':
      if (isRecord(value)) return readStruct(type.name, value, place, issues);
      break;
    case 'list':
      if (Array.isArray(value)) return readList(type.element, value, place, issues);
      break;
    case 'map':
      if (isRecord(value)) return readMap(type.element, value, place, issues);
      break;
    case 'scalar':
      return readScalar(type, value, place, issues);
  }
  issues.push(wrongType(jsonTypeOf(value), type.goName, place));
  return undefined;
}

function readList(element: FieldType, list: readonly unknown[], place: Place, issues: DecodeIssue[]): unknown[] {
  return list.map((item, i) => {
    const at = { ...place, path: `${place.path}[${i}]` };
    if (item === null) return zeroOf(element);
    return readValue(element, item, at, issues) ?? {};
  });
}

/** What Go's decoder makes of a null among values: the zero value of their type. */
function zeroOf(type: FieldType): unknown {
  if (type.form === 'list') return [];
  if (type.form !== 'scalar') return {};
  switch (type.name) {
    case 'Quantity':
      return '0';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'int':
    case 'IntOrString':
      return 0;
    default:
      return '';
  }
}

function readMap(
  element: FieldType,
  map: Readonly<Record<string, unknown>>,
  place: Place,
  issues: DecodeIssue[],
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(map)) {
    const at = { ...place, path: `${place.path}[${key}]` };
    const read = item === null ? zeroOf(element) : readValue(element, item, at, issues);
    if (read !== undefined) entries.push([key, read]);
  }
  return Object.fromEntries(entries);
}

function readScalar(
  type: Extract<FieldType, { form: 'scalar' }>,
  value: unknown,
  place: Place,
  issues: DecodeIssue[],
): unknown {
  const isTime = type.name === 'Time' || type.name === 'MicroTime';
  switch (type.name) {
    case 'any':
      return value;
    case 'bool':
      if (typeof value === 'boolean') return value;
      break;
    case 'int32':
    case 'int64':
    case 'int':
      return readInteger(type.name, value, place, issues);
    case 'IntOrString':
      return typeof value === 'string' ? value : readIntOrString(value, place, issues);
    case 'Quantity':
      return readQuantity(value, place, issues);
    default:
      // Text of all sorts: names, times, bytes in base64.
      if (typeof value === 'string') return value;
      if (place.form === 'stored' && typeof value === 'number' && isTime) return value;
  }
  const goName = isTime || type.name === 'Duration' ? 'string' : type.goName;
  issues.push(wrongType(jsonTypeOf(value), goName === 'bytes' ? '[]uint8' : goName, place));
  return undefined;
}

function readInteger(goName: string, value: unknown, place: Place, issues: DecodeIssue[]): unknown {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    issues.push(wrongType(jsonTypeOf(value), goName, place));
    return undefined;
  }
  const limit = goName === 'int32' ? INT32_MAX : EXACT_MAX;
  const isInside = Number(value) <= limit && Number(value) >= -limit - 1;
  if (isInside && Number.isInteger(Number(value))) return Number(value) + 0;
  const shown = Number.isNaN(value) ? 'NaN' : String(value);
  issues.push({ ...wrongType(`number ${shown}`, goName, place), ...integerHint(value, goName) });
  return undefined;
}

function readIntOrString(value: unknown, place: Place, issues: DecodeIssue[]): unknown {
  const faults: DecodeIssue[] = [];
  const integer = readInteger('int32', value, place, faults);
  issues.push(...faults.map((fault) => ({ ...fault, isFatal: true as const })));
  return integer;
}

function integerHint(value: number | bigint, goName: string): { hint: string } {
  if (goName === 'int32' && (typeof value === 'bigint' || Number.isInteger(value))) {
    return { hint: `out of the range of int32, at most ${INT32_MAX}` };
  }
  return { hint: 'an integer is needed' };
}

function readQuantity(value: unknown, place: Place, issues: DecodeIssue[]): unknown {
  const result = typeof value === 'string' || typeof value === 'number' ? parseQuantity(trimmed(value)) : undefined;
  if (result?.ok === true) return formatQuantity(result.quantity);
  const message = result === undefined ? ERROR_FORMAT : result.error;
  const hint = 'write a number such as 500m, 2 or 1.5Gi';
  issues.push({ path: place.path, code: 'invalid-value', message, hint, isFatal: true });
  return undefined;
}

function trimmed(value: QuantityText): QuantityText {
  return typeof value === 'string' ? value.trim() : value;
}

function wrongType(found: string, goName: string, place: Place): DecodeIssue {
  const message = `json: cannot unmarshal ${found} into Go struct field ${place.struct}.${place.goPath} of type ${goName}`;
  return { path: place.path, code: 'wrong-type', message };
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
