import { type FieldType, fieldsOf, rootTypeOf } from '../cluster/api/schema/types.js';
import { parseFieldText, valueAt } from './field-path.js';

/** What a field of a manifest holds, in words: the API server's own message speaks of Go. */
export function wantedAt(object: object, field: string): string {
  const type = typeAt(object, field);
  switch (type?.form) {
    case 'list':
      return 'a list';
    case 'map':
      return 'a map';
    case 'scalar':
      return SCALARS[type.name] ?? 'text';
    default:
      return 'a map of fields';
  }
}

const INTEGER = 'an integer';

const SCALARS: { readonly [name: string]: string } = {
  bool: 'true or false',
  int: INTEGER,
  int32: INTEGER,
  int64: INTEGER,
  IntOrString: 'an integer or text',
};

/** A way out where the value is right but for its quotes; empty otherwise. */
export function retyped(object: object, field: string): string {
  const value = valueAt(object, parseFieldText(field));
  const wanted = wantedAt(object, field);
  const isPlain = typeof value === 'string' && value.length < MAXIMUM_RETYPED;
  if (wanted === INTEGER && isPlain && /^-?\d+$/.test(value)) return `write ${value} without quotes`;
  if (wanted === SCALARS['bool'] && isPlain && /^(?:true|false)$/.test(value)) return `write ${value} without quotes`;
  if (wanted === 'text' && (typeof value === 'number' || typeof value === 'boolean'))
    return `write "${value}" in quotes`;
  return '';
}

/** Longer values are no slips. */
const MAXIMUM_RETYPED = 20;

function typeAt(object: object, field: string): FieldType | undefined {
  const { kind, apiVersion } = object as { readonly kind?: unknown; readonly apiVersion?: unknown };
  const name = rootTypeOf(String(kind), String(apiVersion));
  // Kinds without a table of fields have metadata all the same.
  let type: FieldType | undefined = {
    form: 'struct',
    name: fieldsOf(name) === undefined ? 'PartialObjectMetadata' : name,
    goName: '',
  };
  for (const step of parseFieldText(field)) {
    if (type === undefined || type.form === 'scalar') return undefined;
    type = type.form === 'struct' ? fieldsOf(type.name)?.get(String(step))?.type : type.element;
  }
  return type;
}
