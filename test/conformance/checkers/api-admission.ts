import type { ApiRequest } from '../../../src/cluster/api/calls.js';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import { applyDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import { kindOf } from '../../../src/cluster/api/kinds.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import { execute } from '../../../src/cluster/api/verbs.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { apiWorld } from '../../cluster/api/api-world.js';
import { type Checker, difference } from './checker.js';

interface Case {
  readonly rules: readonly string[];
  readonly path: string;
  readonly object?: KubernetesObject;
  readonly setup: readonly KubernetesObject[];
  readonly expected: { readonly code: number; readonly reason?: string; readonly message?: string };
}

/** Objects of the cluster in which the cases were tried. */
const CLUSTER = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-public' } },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'low' }, value: -10 },
] as unknown as readonly KubernetesObject[];

/** What the security part of the API server (part 4) will refuse. */
const LATER = /^(pod-security-(baseline|restricted)|service-account-secrets-enforced)$/;

/** `api.admission`: what the API server says to a request, given the objects that are there. */
export const apiAdmission: Checker = {
  kind: 'api.admission',
  check({ path, object, setup, expected }: Case) {
    const { world } = apiWorld();
    for (const there of [...CLUSTER, ...setup]) insertObject(world, asStored(there));
    const result = execute(world, requestOf(path, object));
    // A request that goes on to store its object has been let in.
    const ours = 'next' in result ? { code: 201, message: '' } : { code: result.status, message: result.message };
    return difference(ours, { code: expected.code, message: expected.message ?? '' });
  },
  known: ({ rules }: Case) =>
    LATER.test(rules[0] ?? '') ? 'part 4, pod security and secrets of service accounts' : undefined,
};

function asStored(object: KubernetesObject): KubernetesObject {
  const namespace = object.metadata.namespace ?? '';
  const metadata = { uid: object.metadata.name, resourceVersion: 1, generation: 1, creationTimestamp: 0 };
  const { status } = object as unknown as { status?: { phase?: string } };
  const deletion = status?.phase === 'Terminating' ? { deletionTimestamp: 0 } : {};
  const given = {
    ...object,
    status: status ?? {},
    metadata: { ...object.metadata, ...metadata, ...deletion, namespace },
  };
  return applyDefaults(given as unknown as KubernetesObject);
}

function requestOf(path: string, object: KubernetesObject | undefined): ApiRequest {
  const [, namespace = ''] = /\/namespaces\/([^/]+)\//.exec(path) ?? [];
  if (object === undefined) {
    return { verb: 'delete', kind: 'Namespace', namespace: '', name: path.slice(path.lastIndexOf('/') + 1) };
  }
  const [decoded] = decodeManifest(object, namespace);
  const body = decoded!.object!;
  const where = kindOf(body.kind)?.namespaced === true ? namespace : '';
  return { verb: 'create', kind: body.kind, namespace: where, name: body.metadata.name, body };
}
