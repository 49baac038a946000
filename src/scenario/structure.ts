import type { z } from 'zod';
import { type Diagnostic, meant, shown, suggestion } from './diagnostics.js';
import { type FieldPath, fieldText, valueAt } from './field-path.js';
import { fail, failAtKey, type Scope } from './scope.js';

type Issue = z.core.$ZodIssue;

/** Between a message and its hint in the texts that zod carries for us. */
const HINT = '\n';

/** Checks a value against a schema; what is wrong is reported under `path`. Undefined if anything is. */
export function checked<S extends z.ZodType>(
  scope: Scope,
  schema: S,
  value: unknown,
  path: FieldPath,
): z.output<S> | undefined {
  const result = schema.safeParse(value, { error: unknownFieldMessage });
  if (result.success) return result.data;
  const { issues } = result.error;
  const misspelt = new Set(issues.flatMap(meantFields));
  // That it is missing was told where it is misspelt.
  const isTold = (issue: Issue): boolean => misspelt.has(fieldText(issue.path as FieldPath));
  for (const issue of issues) if (!isTold(issue)) reportIssue(scope, issue, value, path);
  return undefined;
}

/** The fields that are meant by names which are not known. */
function meantFields(issue: Issue): string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  return [...issue.message.matchAll(/did you mean "(.*)"\?/g)].map(([, name]) =>
    fieldText([...(issue.path as FieldPath), name!]),
  );
}

/** Faults of a value that has the right type: whoever reads it is not surprised. */
const OF_RANGE: readonly string[] = ['too_small', 'too_big', 'invalid_value'];

/** A value without what has no place in its schema, so that the rest is looked at, too; undefined if that is not enough. */
export function salvaged<S extends z.ZodType>(schema: S, value: unknown): z.output<S> | undefined {
  const left = structuredClone(value);
  for (;;) {
    const issues = (schema.safeParse(left).error?.issues ?? []).filter(({ code }) => !OF_RANGE.includes(code));
    if (issues.length === 0) return left as z.output<S>;
    for (const issue of issues) {
      const path = issue.path as FieldPath;
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : undefined;
      const isMissing = valueAt(left, path) === undefined;
      const wrong = keys?.map((key) => [...path, key]) ?? [isMissing ? path.slice(0, -1) : path];
      if (!wrong.every((one) => remove(left, one))) return undefined;
    }
  }
}

/** Takes out a field; of a list the whole, so that no element moves. False: all would have to go. */
function remove(root: unknown, path: FieldPath): boolean {
  if (path.length === 0) return false;
  const holder = valueAt(root, path.slice(0, -1));
  if (Array.isArray(holder)) return remove(root, path.slice(0, -1));
  if (typeof holder === 'object' && holder !== null) delete (holder as Record<string, unknown>)[path.at(-1)!];
  return true;
}

function unknownFieldMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const shape = (issue.inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape ?? {};
  const keys = Object.keys(shape);
  return issue.keys.map((key) => suggestion(key, keys)).join(HINT);
}

function reportIssue(scope: Scope, issue: Issue, root: unknown, base: FieldPath): void {
  const inner = issue.path as FieldPath;
  const path = [...base, ...inner];
  const value = valueAt(root, inner);
  if (issue.code === 'unrecognized_keys') {
    const hints = issue.message.split(HINT);
    for (const [index, key] of issue.keys.entries()) {
      const hint = key.endsWith(')') ? 'a text with a comma must be quoted inside { }' : (hints[index] ?? '');
      failAtKey(scope, [...path, key], 'unknown-field', `unknown field ${shown(key)}`, hint);
    }
    return;
  }
  if (value === undefined) {
    const name = path.at(-1);
    fail(
      scope,
      path,
      'missing-field',
      `missing field ${shown(name)}`,
      issue.message.startsWith('expected') ? issue.message : '',
    );
    return;
  }
  const branch = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
  if (branch !== undefined) {
    for (const part of branch) reportIssue(scope, { ...part, path: part.path }, value, path);
    return;
  }
  const { code, message } = wording(issue, value);
  const hint = issue.code === 'invalid_value' ? meant(String(value), issue.values.map(String)) : '';
  fail(scope, path, code, message, hint);
}

/** Of a choice of forms the one that the user seems to have meant: right in kind, with the fewest faults. */
function meantBranch(errors: readonly Issue[][]): Issue[] | undefined {
  const plausible = errors.filter((issues) =>
    issues.every(
      (issue) => issue.path.length > 0 || !['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code),
    ),
  );
  const faults = (issues: readonly Issue[]): number =>
    issues.length - (issues.some((issue) => issue.message.includes('did you mean')) ? 0.5 : 0);
  if (plausible.length === 1) return plausible[0];
  const [best, second] = plausible.toSorted((a, b) => faults(a) - faults(b));
  return best !== undefined && faults(best) < faults(second!) ? best : undefined;
}

function wording(issue: Issue, value: unknown): Pick<Diagnostic, 'code' | 'message'> {
  const got = `got ${shown(value)}`;
  const own = /^(?:expected|must|a |etcd)/.test(issue.message) ? issue.message : undefined;
  switch (issue.code) {
    case 'invalid_type':
      return { code: 'type', message: `${own ?? `expected ${article(issue.expected)}`}, ${got}` };
    case 'invalid_value':
      return {
        code: 'value',
        message: `expected one of ${issue.values.map((word) => String(word)).join(', ')}, ${got}`,
      };
    case 'too_small':
      return { code: 'value', message: `${own ?? `must be at least ${issue.minimum}`}, ${got}` };
    case 'too_big':
      return { code: 'value', message: `${own ?? `must be at most ${issue.maximum}`}, ${got}` };
    case 'invalid_union':
      return { code: 'type', message: `${own ?? 'this form is not known here'}, ${got}` };
    default:
      return { code: 'value', message: `${own ?? issue.message}, ${got}` };
  }
}

function article(expected: string): string {
  const words: { readonly [name: string]: string } = {
    int: 'a whole number',
    number: 'a number',
    string: 'text',
    boolean: 'true or false',
    object: 'a map of fields',
    record: 'a map of names',
    array: 'a list',
  };
  return words[expected] ?? expected;
}
