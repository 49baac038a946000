import { CORE_TYPES } from './core-types.js';
import { GROUP_TYPES } from './group-types.js';
import { META_TYPES } from './meta-types.js';
import { RESOURCE_TYPES } from './resource-types.js';

/**
 * Reads the tables of types. A line lists `field:type` pairs; `...Type` takes in the fields of an embedded type. A type is a
 * word of Go (`string`, `int32`, `int64`, `bool`), one of our own words (`Quantity`, `IntOrString`, `Time`, `MicroTime`,
 * `Duration`, `bytes`, `any`), a name of another line, `$Name` for a named kind of string, `[]type` for a list or `map:type` for a map
 * with text keys (`map:type$Name` if Go names it). A prefix (`v2.`) tells types of one name apart.
 */
export interface TypeField {
  readonly type: FieldType;
  /** Names of the embedded types on the way to the field: Go's messages mention them. */
  readonly embedded: readonly string[];
}

export type FieldType =
  | { readonly form: 'scalar'; readonly name: string; readonly goName: string }
  | { readonly form: 'list'; readonly element: FieldType; readonly goName: string }
  | { readonly form: 'map'; readonly element: FieldType; readonly goName: string }
  | { readonly form: 'struct'; readonly name: string; readonly goName: string };

const cache = new Map<string, ReadonlyMap<string, TypeField>>();

/** The fields of a struct type by name, undefined for a name that has no line. */
export function fieldsOf(typeName: string): ReadonlyMap<string, TypeField> | undefined {
  const known = cache.get(typeName);
  if (known !== undefined) return known;
  const line = lineOf(typeName);
  if (line === undefined) return undefined;
  const fields = new Map<string, TypeField>();
  for (const word of line.split(' ')) {
    if (word.startsWith('...')) {
      const name = word.slice(3);
      for (const [field, inner] of fieldsOf(name) ?? []) {
        fields.set(field, { type: inner.type, embedded: [shortName(name), ...inner.embedded] });
      }
    } else {
      const colon = word.indexOf(':');
      fields.set(word.slice(0, colon), { type: parseType(word.slice(colon + 1)), embedded: [] });
    }
  }
  cache.set(typeName, fields);
  return fields;
}

function lineOf(name: string): string | undefined {
  for (const table of [CORE_TYPES, GROUP_TYPES, RESOURCE_TYPES, META_TYPES]) {
    if (Object.hasOwn(table, name)) return table[name];
  }
  return undefined;
}

/** The line of the type that a kind's objects have. Claims of resources are no namesakes of those that containers name. */
export function rootTypeOf(kind: string, apiVersion: string): string {
  if (apiVersion === 'autoscaling/v2') return `v2.${kind}`;
  return apiVersion.startsWith('resource.k8s.io/') ? `resource.${kind}` : kind;
}

export function shortName(typeName: string): string {
  return typeName.slice(typeName.lastIndexOf('.') + 1);
}

function parseType(word: string): FieldType {
  if (word.startsWith('[]')) {
    const element = parseType(word.slice(2));
    return { form: 'list', element, goName: `[]${element.goName}` };
  }
  if (word.startsWith('map:')) {
    const [inner, named] = splitName(word.slice('map:'.length));
    const element = parseType(inner);
    return { form: 'map', element, goName: named === undefined ? `map[string]${element.goName}` : `v1.${named}` };
  }
  if (word.startsWith('$')) {
    const name = word.slice(1);
    return { form: 'scalar', name: 'string', goName: name.includes('.') ? name : `v1.${name}` };
  }
  if (lineOf(word) !== undefined) {
    return { form: 'struct', name: word, goName: word.startsWith('v2.') ? word : `v1.${shortName(word)}` };
  }
  return { form: 'scalar', name: word, goName: word };
}

function splitName(word: string): [string, string | undefined] {
  const dollar = word.indexOf('$', 1);
  return dollar < 0 ? [word, undefined] : [word.slice(0, dollar), word.slice(dollar + 1)];
}
