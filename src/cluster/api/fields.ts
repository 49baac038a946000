import { withFields } from '../../kernel/with-fields.js';
/** Objects as they were read: names to values of whatever sort. For code that works on fields that our types do not all name. */
export type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = {};

/** The value as fields, none if it is not an object. */
export function fieldsIn(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : NONE;
}

/** The value as a list of objects, empty if it is not a list. */
export function listIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsIn) : [];
}

export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** Values that Go's types cannot tell from a field that was left out. */
export function isZero(value: unknown): boolean {
  return value === undefined || value === '' || value === 0 || value === false;
}

/** The fields with those of `defaults` that are missing. */
export function withMissing(fields: Fields, defaults: Fields): Fields {
  return withFields(defaults, fields);
}

/** The fields with those of `defaults` that are missing or have Go's zero value. */
export function withZeros(fields: Fields, defaults: Fields): Fields {
  const filled: Record<string, unknown> = Object.assign({}, fields);
  for (const [name, value] of Object.entries(defaults)) {
    if (isZero(filled[name])) filled[name] = value;
  }
  return filled;
}

/** The fields with one of them, where it is given, replaced by what a function makes of it. */
export function mapField(fields: Fields, name: string, change: (value: Fields) => Fields): Fields {
  return fields[name] === undefined ? fields : withFields(fields, { [name]: change(fieldsIn(fields[name])) });
}

/** As `mapField`, for each item of a list. */
export function mapList(fields: Fields, name: string, change: (item: Fields) => Fields): Fields {
  return fields[name] === undefined ? fields : withFields(fields, { [name]: listIn(fields[name]).map(change) });
}
