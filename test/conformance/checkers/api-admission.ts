import { type AdmissionView, admitPod } from '../../../src/cluster/api/admission/pod.js';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import { applyDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { VECTOR_CLUSTER } from './api-cluster.js';
import { type Checker, difference } from './checker.js';

interface Case {
  rules: string[];
  path: string;
  object?: KubernetesObject;
  setup: KubernetesObject[];
  expected: { code: number; message?: string };
}

/** What waits for its part, by the beginning of a rule: namespaces are the store's. */
const LATER: readonly (readonly [string, string])[] = [
  ['quota-', 'part 4, quotas'],
  ['limit-', 'part 4, limit ranges'],
  ['pod-security-', 'part 4, pod security'],
  ['second-global-default', 'part 4, admission of priority classes'],
  ['namespace-', 'part 4, namespaces of requests'],
  ['service-account-secrets-enforced', 'part 4, secrets'],
];

function viewOf(setup: readonly KubernetesObject[]): AdmissionView {
  return {
    ...VECTOR_CLUSTER,
    hasServiceAccount: (_namespace, name) =>
      setup.some(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === name),
  };
}

/** `api.admission`: what is refused though it is valid. */
export const apiAdmission: Checker = {
  kind: 'api.admission',
  check({ path, object, setup, expected }: Case) {
    if (object === undefined) return difference(undefined, expected);
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1] ?? '';
    const decoded = applyDefaults(decodeManifest(object, namespace)[0]!.object!);
    const result = decoded.kind === 'Pod' ? admitPod(decoded as Pod, viewOf(setup)) : { ok: true as const };
    const ours = result.ok
      ? { code: 201 }
      : { code: 403, message: `pods "${decoded.metadata.name}" is forbidden: ${result.message}` };
    return difference(ours, { code: expected.code, message: expected.message });
  },
  known: ({ object, rules }: Case) =>
    object === undefined
      ? 'part 4, admission of deletions'
      : LATER.find(([beginning]) => rules[0]?.startsWith(beginning))?.[1],
};
