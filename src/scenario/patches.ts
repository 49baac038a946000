import { kindOf } from '../cluster/api/kinds.js';
import { mergeKeyOf } from '../cluster/api/patch.js';
import { type DecodeIssue, decodeStruct, isRecord } from '../cluster/api/schema/decode-fields.js';
import { type FieldType, fieldsOf, rootTypeOf } from '../cluster/api/schema/types.js';
import { type Command, type JsonOperation, kindsOf } from './commands.js';
import { shown } from './diagnostics.js';
import { type FieldPath, parseFieldText, valueAt } from './field-path.js';
import { fail, type Scope } from './scope.js';
import { retyped, wantedAt } from './wanted-type.js';

/**
 * Checks the text of a `kubectl patch` by the fields of its target's kind: the API server would refuse a wrong type in the middle of
 * the run, and drop a field that the kind does not have.
 */
export function checkPatch(scope: Scope, place: FieldPath, text: string, command: Command): void {
  if (command.do !== 'patch' && command.do !== 'patch-json') return;
  const [kind] = kindsOf(command.target);
  const apiVersion = kindOf(String(kind))?.apiVersions[0];
  if (kind === undefined || apiVersion === undefined) return;
  const typeName = rootTypeOf(kind, apiVersion);
  if (fieldsOf(typeName) === undefined) return;
  const bodies =
    command.do === 'patch'
      ? [command.type === 'strategic' ? withoutDirectives(command.patch) : command.patch]
      : command.operations.flatMap((operation) => bodyOf(operation, typeName));
  for (const body of bodies) {
    const issues: DecodeIssue[] = [];
    decodeStruct(typeName, body, '', issues);
    for (const issue of issues) tellIssue(scope, place, text, { ...body, kind, apiVersion }, issue);
    checkNames(scope, place, text, command, body);
    if (command.do === 'patch' && command.type === 'strategic') checkMergeKeys(scope, place, text, body, []);
  }
}

type Patched = Readonly<Record<string, unknown>> & { readonly kind: string };

function tellIssue(scope: Scope, place: FieldPath, text: string, object: Patched, issue: DecodeIssue): void {
  const steps = parseFieldText(issue.path);
  const at = placeInText(text, steps);
  if (issue.code === 'unknown-field') {
    // The note of a run has no place to show: it must say all.
    const near = issue.hint === undefined ? '' : ` (${issue.hint})`;
    const message = `kubectl patch: ${issue.message} of ${object.kind}${near}, which the API server drops`;
    fail(scope, place, 'unknown-field', message, '', at.offset, at.length, 'warning');
    return;
  }
  const isType = issue.code === 'wrong-type';
  const got = shown(valueAt(object, steps));
  const message = isType ? `expected ${wantedAt(object, issue.path)}, got ${got}` : issue.message;
  const hint = isType ? retyped(object, issue.path) : issue.hint;
  fail(scope, place, isType ? 'type' : 'value', `${issue.path}: ${message}`, hint, at.offset, at.length);
}

/** What an object is called stays. */
function checkNames(scope: Scope, place: FieldPath, text: string, { target }: PatchCommand, body: object): void {
  for (const field of ['name', 'namespace'] as const) {
    const wanted = valueAt(body, ['metadata', field]);
    if (typeof wanted !== 'string' || target.by !== 'name' || target.references[0]?.[field] === wanted) continue;
    const at = placeInText(text, ['metadata', field]);
    const message = `metadata.${field}: a patch cannot change it`;
    fail(scope, place, 'value', message, 'create another object and delete this one', at.offset, at.length);
  }
}

type PatchCommand = Extract<Command, { readonly do: 'patch' | 'patch-json' }>;

/** Items of lists that merge by a key must name it. Source: apimachinery pkg/util/strategicpatch/errors.go: ErrNoMergeKey. */
function checkMergeKeys(scope: Scope, place: FieldPath, text: string, value: unknown, path: FieldPath): void {
  if (Array.isArray(value)) {
    const mergeKey = mergeKeyOf(String(path.at(-1)), value);
    for (const [index, item] of value.entries()) {
      const isKeyed = mergeKey === undefined || !isRecord(item) || item[mergeKey] !== undefined;
      if (isKeyed) {
        checkMergeKeys(scope, place, text, item, [...path, index]);
        continue;
      }
      const at = placeInText(text, path);
      const message = `${String(path.at(-1))}[${index}] does not contain declared merge key: ${mergeKey}`;
      fail(scope, place, 'missing-field', message, '--type=merge replaces the whole list', at.offset, at.length);
    }
  } else if (isRecord(value)) {
    for (const [field, item] of Object.entries(value)) checkMergeKeys(scope, place, text, item, [...path, field]);
  }
}

/** Without `$patch` and its like, which are no fields. */
function withoutDirectives<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutDirectives) as T;
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).filter(([field]) => !field.startsWith('$'));
  return Object.fromEntries(fields.map(([field, item]) => [field, withoutDirectives(item)])) as T;
}

/** The value of an operation at its place in an object that holds nothing else; nothing where it has none. */
function bodyOf({ op, path, value }: JsonOperation, typeName: string): Readonly<Record<string, unknown>>[] {
  if (op !== 'add' && op !== 'replace') return [];
  const types: (FieldType | undefined)[] = [{ form: 'struct', name: typeName, goName: '' }];
  for (const step of path) types.push(inside(types.at(-1), step));
  // What is not there cannot be replaced: the server refuses it, and the results say so.
  if (op === 'replace' && types.at(-1) === undefined) return [];
  let body = value;
  for (let depth = path.length - 1; depth >= 0; depth--) {
    body = types[depth]?.form === 'list' ? [body] : { [path[depth]!]: body };
  }
  return isRecord(body) ? [body] : [];
}

function inside(type: FieldType | undefined, step: string): FieldType | undefined {
  if (type === undefined || type.form === 'scalar') return undefined;
  return type.form === 'struct' ? fieldsOf(type.name)?.get(step)?.type : type.element;
}

/** Where a field of the patch stands in the command: keys are looked for one behind the other. */
function placeInText(text: string, path: FieldPath): { readonly offset: number; readonly length: number } {
  let offset = text.search(/[[{]/);
  let length = 1;
  for (const step of path) {
    if (typeof step === 'number') continue;
    const found = text.indexOf(step, offset + length);
    if (found < 0) break;
    offset = found;
    length = step.length;
  }
  return { offset, length };
}
