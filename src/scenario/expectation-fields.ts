import type { Kind } from '../cluster/api/kinds.js';
import { type FieldType, fieldsOf, rootTypeOf } from '../cluster/api/schema/types.js';
import { shown, suggestion } from './diagnostics.js';
import type { FigureValue } from './expectations.js';
import type { FieldPath } from './field-path.js';
import { mistake, type Word } from './shell-words.js';

/** Numbers of Go that JSON leaves out where they are 0. */
const NUMBERS: readonly string[] = ['int32', 'int64', 'int'];

/**
 * What a field is taken for where its object has none, as the API leaves out what is empty: a count of a status for 0, a
 * truth for false, else the empty text. Numbers of a spec are left out where nothing was asked for, which is not 0.
 */
export function absentValue(word: Word, kind: Kind, path: FieldPath): 0 | false | '' {
  const form = valueForm(word, kind, path);
  if (form === 'truth') return false;
  return path[0] === 'status' && form === 'number' ? 0 : '';
}

/** Refuses a value that the field never has: words for a number, say. Empty text asks for a field that is not there. */
export function checkFieldValue(word: Word, kind: Kind, path: FieldPath, value: FigureValue): void {
  const form = valueForm(word, kind, path);
  if (form === 'number' && typeof value !== 'number' && value !== '') {
    mistake(word, `${written(path)} is a number, got ${shown(word.text)}`);
  }
  if (form === 'truth' && typeof value !== 'boolean' && value !== '') {
    mistake(
      word,
      `${written(path)} is true or false, got ${shown(word.text)}`,
      suggestion(word.text, ['true', 'false']),
    );
  }
}

/** What values a field has; a path that no object of the kind can have is a mistake. */
function valueForm(word: Word, { kind, apiVersions }: Kind, path: FieldPath): 'number' | 'truth' | 'any' {
  let type: FieldType = { form: 'struct', name: rootTypeOf(kind, apiVersions[0]!), goName: kind };
  if (fieldsOf(type.name) === undefined) return 'any';
  for (const [index, step] of path.entries()) {
    if (type.form === 'map' && type.element.form === 'scalar' && index + 1 < path.length) {
      const meant = `${written(path.slice(0, index))}[${written(path.slice(index))}]`;
      mistake(word, `${written(path.slice(0, index + 1))} is a single value`, `a key with dots: write ${meant}`);
    }
    type = fieldType(word, type, path.slice(0, index), step);
  }
  if (type.form !== 'scalar') {
    const inside = type.form === 'struct' ? [...fieldsOf(type.name)!.keys()] : [];
    const hint = inside.length > 0 ? `known: ${inside.join(', ')}` : 'name one of its elements';
    mistake(word, `${written(path)} is no single value of a ${kind}`, hint);
  }
  if (type.name === 'bool') return 'truth';
  return NUMBERS.includes(type.name) ? 'number' : 'any';
}

function fieldType(word: Word, type: FieldType, before: FieldPath, step: string | number): FieldType {
  const what = before.length === 0 ? type.goName : written(before);
  switch (type.form) {
    case 'struct': {
      const fields = fieldsOf(type.name)!;
      const field = fields.get(String(step));
      if (field !== undefined) return field.type;
      return mistake(word, `${what} has no field ${shown(step)}`, suggestion(String(step), [...fields.keys()]));
    }
    case 'list':
      if (/^\d+$/.test(String(step))) return type.element;
      return elementType(word, type.element, what, String(step));
    case 'map':
      return type.element;
    case 'scalar':
      return mistake(word, `${what} is a single value: it has no field ${shown(step)}`);
  }
}

/** An element of a list is found by its number or, `[type=Ready]`, as the first with this value in a field. */
function elementType(word: Word, element: FieldType, what: string, step: string): FieldType {
  const fields = element.form === 'struct' ? fieldsOf(element.name)! : new Map<string, never>();
  const asked = elementAsked(step);
  if (asked !== undefined && fields.has(asked.field)) return element;
  if (asked !== undefined) {
    mistake(
      word,
      `elements of ${what} have no field ${shown(asked.field)}`,
      suggestion(asked.field, [...fields.keys()]),
    );
  }
  const key = ['type', 'name'].find((name) => fields.has(name));
  const hint = key === undefined ? '' : `an element by its ${key}: write ${what}[${key}=${step}]`;
  mistake(word, `${what} is a list: expected a number from 0, got ${shown(step)}`, hint);
}

/** Reads the step `FIELD=VALUE`. */
export function elementAsked(step: string | number): { readonly field: string; readonly value: string } | undefined {
  const match = /^([A-Za-z]+)=(.+)$/s.exec(String(step));
  return match === null ? undefined : { field: match[1]!, value: match[2]! };
}

function written(path: FieldPath): string {
  return path.join('.');
}
