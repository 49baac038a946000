import { type Diagnostic, nearest, type Report, shown, suggestion } from './diagnostics.js';
import { type FieldPath, fieldText, parseFieldText } from './field-path.js';
import { isUsableName } from './scope.js';
import type { ParameterValue } from './types.js';
import { placeAt, type YamlDocument } from './yaml-places.js';

/** `--set name=value` as given: parameters by name, other fields of the scenario by their path. */
export type Settings = ReadonlyMap<string, string>;

/** What `--set` and the file's `parameters:` come to. */
export interface Parameters {
  readonly values: Readonly<Record<string, ParameterValue>>;
  /** Settings that are no parameters: fields by path. */
  readonly fields: Settings;
}

/** A text as YAML reads a plain scalar: a number, true or false, else text. */
function plainScalar(text: string): ParameterValue {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (Number.isSafeInteger(number) || !Number.isInteger(number)) return number;
  }
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

/** The values of the parameters: those of the file, replaced by those that were set. */
export function resolveParameters(declared: unknown, settings: Settings): Parameters {
  const values: Record<string, ParameterValue> = {};
  const isMap = typeof declared === 'object' && declared !== null && !Array.isArray(declared);
  for (const [name, value] of Object.entries(isMap ? declared : {})) {
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (isScalar && isUsableName(name)) values[name] = value;
  }
  const fields = new Map<string, string>();
  for (const [name, text] of settings) {
    if (Object.hasOwn(values, name)) values[name] = plainScalar(text);
    else fields.set(name, text);
  }
  return { values, fields };
}

/**
 * Puts parameters into texts: `"${replicas}"` alone becomes the value as it is (a number stays one), `${tag}` within a
 * text becomes part of it. `$${` stands for `${`. Notes where whole values were put in `replaced`, and every use in `uses`.
 */
export class Substitution {
  readonly document: YamlDocument;
  readonly report: Report;
  readonly values: Readonly<Record<string, ParameterValue>>;
  readonly replaced = new Set<string>();
  readonly uses: ParameterUse[] = [];

  constructor(document: YamlDocument, report: Report, values: Readonly<Record<string, ParameterValue>>) {
    this.document = document;
    this.report = report;
    this.values = values;
  }

  readonly replace = (text: string, path: FieldPath): { readonly value: unknown } | undefined => {
    if (!text.includes('${') || path[0] === 'parameters') return undefined;
    const whole = /^\$\{([^{}]*)\}$/.exec(text);
    if (whole !== null) {
      this.replaced.add(fieldText(path));
      return { value: this.valueOf(whole[1]!, path) };
    }
    const value = text.replace(/(\$?)\$\{([^{}]*)\}/g, (match, escape: string, name: string) =>
      escape === '$' ? match.slice(1) : String(this.valueOf(name, path)),
    );
    return { value };
  };

  valueOf(name: string, path: FieldPath): ParameterValue {
    const key = name.trim();
    if (Object.hasOwn(this.values, key)) {
      this.uses.push({ name: key, path: [...path] });
      return this.values[key]!;
    }
    const { line, column, length } = placeAt(this.document, path);
    const hint = suggestion(key, Object.keys(this.values)) || 'write $${ for a plain ${';
    const at = { path: this.document.source.file, line, column, length, field: fieldText(path) };
    const message = `unknown parameter ${shown(key)}`;
    this.report.diagnostics.push({ code: 'unknown-parameter', severity: 'error', ...at, message, hint });
    return '';
  }
}

/** A place into which a parameter was put. */
export interface ParameterUse {
  readonly name: string;
  readonly path: FieldPath;
}

