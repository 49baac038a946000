import { draws } from '../../kernel/random.js';
import { MILLISECOND_US } from '../../kernel/time.js';
import type { ApiRequest, ApiResult, NextStep, Pending } from './calls.js';
import { resourceOf } from './kinds.js';
import { generateName } from './names.js';
import type { KubernetesObject, ObjectMeta } from './objects/meta.js';
import type { Pod } from './objects/pod.js';
import type { ResourceQuota } from './objects/quota.js';
import { DEFAULT_ACCOUNT, filledIn, forbidden, hasServiceAccount, prepareCreate } from './prepare.js';
import { checkQuotas } from './quota/check.js';
import { collection, keyOf, objectKey, stored } from './store.js';
import type { ApiWorld } from './world.js';
import { insertObject, nextVersion, replaceObject } from './writes.js';

/** An object as a client writes it: the server fills in the rest of the metadata. */
export interface ObjectDraft {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Partial<ObjectMeta>;
}

/** Tries before a taken generated name is an error (kubernetes v1.36.3 staging apiserver pkg/registry/rest/create.go). */
const NAME_TRIES = 8;

export function createObject(world: ApiWorld, request: ApiRequest): ApiResult | Pending {
  const draft = request.body as ObjectDraft;
  let name = nameOf(world, draft);
  let key = keyOf(request.namespace, name);
  for (let tries = 1; stored(world, request.kind, key) !== undefined; tries++) {
    if (tries === NAME_TRIES || !isGenerated(draft)) return alreadyExists(request, name);
    name = nameOf(world, draft);
    key = keyOf(request.namespace, name);
  }
  const refusal = refuseNamespace(world, request, name);
  if (refusal !== undefined) return refusal;
  const prepared = prepareCreate(world, draft, name);
  const { object } = prepared;
  if (object === undefined) return prepared;
  const quotas = quotasOf(world, request.namespace);
  if (quotas.length > 0) {
    const verdict = checkQuotas(quotas, object, world.kernel.now);
    if (!verdict.ok) return forbidden(object, verdict.message);
    if (verdict.charged.length > 0) {
      for (const quota of verdict.charged)
        replaceObject(world, stored<ResourceQuota>(world, 'ResourceQuota', objectKey(quota))!, quota);
      return { next: { step: 'store', object } };
    }
  }
  insertObject(world, object, key);
  return prepared;
}

/**
 * Stores an object whose quotas have been charged, which took a write of its own: what fails now leaves them too high until their
 * controller counts again.
 */
export function storeObject(world: ApiWorld, request: ApiRequest, prepared: KubernetesObject): ApiResult {
  if (stored(world, request.kind, objectKey(prepared)) !== undefined) {
    return alreadyExists(request, prepared.metadata.name);
  }
  const metadata = { ...prepared.metadata, resourceVersion: nextVersion(world) };
  const object = { ...prepared, metadata };
  insertObject(world, object);
  return { status: 201, reason: '', message: '', object };
}

function alreadyExists({ kind }: ApiRequest, name: string): ApiResult {
  return { status: 409, reason: 'AlreadyExists', message: `${resourceOf(kind)} "${name}" already exists` };
}

/** Admission looks at the quotas last of all (kubernetes v1.36.3 staging apiserver pkg/admission/plugin/resourcequota). */
export function quotasOf(world: ApiWorld, namespace: string): readonly ResourceQuota[] {
  const quotas = collection<ResourceQuota>(world, 'ResourceQuota');
  if (quotas.size === 0) return NO_QUOTAS;
  return [...quotas.values()].filter(({ metadata }) => metadata.namespace === namespace);
}

const NO_QUOTAS: readonly ResourceQuota[] = [];

/** What stands against a new object that no write is needed for to know: a quota that is used up already. */
export function refuseEarly(world: ApiWorld, request: ApiRequest): ApiResult | Pending | undefined {
  const quotas = quotasOf(world, request.namespace);
  if (quotas.length === 0) return undefined;
  const turn = world.api.quotaTurns.get(request.namespace);
  if (turn !== undefined && turn.endsAt > world.kernel.now) return undefined;
  const draft = filledIn(world, request.body as KubernetesObject, request.namespace);
  return checkQuotas(quotas, draft, world.kernel.now).ok ? undefined : createObject(world, request);
}

/** kubernetes v1.36.3 plugin/pkg/admission/serviceaccount/admission.go: getServiceAccount */
const ACCOUNT_TRIES = 10;
const ACCOUNT_RETRY_US = 100 * MILLISECOND_US;

/** The first pod of a new namespace waits for the service account that its controller is about to make. */
export function awaitAccount(world: ApiWorld, request: ApiRequest, next: NextStep | undefined): Pending | undefined {
  if (next?.step === 'store') return undefined;
  const { serviceAccountName = DEFAULT_ACCOUNT } = (request.body as Pod).spec;
  if (serviceAccountName !== DEFAULT_ACCOUNT) return undefined;
  if (hasServiceAccount(world, request.namespace, DEFAULT_ACCOUNT)) return undefined;
  const namespace = stored(world, 'Namespace', request.namespace);
  const tries = next?.step === 'account' ? next.tries : 0;
  const isVain = namespace === undefined || namespace.metadata.deletionTimestamp !== undefined;
  if (isVain || tries >= ACCOUNT_TRIES) return undefined;
  const pauseUs = Math.round(ACCOUNT_RETRY_US * (1 + draws(world, world.api.streams.server)()));
  return { pauseUs, next: { step: 'account', tries: tries + 1 } };
}

function nameOf(world: ApiWorld, { metadata }: ObjectDraft): string {
  const { name = '', generateName: base = '' } = metadata;
  return name !== '' || base === '' ? name : generateName(base, draws(world, world.api.streams.names));
}

function isGenerated({ metadata: { name = '', generateName = '' } }: ObjectDraft): boolean {
  return name === '' && generateName !== '';
}

/** kubernetes v1.36.3 staging apiserver pkg/admission/plugin/namespace/lifecycle/admission.go */
export function refuseNamespace(world: ApiWorld, request: ApiRequest, name: string): ApiResult | undefined {
  if (request.namespace === '') return undefined;
  const namespace = stored(world, 'Namespace', request.namespace);
  if (namespace === undefined) {
    return { status: 404, reason: 'NotFound', message: `namespaces "${request.namespace}" not found` };
  }
  if (namespace.metadata.deletionTimestamp === undefined) return undefined;
  const why = `unable to create new content in namespace ${request.namespace} because it is being terminated`;
  const message = `${resourceOf(request.kind)} "${name}" is forbidden: ${why}`;
  return { status: 403, reason: 'Forbidden', message };
}
