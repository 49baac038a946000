import { type DecodeResult, decodeManifest } from '../cluster/api/decode.js';
import { groupOfVersion, kindOf, nearestKind } from '../cluster/api/kinds.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { Service } from '../cluster/api/objects/network.js';
import { unplayedFields } from '../cluster/api/unplayed-fields.js';
import { type DiagnosticCode, type Report, shown } from './diagnostics.js';
import { type FieldPath, fieldText, parseFieldText, valueAt } from './field-path.js';
import { MAXIMUM_DIAGNOSTICS, MAXIMUM_OBJECT_BYTES } from './limits.js';
import { validateObject } from './object-validation.js';
import type { ManifestObject, Position } from './types.js';
import { retyped, wantedAt } from './wanted-type.js';
import { keyPlaceAt, type Place, placeAt, type YamlDocument } from './yaml-places.js';

/** One object as it was read, before it is decoded, and where it stands. */
export interface RawObject {
  readonly document: YamlDocument;
  /** Where in its document: empty, or `items[2]` of a List, or a place in a scenario. */
  readonly path: FieldPath;
  readonly value: unknown;
}

/** A change that a scenario makes to an object; what is wrong with a field that it gives is wrong there. */
export interface AppliedOverride {
  readonly document: YamlDocument;
  readonly path: FieldPath;
  readonly value: unknown;
}

/** Splits Lists, however deep, into their objects. */
export function rawObjects(document: YamlDocument, value: unknown, path: FieldPath): RawObject[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
    if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
      return items.flatMap((item, index) => rawObjects(document, item, [...path, 'items', index]));
    }
  }
  return [{ document, path, value }];
}

/** Decodes and validates an object; undefined (with diagnostics) if anything is wrong with it. */
export function decodeObject(
  raw: RawObject,
  report: Report,
  override?: AppliedOverride,
  substituted: ReadonlySet<string> = new Set(),
): ManifestObject | undefined {
  const before = report.diagnostics.length;
  const tell = (code: DiagnosticCode, field: string, message: string, hint = '', isKey = false): void =>
    reportAt(raw, override, report, code, field, message, hint, isKey);
  if (before >= MAXIMUM_DIAGNOSTICS) return undefined;
  if (typeof raw.value !== 'object' || raw.value === null || Array.isArray(raw.value)) {
    tell('type', '', `expected a Kubernetes object, got ${shown(raw.value)}`);
    return undefined;
  }
  const size = jsonBytes(raw.value);
  if (size > MAXIMUM_OBJECT_BYTES) {
    tell('limit', '', `object of ${size} bytes is too large: the API server's limit is ${MAXIMUM_OBJECT_BYTES}`);
    return undefined;
  }
  const result = decodeTyped(raw.value, substituted);
  for (const issue of result.issues) {
    const code = DECODE_CODES[issue.code];
    const message =
      issue.code === 'unknown-kind'
        ? kindMessage(raw.value, issue.message)
        : issue.code === 'wrong-type'
          ? `expected ${wantedAt(raw.value, issue.path)}, got ${shown(valueAt(raw.value, parseFieldText(issue.path)))}`
          : issue.message;
    const hint = issue.code === 'wrong-type' ? retyped(raw.value, issue.path) : issue.hint;
    tell(code, issue.path, message, hint, issue.code === 'unknown-field');
  }
  const { object } = result;
  if (object === undefined) return undefined;
  for (const { code, field, message, hint, isKey } of validateObject(object)) tell(code, field, message, hint, isKey);
  if (report.diagnostics.length > before) return undefined;
  return { object, origin: positionOfObject(raw) };
}

const DECODE_CODES = {
  'unknown-field': 'unknown-field',
  'wrong-type': 'type',
  'invalid-value': 'value',
  'unknown-kind': 'unknown-kind',
  'missing-field': 'missing-field',
} as const;

