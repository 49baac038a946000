/**
 * One fault of one field, worded as the API server words it.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go.
 */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany';

export interface FieldError {
  /** Path of the field, for example `spec.containers[0].resources.requests[cpu]`. */
  readonly field: string;
  readonly type: FieldErrorType;
  /** The value as it is shown: already in Go's notation. Undefined where the type shows none. */
  readonly badValue?: string;
  readonly detail: string;
}

const WORDS: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
};

/** The message without the field's path: `Invalid value: -1: must be greater than or equal to 0`. */
export function errorBody(error: FieldError): string {
  const value = error.badValue === undefined ? '' : `: ${error.badValue}`;
  const detail = error.detail === '' ? '' : `: ${error.detail}`;
  return `${WORDS[error.type]}${value}${detail}`;
}

export function errorText(error: FieldError): string {
  return `${error.field}: ${errorBody(error)}`;
}

/** Text in double quotes, as Go's %q writes it. */
export function goQuote(text: string): string {
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (character === '"' || character === '\\') out += `\\${character}`;
    else if (character === '\n') out += '\\n';
    else if (character === '\t') out += '\\t';
    else if (character === '\r') out += '\\r';
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += character;
  }
  return `${out}"`;
}

/** JSON as Go's encoding/json writes it: keys of maps sorted is up to the caller, `<`, `>` and `&` escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(value ?? null)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026');
}

function shown(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return goJson(value);
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { field, type: 'FieldValueInvalid', badValue: shown(value), detail };
}

export function required(field: string, detail = ''): FieldError {
  return { field, type: 'FieldValueRequired', detail };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { field, type: 'FieldValueDuplicate', badValue: shown(value), detail: '' };
}

export function notFound(field: string, value: unknown): FieldError {
  return { field, type: 'FieldValueNotFound', badValue: shown(value), detail: '' };
}

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`;
  return { field, type: 'FieldValueNotSupported', badValue: shown(value), detail };
}

export function forbidden(field: string, detail: string): FieldError {
  return { field, type: 'FieldValueForbidden', detail };
}

/** `limit`: most bytes allowed; a negative one is not named. */
export function tooLong(field: string, limit: number): FieldError {
  const detail = limit < 0 ? 'value is too long' : `may not be more than ${limit} ${limit === 1 ? 'byte' : 'bytes'}`;
  return { field, type: 'FieldValueTooLong', detail };
}

export function tooMany(field: string, items: number, limit: number): FieldError {
  const detail = `must have at most ${limit} ${limit === 1 ? 'item' : 'items'}`;
  return { field, type: 'FieldValueTooMany', badValue: String(items), detail };
}

/** Several errors as one text: duplicates are left out, more than one is put in brackets. Source: util/errors Aggregate. */
export function aggregateText(messages: readonly string[]): string {
  const unique = [...new Set(messages)];
  return unique.length === 1 ? unique[0]! : `[${unique.join(', ')}]`;
}

/** The API server's whole answer 422 for an object: `Deployment.apps "web" is invalid: ...`. */
export function invalidMessage(kind: string, group: string, name: string, errors: readonly FieldError[]): string {
  const qualified = group === '' ? kind : `${kind}.${group}`;
  return `${qualified} ${goQuote(name)} is invalid: ${aggregateText(errors.map(errorText))}`;
}
