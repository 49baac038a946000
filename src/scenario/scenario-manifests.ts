import { kindOfWord } from '../cluster/api/kinds.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import { strategicMerge } from '../cluster/api/patch.js';
import { BUILT_IN_NAMES } from './built-in-names.js';
import { shown, suggestion } from './diagnostics.js';
import { type FieldPath, fieldText, valueAt } from './field-path.js';
import { besideFile, decodeAlone, type Files, filesOf } from './files.js';
import { type AppliedOverride, noteStoredKinds, ObjectIndex, type RawObject, rawObjects } from './manifests.js';
import type { ScenarioInput } from './schema.js';
import { fail, failAtKey, type Scope } from './scope.js';
import type { ManifestObject } from './types.js';

/** Kinds that others need to be there first; kubectl users put them into a file of their own. */
const FIRST_KINDS: readonly string[] = ['Namespace', 'PriorityClass'];

/** The manifests of a scenario with its overrides merged in, decoded, found valid, in the order of creation. */
export function readManifests(
  scope: Scope,
  files: Files,
  manifests: ScenarioInput['manifests'],
  overrides: ScenarioInput['overrides'],
  replaced: ReadonlySet<string>,
): ManifestObject[] {
  const raw = manifests.flatMap((entry, index) => readEntry(scope, files, entry, ['manifests', index]));
  const index = new ObjectIndex(scope.report);
  const pending = new Map(Object.entries(overrides));
  const objects: ManifestObject[] = [];
  for (const item of raw) {
    const key = [...pending.keys()].find((name) => overrideMeans(name, item.value));
    const own = substitutedIn(item.path, item.document === scope.document ? replaced : new Set());
    let decoded: ManifestObject | undefined;
    if (key === undefined) {
      decoded = decodeAlone(item, scope.report, undefined, own);
    } else {
      const override: AppliedOverride = { document: scope.document, path: ['overrides', key], value: pending.get(key) };
      pending.delete(key);
      const merged = { ...item, value: strategicMerge(item.value, override.value) };
      decoded = decodeAlone(
        merged,
        scope.report,
        override,
        new Set([...own, ...substitutedIn(override.path, replaced)]),
      );
    }
    if (decoded === undefined || !index.add(item, decoded.object)) continue;
    objects.push(decoded);
    scope.written.set(decoded.origin, item);
  }
  reportUnused(scope, pending.keys(), raw);
  checkNamespaces(scope, objects);
  noteStoredKinds(objects, scope.document.source.file, scope.report);
  const isFirst = ({ object }: ManifestObject): boolean => FIRST_KINDS.includes(object.kind);
  return [...objects.filter(isFirst), ...objects.filter((object) => !isFirst(object))];
}

function readEntry(scope: Scope, files: Files, entry: string | object, path: FieldPath): RawObject[] {
  if (typeof entry !== 'string') return rawObjects(scope.document, entry, path);
  const names = filesOf(files, besideFile(scope.document.source.file, entry));
  if (typeof names === 'string') return fail(scope, path, 'file', names) ?? [];
  return names.flatMap((name) => {
    const objects = files.rawManifest(name);
    return typeof objects === 'string' ? (fail(scope, path, 'file', objects) ?? []) : objects;
  });
}

/** Fields under `base` into which a parameter was put, relative to it. */
function substitutedIn(base: FieldPath, replaced: ReadonlySet<string>): Set<string> {
  const prefix = fieldText(base);
  const inside = [...replaced].filter((field) => field.startsWith(prefix));
  return new Set(inside.map((field) => field.slice(prefix.length).replace(/^\./, '')));
}

/** Whether an override's key, `kind/name` or `kind/namespace/name`, means this object. */
function overrideMeans(key: string, value: unknown): boolean {
  const parts = key.split('/');
  const name = parts.at(-1);
  const kind = kindOfWord(parts[0]!)?.kind ?? parts[0];
  if (parts.length > 3 || valueAt(value, ['kind']) !== kind || valueAt(value, ['metadata', 'name']) !== name)
    return false;
  return parts.length < 3 || (valueAt(value, ['metadata', 'namespace']) ?? 'default') === parts[1];
}

function reportUnused(scope: Scope, keys: Iterable<string>, raw: readonly RawObject[]): void {
  const known = raw.flatMap(({ value }) => {
    const [kind, name] = [valueAt(value, ['kind']), valueAt(value, ['metadata', 'name'])];
    return typeof kind === 'string' && typeof name === 'string' ? [`${kind.toLowerCase()}/${name}`] : [];
  });
  for (const key of keys) {
    failAtKey(scope, ['overrides', key], 'reference', `no manifest is ${shown(key)}`, suggestion(key, known));
  }
}

/** The API server refuses objects in a namespace that is not there; that would be a silent hole in the run. */
function checkNamespaces(scope: Scope, objects: readonly ManifestObject[]): void {
  const known = new Set(BUILT_IN_NAMES['Namespace']);
  for (const { object } of objects) if (object.kind === 'Namespace') known.add(object.metadata.name);
  for (const { object, origin } of objects) {
    const { namespace, name } = object.metadata;
    if (namespace === '' || known.has(namespace)) continue;
    scope.report.diagnostics.push({
      code: 'reference',
      severity: 'error',
      path: origin.file,
      line: origin.line,
      column: origin.column,
      length: 1,
      field: 'metadata.namespace',
      message: `${object.kind} ${shown(name)} is in namespace ${shown(namespace)}, which no manifest creates`,
      hint: `add { apiVersion: v1, kind: Namespace, metadata: { name: ${namespace} } } to manifests`,
    });
    known.add(namespace); // once is enough
  }
}

/** Objects that a command of the timeline names by file, decoded; a message if there are none. */
export function objectsOfFile(scope: Scope, files: Files, reference: string): readonly KubernetesObject[] | string {
  const raw = files.rawManifest(besideFile(scope.document.source.file, reference));
  if (typeof raw === 'string') return raw;
  const objects = raw.flatMap((item) => decodeAlone(item, scope.report)?.object ?? []);
  return objects.length === raw.length && objects.length > 0 ? objects : `${reference} has errors`;
}

/** Objects written in place in the timeline. */
export function objectsInPlace(
  scope: Scope,
  path: FieldPath,
  value: object,
  replaced: ReadonlySet<string>,
): readonly KubernetesObject[] {
  const items = Array.isArray(value)
    ? value.flatMap((item: unknown, index) => rawObjects(scope.document, item, [...path, index]))
    : rawObjects(scope.document, value, path);
  return items.flatMap(
    (item) => decodeAlone(item, scope.report, undefined, substitutedIn(item.path, replaced))?.object ?? [],
  );
}
