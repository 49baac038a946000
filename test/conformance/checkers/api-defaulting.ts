import { taintNewNode } from '../../../src/cluster/api/admission/node.js';
import { admitPod, preparePod } from '../../../src/cluster/api/admission/pod.js';
import {
  CLAIM_PROTECTION,
  VOLUME_PROTECTION,
  withDefaultClass,
  withProtection,
} from '../../../src/cluster/api/admission/storage.js';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import { applyDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import { withJobIdentity } from '../../../src/cluster/api/defaults/job-identity.js';
import { type Fields, fieldsIn } from '../../../src/cluster/api/fields.js';
import type { Job } from '../../../src/cluster/api/objects/batch.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { PersistentVolumeClaim, StorageClass } from '../../../src/cluster/api/objects/storage.js';
import { VECTOR_CLUSTER } from './api-cluster.js';
import { type Checker, difference } from './checker.js';
import { withTokenVolume } from './token-volume.js';

interface Case {
  kind: string;
  path: string;
  object: Fields;
  expected: Fields;
}

/** The cluster of the vectors has one. */
const DEFAULT_CLASS = {
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
} as unknown as StorageClass;

function admitted(object: KubernetesObject): KubernetesObject {
  if (object.kind === 'Job') return withJobIdentity(object as Job);
  if (object.kind === 'Node') return taintNewNode(object as Node);
  if (object.kind === 'PersistentVolumeClaim') {
    return withProtection(withDefaultClass(object as PersistentVolumeClaim, [DEFAULT_CLASS]), CLAIM_PROTECTION);
  }
  if (object.kind === 'PersistentVolume') return withProtection(object, VOLUME_PROTECTION);
  if (object.kind !== 'Pod') return object;
  const result = admitPod(object as Pod, VECTOR_CLUSTER);
  if (!result.ok) throw new Error(result.message);
  return preparePod(withTokenVolume(result.object, '<suffix>'));
}

/** Fields of the status and the metadata that the store fills in, and what Go writes for types of its own. */
function withoutStore(object: Fields): Fields {
  const { generation: _generation, uid: _uid, ...metadata } = fieldsIn(object['metadata']);
  const { status: _status, ...rest } = object;
  return object['kind'] === 'Pod' || object['kind'] === 'Namespace' ? { ...object, metadata } : { ...rest, metadata };
}

/**
 * Places where the two differ. Go leaves out zero values of plain fields and writes empty structs, so a missing field equals an empty
 * object, and an expected field may be missing where ours has a zero value; the reverse would hide a default.
 */
function differences(actual: unknown, expected: unknown, path: string): string[] {
  if (expected === undefined && (actual === '' || actual === 0 || actual === false)) return [];
  const isEmpty = (value: unknown): boolean =>
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  if (isEmpty(actual) && isEmpty(expected)) return [];
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null) {
    return actual === expected ? [] : [`${path}: ours ${JSON.stringify(actual)}, real ${JSON.stringify(expected)}`];
  }
  const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  return [...keys].flatMap((key) => differences((actual as Fields)[key], (expected as Fields)[key], `${path}.${key}`));
}

/** The random end of a generated name stands in the labels of a Job, too. */
function withSuffixIn(object: Fields, name: string): Fields {
  const template = fieldsIn(fieldsIn(fieldsIn(object['spec'])['template'])['metadata']);
  const drawn = fieldsIn(template['labels'])['job-name'];
  if (object['kind'] !== 'Job' || typeof drawn !== 'string') return object;
  return JSON.parse(JSON.stringify(object).replaceAll(`"${drawn}"`, `"${name}"`)) as Fields;
}

/** `api.defaulting`: what the API server makes of a valid manifest, admission included. */
export const apiDefaulting: Checker = {
  kind: 'api.defaulting',
  check({ kind, path, object, expected }: Case) {
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1] ?? '';
    const [decoded] = decodeManifest(object, namespace);
    if (decoded?.object === undefined || decoded.issues.length > 0) return difference(decoded?.issues, []);
    const name = String(fieldsIn(expected['metadata'])['name']);
    const draft = { ...decoded.object, metadata: { ...decoded.object.metadata, name, uid: '<uid>' } };
    const ours = withoutStore(admitted(applyDefaults(draft)) as unknown as Fields);
    const real = withoutStore(withSuffixIn(expected, name));
    return differences(JSON.parse(JSON.stringify(ours)), real, kind).join('\n') || undefined;
  },
};