function kindMessage(value: object, message: string): string {
  const { kind, apiVersion } = value as { readonly kind?: unknown; readonly apiVersion?: unknown };
  const near = typeof kind === 'string' && kind.length < 100 ? nearestKind(kind) : undefined;
  if (near === undefined || kindOf(String(kind)) !== undefined || groupOfVersion(String(apiVersion)).length > 100) {
    return message;
  }
  return `unknown kind ${shown(kind)}: ${message}`;
}

/**
 * Parameters are typed by where they go: a number in a field of text becomes text, a text of digits in a field of
 * numbers a number.
 */
function decodeTyped(value: object, substituted: ReadonlySet<string>): DecodeResult {
  const [first] = decodeManifest(value);
  const wrong = first!.issues.filter(({ code, path }) => code === 'wrong-type' && substituted.has(path));
  if (wrong.length === 0) return first!;
  const copy = structuredClone(value);
  for (const { path } of wrong) {
    const steps = parseFieldText(path);
    const parent = valueAt(copy, steps.slice(0, -1)) as Record<string | number, unknown> | undefined;
    const last = steps.at(-1)!;
    const old = parent?.[last];
    if (parent === undefined || !Object.hasOwn(parent, last)) continue;
    parent[last] = typeof old === 'string' && /^-?\d{1,15}$/.test(old) ? Number(old) : String(old);
  }
  return decodeManifest(copy)[0]!;
}

function jsonBytes(value: object): number {
  const text = JSON.stringify(value);
  // A character is three bytes at most: only what may be too long is counted.
  return text.length * 3 <= MAXIMUM_OBJECT_BYTES ? text.length : new TextEncoder().encode(text).length;
}

/** Reports at the field's place: in the override if that gave the value, else in the manifest. */
function reportAt(
  raw: RawObject,
  override: AppliedOverride | undefined,
  report: Report,
  code: DiagnosticCode,
  field: string,
  message: string,
  hint: string,
  isKey: boolean,
): void {
  const steps = parseFieldText(field);
  const fromOverride = override !== undefined && steps.length > 0 && valueAt(override.value, steps) !== undefined;
  const { document, path: base } = fromOverride ? override : raw;
  const path = [...base, ...steps];
  const place = isKey ? keyPlaceAt(document, path) : placeAt(document, path);
  const at = { path: document.source.file, line: place.line, column: place.column, length: place.length };
  // Kubernetes writes keys of maps in brackets; one spelling of a field is enough.
  const named = fieldText(steps);
  report.diagnostics.push({ code, severity: 'error', ...at, field: named, message, hint });
}

function positionOfObject(raw: RawObject): Position {
  const { line, column } = placeAt(raw.document, raw.path);
  return { file: raw.document.source.file, line, column };
}

/** Objects by kind, namespace and name: each may be there once. */
export class ObjectIndex {
  readonly seen = new Map<string, Position>();
  readonly nodePorts = new Map<string, Position>();
  readonly report: Report;

  constructor(report: Report) {
    this.report = report;
  }

  /** False (with a diagnostic that names both places) if there is such an object already. */
  add(raw: RawObject, object: KubernetesObject): boolean {
    const { kind, apiVersion, metadata } = object;
    if (metadata.name === '') return true; // generateName
    const name = metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    const key = `${groupOfVersion(apiVersion)}/${kind}/${name}`;
    const place = placeAt(raw.document, [...raw.path, 'metadata', 'name']);
    const first = this.seen.get(key);
    if (first === undefined) {
      this.seen.set(key, { file: raw.document.source.file, line: place.line, column: place.column });
      return kind !== 'Service' || this.addNodePorts(raw, object as Service);
    }
    this.tell(raw, 'metadata.name', place, `duplicate ${kind} ${shown(name)}`, first);
    return false;
  }

