import { groupOfVersion, kindOf, KINDS, nearestKind } from './kinds.js';
import type { KubernetesObject } from './objects/meta.js';
import { type DecodeIssue, decodeStruct, isRecord } from './schema/decode-fields.js';
import { fieldsOf, rootTypeOf } from './schema/types.js';

export type { DecodeIssue } from './schema/decode-fields.js';

export interface DecodeResult {
  /** Where the object stands in what was read: '' for the whole, `items[2]` inside a List. */
  readonly path: string;
  /** The object as it can be handed to the API server; undefined when anything is wrong. */
  readonly object?: KubernetesObject;
  readonly issues: readonly DecodeIssue[];
}

/** Namespace of objects that name none, as kubectl's own default. */
export const DEFAULT_NAMESPACE = 'default';

/**
 * Turns a manifest, as read from YAML or JSON, into objects: types and names of fields are checked, nulls dropped, quantities
 * made canonical, Lists flattened. Nothing is defaulted: the API server does that when the object is created.
 */
export function decodeManifest(manifest: unknown, namespace: string = DEFAULT_NAMESPACE): DecodeResult[] {
  return decodeAt(manifest, '', namespace);
}

function decodeAt(manifest: unknown, path: string, namespace: string): DecodeResult[] {
  if (!isRecord(manifest)) {
    return [failed(path, { path, code: 'wrong-type', message: 'a Kubernetes object is needed' })];
  }
  if (typeof manifest['kind'] === 'string' && manifest['kind'].endsWith('List') && Array.isArray(manifest['items'])) {
    const prefix = path === '' ? 'items' : `${path}.items`;
    return manifest['items'].flatMap((item: unknown, i) => decodeAt(item, `${prefix}[${i}]`, namespace));
  }
  return [decodeObject(manifest, path, namespace)];
}

function failed(path: string, ...issues: DecodeIssue[]): DecodeResult {
  return { path, issues };
}

function decodeObject(manifest: Readonly<Record<string, unknown>>, path: string, namespace: string): DecodeResult {
  const at = (field: string): string => (path === '' ? field : `${path}.${field}`);
  const { apiVersion, kind: kindName } = manifest;
  for (const [field, value] of Object.entries({ apiVersion, kind: kindName })) {
    if (typeof value === 'string' && value !== '') continue;
    return failed(path, { path: at(field), code: 'missing-field', message: `${field} is missing` });
  }
  const issues: DecodeIssue[] = [];
  const kindIssue = checkKind(String(kindName), String(apiVersion));
  if (kindIssue !== undefined) issues.push({ ...kindIssue, path: at(kindIssue.path) });
  if (issues.length > 0) return { path, issues };
  const known = kindOf(String(kindName));
  const kind = known?.apiVersions.includes(String(apiVersion)) === true ? known : undefined;
  const typeName = rootTypeOf(String(kindName), String(apiVersion));
  const isChecked = kind !== undefined && fieldsOf(typeName) !== undefined;
  const fields = decodeStruct(
    isChecked ? typeName : 'PartialObjectMetadata',
    metadataOnly(manifest, isChecked),
    path,
    issues,
  );
  if (issues.length > 0) return { path, issues };
  const isNamespaced = kind?.namespaced ?? true;
  const metadata = draftMetadata(fields['metadata'], isNamespaced ? namespace : '');
  // Kinds without a table of fields keep theirs as they are.
  // A Service of serving.knative.dev is none that Kubernetes knows: it is kept under the name that kubectl gives it.
  const storedKind = known === kind ? kindName : `${kindName}.${groupOfVersion(String(apiVersion))}`;
  const object = { ...(isChecked ? {} : manifest), ...fields, apiVersion, kind: storedKind, metadata };
  return { path, object: object as unknown as KubernetesObject, issues };
}

function metadataOnly(
  manifest: Readonly<Record<string, unknown>>,
  isChecked: boolean,
): Readonly<Record<string, unknown>> {
  return isChecked ? manifest : { metadata: manifest['metadata'] ?? {} };
}

/** Groups of custom resources belong to somebody: only those of Kubernetes itself can be misspelt. */
function checkKind(name: string, apiVersion: string): DecodeIssue | undefined {
  const kind = kindOf(name);
  if (kind !== undefined && kind.apiVersions.includes(apiVersion)) return undefined;
  const group = groupOfVersion(apiVersion);
  if (kind !== undefined && isBuiltInGroup(group)) {
    const message = `no kind "${name}" is registered for version "${apiVersion}"`;
    return { path: 'apiVersion', code: 'unknown-kind', message, hint: `use ${kind.apiVersions.join(' or ')}` };
  }
  if (!isBuiltInGroup(group)) return undefined;
  const near = nearestKind(name);
  const hint = near === undefined ? {} : { hint: `did you mean "${near}"?` };
  return {
    path: 'kind',
    code: 'unknown-kind',
    message: `no kind "${name}" is registered for version "${apiVersion}"`,
    ...hint,
  };
}

const BUILT_IN_GROUPS: ReadonlySet<string> = new Set(
  KINDS.flatMap(({ apiVersions }) => apiVersions.map(groupOfVersion)).concat('extensions'),
);

/** Groups without a dot, and those of Kubernetes itself; `cert-manager.io/v1` is a custom resource's. */
function isBuiltInGroup(group: string): boolean {
  return BUILT_IN_GROUPS.has(group) || !group.includes('.');
}

/** Fields of the metadata that the server writes and a manifest at most carries along from an export. */
export const SERVER_FIELDS: readonly string[] = [
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
];

function draftMetadata(value: unknown, namespace: string): Record<string, unknown> {
  const metadata = Object.fromEntries(
    Object.entries(isRecord(value) ? value : {}).filter(([field]) => !SERVER_FIELDS.includes(field)),
  );
  const own = namespace === '' ? '' : metadata['namespace'] || namespace;
  return { name: '', ...metadata, namespace: own };
}
