import { type ApiRequest, type ApiResult, succeeded } from '../../api/calls.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import { objectKey } from '../../api/store.js';
import {
  attemptAll,
  isNamespaceTerminating,
  note,
  type Story,
  type StoryEvent,
  tellAll,
} from '../../api/sync-story.js';
import type { PodNote } from './pod-memory.js';

/**
 * Makes the pods that are asked for in batches of 1, 2, 4, 8 ..., so that a mistake common to all is made once; stops at
 * the first batch with a refusal and gives it.
 * Source: kubernetes v1.36.3 pkg/controller/controller_utils.go: slowStartBatch, RealPodControl.CreatePods.
 */
export function* createPods(owner: KubernetesObject, requests: readonly ApiRequest[]): Story<ApiResult | undefined> {
  yield* note({ type: 'expect', creations: requests.length, deletions: [] } satisfies PodNote);
  return yield* createExpectedPods(owner, requests);
}

/** As `createPods`, where the creations are expected already. */
export function* createExpectedPods(
  owner: KubernetesObject,
  requests: readonly ApiRequest[],
): Story<ApiResult | undefined> {
  const count = requests.length;
  let created = 0;
  for (let batch = 1; created < count; batch *= 2) {
    const size = Math.min(batch, count - created);
    const results = yield* attemptAll(requests.slice(created, created + size));
    // In a namespace that is going nothing is to be made any more.
    const refusals = results.filter((result) => !succeeded(result) && !isNamespaceTerminating(result));
    const resourceVersion = results.reduce((newest, { object }) => Math.max(newest, versionOf(object)), 0);
    yield* note({ type: 'wrote', what: 'pods', resourceVersion } satisfies PodNote);
    yield* tellAll(() => results.flatMap((result) => creationEvents(owner, result)));
    created += size - refusals.length;
    if (refusals.length > 0) {
      yield* note({ type: 'notCreated', count: count - created } satisfies PodNote);
      return refusals[0];
    }
  }
  return undefined;
}

function versionOf(object: KubernetesObject | undefined): number {
  return object?.metadata.resourceVersion ?? 0;
}

function creationEvents(about: KubernetesObject, result: ApiResult): readonly StoryEvent[] {
  if (isNamespaceTerminating(result)) return [];
  if (!succeeded(result)) {
    return [{ about, type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${result.message}` }];
  }
  const { name } = result.object!.metadata;
  return [{ about, type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${name}` }];
}

/**
 * Deletes the pods all at once, each with its own grace period; gives the first refusal other than that one is gone.
 * Source: RealPodControl.DeletePod.
 */
export function* deletePods(owner: KubernetesObject, victims: readonly Pod[]): Story<ApiResult | undefined> {
  yield* note({ type: 'expect', creations: 0, deletions: victims.map(objectKey) } satisfies PodNote);
  return yield* deleteExpectedPods(owner, victims);
}

/** As `deletePods`, where the deletions are expected already. */
export function* deleteExpectedPods(owner: KubernetesObject, victims: readonly Pod[]): Story<ApiResult | undefined> {
  const results = yield* attemptAll(victims.map(deleteRequest));
  yield* tellAll(() => results.flatMap((result, index) => deletionEvents(owner, victims[index]!, result)));
  const refusals = results.filter((result) => !succeeded(result));
  if (refusals.length > 0) {
    const pods = victims.filter((_pod, index) => !succeeded(results[index]!)).map(objectKey);
    yield* note({ type: 'notDeleted', pods } satisfies PodNote);
  }
  return refusals.find(({ status }) => status !== 404);
}

function deleteRequest({ metadata }: Pod): ApiRequest {
  return { verb: 'delete', kind: 'Pod', namespace: metadata.namespace, name: metadata.name };
}

function deletionEvents(about: KubernetesObject, { metadata }: Pod, result: ApiResult): readonly StoryEvent[] {
  if (succeeded(result)) {
    return [{ about, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${metadata.name}` }];
  }
  if (result.status === 404) return [];
  return [{ about, type: 'Warning', reason: 'FailedDelete', message: `Error deleting: ${result.message}` }];
}