  /** A node port belongs to one Service. */
  addNodePorts(raw: RawObject, { spec }: Service): boolean {
    for (const [index, { nodePort, protocol }] of (spec.ports ?? []).entries()) {
      if (nodePort === undefined || nodePort === 0) continue;
      const key = `${nodePort}/${protocol ?? 'TCP'}`;
      const field = ['spec', 'ports', index, 'nodePort'];
      const place = placeAt(raw.document, [...raw.path, ...field]);
      const first = this.nodePorts.get(key);
      if (first !== undefined) {
        this.tell(raw, fieldText(field), place, `node port ${key} is taken`, first);
        return false;
      }
      this.nodePorts.set(key, { file: raw.document.source.file, line: place.line, column: place.column });
    }
    return true;
  }

  tell(raw: RawObject, field: string, place: Place, message: string, first: Position): void {
    const { file } = raw.document.source;
    const where = first.file === file ? `line ${first.line}` : `${first.file}:${first.line}`;
    this.report.diagnostics.push({
      code: 'duplicate-object',
      severity: 'error',
      path: file,
      line: place.line,
      column: place.column,
      length: place.length,
      field,
      message: `${message}, already defined on ${where}`,
      hint: '',
    });
  }
}

/** Kinds that make pods in a real cluster: that they do not here may change the answer. */
const RUNNING_PODS: readonly string[] = ['CronJob', 'DaemonSet', 'Job', 'ReplicationController', 'StatefulSet'].filter(
  (kind) => kindOf(kind)?.role === 'stored',
);

/** One note for all kinds and fields that are kept and shown, and that nothing in the simulator acts on. */
export function noteStoredKinds(objects: readonly ManifestObject[], file: string, report: Report): void {
  const counts = new Map<string, number>();
  const fields = new Set<string>();
  for (const { object } of objects) {
    if (kindOf(object.kind)?.role === 'played') {
      for (const field of unplayedFields(object)) fields.add(`${object.kind}.${field}`);
    } else {
      counts.set(object.kind, (counts.get(object.kind) ?? 0) + 1);
    }
  }
  if (counts.size + fields.size === 0) return;
  const idle = RUNNING_PODS.filter((kind) => counts.has(kind));
  const kinds = [...counts].map(([kind, count]) => (count > 1 ? `${count} ${kind}` : kind));
  const list = [...kinds, ...fields].join(', ');
  report.diagnostics.push({
    code: 'not-simulated',
    severity: 'warning',
    path: file,
    line: 0,
    column: 0,
    length: 1,
    field: '',
    message: `stored, not simulated: ${list}${idle.length === 0 ? '' : `; pods of ${idle.join(', ')} do not run`}`,
    hint: '',
  });
  noteUndefinedKinds(objects, report);
}

interface Definition extends KubernetesObject {
  readonly spec?: { readonly group?: string; readonly names?: { readonly kind?: string } };
}

/** Custom resources whose definition is not among the objects: a real API server would refuse them, in these words. */
function noteUndefinedKinds(objects: readonly ManifestObject[], report: Report): void {
  const defined = new Set(
    objects.map(({ object }) => {
      const { group, names } = (object as Definition).spec ?? {};
      return object.kind === 'CustomResourceDefinition' ? `${group}/${names?.kind}` : '';
    }),
  );
  const told = new Set<string>();
  for (const { object, origin } of objects) {
    if (kindOf(object.kind) !== undefined) continue;
    const { apiVersion } = object;
    const kind = object.kind.split('.')[0]!; // its group stands behind it where Kubernetes has a kind of this name
    const name = `${groupOfVersion(apiVersion)}/${kind}`;
    if (defined.has(name) || told.has(name)) continue;
    told.add(name);
    report.diagnostics.push({
      code: 'not-simulated',
      severity: 'warning',
      path: origin.file,
      line: origin.line,
      column: origin.column,
      length: 1,
      field: '',
      message: `no matches for kind "${kind}" in version "${apiVersion}": the manifests have no CustomResourceDefinition of it`,
      hint: 'ensure CRDs are installed first; here it is stored all the same',
    });
  }
}
