import { type ApiResult, succeeded } from '../../api/calls.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import { statusRequest } from '../../api/status-request.js';
import { attempt, note, RequestRefused, send, type Story } from '../../api/sync-story.js';
import type { PodNote } from './pod-memory.js';

/**
 * Writes the status of an owner of pods, with one more try after a look at the server.
 * Source: kubernetes v1.36.3 pkg/controller/replicaset/replica_set_utils.go: updateReplicaSetStatus, pkg/controller/daemon:
 * storeDaemonSetStatus: StatusUpdateRetries.
 */
export function* writeOwnerStatus<Status>(
  owner: KubernetesObject & { readonly status: Status },
  status: Status,
): Story<undefined> {
  let result: ApiResult = yield* attempt(statusRequest({ ...owner, status }));
  if (!succeeded(result)) {
    const { kind, metadata } = owner;
    const fresh = yield* send({ verb: 'get', kind, namespace: metadata.namespace, name: metadata.name });
    result = yield* attempt(statusRequest({ ...fresh, status }));
  }
  if (!succeeded(result)) throw new RequestRefused(result);
  yield* noteOwnerWritten(result.object!);
  return undefined;
}

/** The informer has to show what was written before the next decision. */
export function noteOwnerWritten({ metadata }: KubernetesObject): Story<undefined> {
  return note({ type: 'wrote', what: 'owner', resourceVersion: metadata.resourceVersion } satisfies PodNote);
}
