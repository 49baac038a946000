import { draws } from '../../kernel/random.js';
import type { ApiRequest, ApiResult } from './calls.js';
import { resourceOf } from './kinds.js';
import { generateName } from './names.js';
import type { ObjectMeta } from './objects/meta.js';
import { prepareCreate } from './prepare.js';
import { keyOf, stored } from './store.js';
import type { ApiWorld } from './world.js';
import { insertObject } from './writes.js';

/** An object as a client writes it: the server fills in the rest of the metadata. */
export interface ObjectDraft {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Partial<ObjectMeta>;
}

/** Tries before a taken generated name is an error (kubernetes v1.36.3 staging apiserver pkg/registry/rest/create.go). */
const NAME_TRIES = 8;

export function createObject(world: ApiWorld, request: ApiRequest): ApiResult {
  const draft = request.body as ObjectDraft;
  const name = nameOf(world, draft, request.namespace);
  if (stored(world, request.kind, keyOf(request.namespace, name)) !== undefined) {
    return { status: 409, reason: 'AlreadyExists', message: `${resourceOf(request.kind)} "${name}" already exists` };
  }
  const refusal = refuseNamespace(world, request, name);
  if (refusal !== undefined) return refusal;
  const prepared = prepareCreate(world, draft, name);
  if (prepared.object !== undefined) insertObject(world, prepared.object);
  return prepared;
}

function nameOf(world: ApiWorld, draft: ObjectDraft, namespace: string): string {
  const { name, generateName: base } = draft.metadata;
  if (name !== undefined && name !== '') return name;
  if (base === undefined || base === '') return '';
  const draw = draws(world, world.api.streams.names);
  let generated = generateName(base, draw);
  for (let again = 1; again < NAME_TRIES && stored(world, draft.kind, keyOf(namespace, generated)); again++) {
    generated = generateName(base, draw);
  }
  return generated;
}

/** kubernetes v1.36.3 staging apiserver pkg/admission/plugin/namespace/lifecycle/admission.go */
function refuseNamespace(world: ApiWorld, request: ApiRequest, name: string): ApiResult | undefined {
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
