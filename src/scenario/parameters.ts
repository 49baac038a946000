import { type Diagnostic, type Report, shown, suggestion } from './diagnostics.js';
import { type FieldPath, fieldText } from './field-path.js';
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
export function plainScalar(text: string): ParameterValue {
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
 * text becomes part of it. `$${` stands for `${`. Notes where whole values were put in `replaced`.
 */
export class Substitution {
  readonly document: YamlDocument;
  readonly report: Report;
  readonly values: Readonly<Record<string, ParameterValue>>;
  readonly replaced = new Set<string>();

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
    if (Object.hasOwn(this.values, key)) return this.values[key]!;
    const { line, column, length } = placeAt(this.document, path);
    const hint = suggestion(key, Object.keys(this.values)) || 'write $${ for a plain ${';
    const at = { path: this.document.source.file, line, column, length, field: fieldText(path) };
    const message = `unknown parameter ${shown(key)}`;
    this.report.diagnostics.push({ code: 'unknown-parameter', severity: 'error', ...at, message, hint });
    return '';
  }
}

/** Sets fields of the scenario by their paths (`cluster.nodes.0.count`). Gives back the fields that were set. */
export function setFields(
  root: Record<string, unknown>,
  fields: Settings,
  known: readonly string[],
  names: readonly string[],
  report: Report,
): Set<string> {
  const set = new Set<string>();
  for (const [name, text] of fields) {
    const path = name.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const wrong = setField(root, path, plainScalar(text), known, names);
    if (wrong === undefined) set.add(fieldText(path));
    else report.diagnostics.push(settingFault(name, wrong.message, wrong.hint));
  }
  return set;
}

export function settingFault(name: string, message: string, hint: string): Diagnostic {
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
    return { message, hint: suggestion(path.join('.'), path.length > 1 ? known : [...names, ...known]) };
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
