import type { ApiRequest, ApiResult } from './calls.js';
import { SERVER_FIELDS } from './decode.js';
import type { KubernetesObject } from './objects/meta.js';
import { sameData } from './patch.js';
import { decodeStruct, type DecodeIssue, isRecord } from './schema/decode-fields.js';
import { fieldsOf, rootTypeOf } from './schema/types.js';
import { goJson, goQuote } from './validation/field-error.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what a patch made of an object by the fields of its kind: a wrong type is refused, a field that the kind does not have
 * is dropped (kubectl asks for warnings only). What the patch left alone keeps its identity. The status, which such a
 * patch cannot change, is not looked at. Source: kubernetes v1.36.3 staging apiserver pkg/endpoints/handlers/patch.go.
 */
export function decodePatched(request: ApiRequest, current: KubernetesObject, patched: KubernetesObject): ApiResult {
  const { metadata: patchedMetadata, status: _status, ...others } = patched as unknown as Fields;
  const metadata = isRecord(patchedMetadata) ? patchedMetadata : {};
  const misnamed = misnaming(current, metadata);
  if (misnamed !== undefined) return { status: 400, reason: 'BadRequest', message: misnamed };
  const typeName = rootTypeOf(current.kind, current.apiVersion);
  const isTyped = fieldsOf(typeName) !== undefined;
  const own = Object.fromEntries(Object.entries(metadata).filter(([field]) => !SERVER_FIELDS.includes(field)));
  const issues: DecodeIssue[] = [];
  const read = decodeStruct(
    isTyped ? typeName : 'PartialObjectMetadata',
    { ...(isTyped ? others : {}), metadata: own },
    '',
    issues,
    'stored',
  );
  const wrong = issues.find(({ isFatal }) => isFatal) ?? issues.find(({ code }) => code !== 'unknown-field');
  if (wrong !== undefined) return invalidPatch(request, wrong.message);
  const { apiVersion, kind } = current;
  const fields = { ...(isTyped ? {} : others), ...read, apiVersion, kind };
  const object = { ...fields, metadata: { ...current.metadata, ...ownMetadata(read['metadata']) } };
  return { status: 200, reason: '', message: '', object: withIdentity(current, object) as KubernetesObject };
}

/** Labels and the like that the patch took away are undefined, so that those of the stored object do not come back. */
function ownMetadata(read: unknown): Fields {
  const gone = { labels: undefined, annotations: undefined, finalizers: undefined, ownerReferences: undefined };
  return { ...gone, ...(read as Fields) };
}

function misnaming(current: KubernetesObject, metadata: Fields): string | undefined {
  const { name, namespace } = current.metadata;
  if (metadata['name'] !== name) {
    return `the name of the object (${metadata['name'] ?? ''}) does not match the name on the URL (${name})`;
  }
  if ((metadata['namespace'] ?? '') !== namespace) {
    return `the namespace of the provided object does not match the namespace sent on the request`;
  }
  return undefined;
}

function invalidPatch({ body }: ApiRequest, why: string): ApiResult {
  const message = `request is invalid: patch: Invalid value: ${goQuote(goJson(body))}: ${why}`;
  return { status: 422, reason: 'Invalid', message };
}

/** The value with those parts of the old one that say the same: others know specs and templates by their identity. */
function withIdentity(old: unknown, value: unknown): unknown {
  if (sameData(old, value)) return old;
  if (!isRecord(old) || !isRecord(value)) return value;
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(fields.map(([field, item]) => [field, withIdentity(old[field], item)]));
}
