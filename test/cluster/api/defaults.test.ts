import { describe, expect, it } from 'vitest';
import {
  type AdmissionView,
  admitNode,
  admitPod,
  preparePod,
  withTokenVolume,
} from '../../../src/cluster/api/admission/pod.js';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import { applyDefaults, hasDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import { type Fields, fieldsIn } from '../../../src/cluster/api/fields.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { readVectors } from '../../vectors/read.js';

interface Case {
  kind: string;
  path: string;
  object: Fields;
  expected: Fields;
}

/** Kinds that nothing plays yet: their defaults come with their controllers. */
const LATER = new Set(['ResourceQuota', 'PodDisruptionBudget', 'PersistentVolume', 'PersistentVolumeClaim']);

/** The cluster of the vectors. */
const view: AdmissionView = {
  priorityClass: (name) => CLASSES.get(name),
  defaultPriorityClass: () => undefined,
  hasServiceAccount: (namespace, name) => name === 'default' || (namespace === 'lab' && name === 'builder'),
};
const CLASSES = new Map([
  ['high', { name: 'high', value: 1000, preemptionPolicy: 'PreemptLowerPriority' as const }],
  ['low', { name: 'low', value: -10, preemptionPolicy: 'PreemptLowerPriority' as const }],
]);

function admitted(object: KubernetesObject): KubernetesObject {
  if (object.kind === 'Node') return admitNode(object as Node);
  if (object.kind !== 'Pod') return object;
  const result = admitPod(object as Pod, view);
  if (!result.ok) throw new Error(result.message);
  return preparePod(withTokenVolume(result.object, '<suffix>'));
}

/** The selector and labels by which a Job knows its pods are made by the server from the Job's uid: with the Job controller. */
function withoutIdentity(object: Fields): Fields {
  if (object['kind'] !== 'Job') return object;
  const { selector: _selector, manualSelector: _manual, template, ...spec } = fieldsIn(object['spec']);
  const metadata = { ...fieldsIn(object['metadata']), labels: {} };
  return { ...object, metadata, spec: { ...spec, template: { spec: fieldsIn(template)['spec'] } } };
}

/** Fields of the status and the metadata that the store fills in, and what Go writes for types of its own. */
function withoutStore(given: Fields): Fields {
  const object = withoutIdentity(given);
  const { generation: _generation, ...metadata } = fieldsIn(object['metadata']);
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
    return actual === expected ? [] : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  }
  const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  return [...keys].flatMap((key) => differences((actual as Fields)[key], (expected as Fields)[key], `${path}.${key}`));
}

describe('defaults', () => {
  it('are those of the API server, admission included', () => {
    let compared = 0;
    for (const { kind, path, object, expected } of readVectors<Case>('api.defaulting.jsonl.gz')) {
      expect({ kind, skipped: !hasDefaults(kind) }).toEqual({ kind, skipped: LATER.has(kind) });
      if (LATER.has(kind)) continue;
      const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1] ?? '';
      const [decoded] = decodeManifest(object, namespace);
      expect(decoded?.issues).toEqual([]);
      const name = String(fieldsIn(expected['metadata'])['name']);
      const draft = { ...decoded!.object!, metadata: { ...decoded!.object!.metadata, name } };
      const actual = withoutStore(admitted(applyDefaults(draft)) as unknown as Fields);
      const faults = differences(JSON.parse(JSON.stringify(actual)), withoutStore(expected), kind);
      expect({ object, faults }).toEqual({ object, faults: [] });
      compared++;
    }
    expect(compared).toBeGreaterThan(140);
  });

  it('change nothing the second time', () => {
    for (const { kind, object } of readVectors<Case>('api.defaulting.jsonl.gz')) {
      if (LATER.has(kind)) continue;
      const once = applyDefaults(decodeManifest(object)[0]!.object!);
      expect(applyDefaults(once)).toEqual(once);
    }
  });
});