/** What is wrong where a parameter was put in is wrong with the parameter: names it, with its value and its origin. */
export function nameParameters(
  diagnostics: readonly Diagnostic[],
  { document, uses, values }: Substitution,
  settings: Settings,
  fields: ReadonlyMap<string, string>,
): Diagnostic[] {
  const origins = new Map<string, string>();
  const note = (path: FieldPath, told: string): void => {
    const { line, column, length, exact } = placeAt(document, path);
    for (let at = column; exact && at < column + length; at++) {
      const known = origins.get(`${line}:${at}`);
      if (known?.includes(told) !== true)
        origins.set(`${line}:${at}`, known === undefined ? told : `${known}; ${told}`);
    }
  };
  for (const { name, path } of uses) {
    // A field that was set as such no longer holds what the parameter gave it.
    if (fields.has(fieldText(path))) continue;
    const { line } = placeAt(document, ['parameters', name]);
    const origin = settings.has(name) ? FROM_COMMAND_LINE : `from line ${line}`;
    note(path, `parameter ${shown(name)} is ${shown(values[name])}, ${origin}`);
  }
  for (const [field, given] of fields) note(parseFieldText(field), `${shown(given)}, ${FROM_COMMAND_LINE}`);
  const placeKey = ({ path, line, column }: Diagnostic): string => `${line}:${column}:${path}`;
  const unknown = new Set(diagnostics.filter(({ code }) => code === 'unknown-parameter').map(placeKey));
  // What a parameter that is not there leaves cannot be right.
  const own = diagnostics.filter(
    (one) => one.code === 'unknown-parameter' || one.line === 0 || !unknown.has(placeKey(one)),
  );
  return own.map((diagnostic) => {
    const told = origins.get(`${diagnostic.line}:${diagnostic.column}`);
    const isOurs = diagnostic.path === document.source.file && diagnostic.line > 0;
    return told === undefined || !isOurs ? diagnostic : { ...diagnostic, message: `${diagnostic.message} (${told})` };
  });
}

/** `--set` of a run or `--vary` of a sweep. */
const FROM_COMMAND_LINE = 'from the command line';

/** Sets fields of the scenario by their paths (`cluster.nodes.0.count`). Gives back the fields that were set, with what set them. */
export function setFields(
  root: Record<string, unknown>,
  fields: Settings,
  known: readonly string[],
  names: readonly string[],
  report: Report,
): Map<string, string> {
  const set = new Map<string, string>();
  for (const [name, text] of fields) {
    const path = name.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const wrong = setField(root, path, plainScalar(text), known, names);
    if (wrong === undefined) set.set(fieldText(path), `${name}=${text}`);
    else report.diagnostics.push(settingFault(name, wrong.message, wrong.hint));
  }
  return set;
}

function settingFault(name: string, message: string, hint: string): Diagnostic {
  return {
    code: 'unknown-parameter',
    severity: 'error',
    path: `--set ${name.slice(0, 100)}`,
    line: 0,
    column: 0,
    length: 1,
    field: '',
    message,
    hint,
  };
}

function setField(
  root: Record<string, unknown>,
  path: FieldPath,
  value: ParameterValue,
  known: readonly string[],
  names: readonly string[],
): { readonly message: string; readonly hint: string } | undefined {
  const [first] = path;
  if (!known.includes(String(first)) || first === 'parameters') {
    const message = `no parameter or field is named ${shown(path.join('.'))}`;
    const near = nearest(path.join('.'), [...names, ...known]) ?? nearest(String(first), known);
    const parameters = names.length === 0 ? 'the scenario has no parameters' : `parameters: ${names.join(', ')}`;
    const hint =
      near === undefined
        ? `${parameters}; a field is named by its path: cluster.nodes.0.count`
        : `did you mean "${near}"?`;
    return { message, hint };
  }
  let parent: unknown = root;
  for (const [index, step] of path.entries()) {
    if (typeof parent !== 'object' || parent === null) {
      return { message: `${fieldText(path.slice(0, index))} has no fields`, hint: '' };
    }
    const holder = parent as Record<string | number, unknown>;
    const isOwn = Object.hasOwn(holder, step);
    if (index === path.length - 1) {
      if (step === '__proto__' || (Array.isArray(parent) && !isOwn)) break;
      holder[step] = value;
      return undefined;
    }
    if (!isOwn) break;
    parent = holder[step];
  }
  return { message: `the scenario has no field ${shown(path.join('.'))}`, hint: '' };
}
