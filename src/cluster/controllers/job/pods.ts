import { type Micros, SECOND_US, wholeSeconds } from '../../../kernel/time.js';
import type { Job } from '../../api/objects/batch.js';
import type { ContainerStatus, Pod } from '../../api/objects/pod.js';
import { podCondition } from '../../api/pod-predicates.js';

/** What the Job controller reads off a pod. Source: kubernetes v1.36.3 pkg/controller/job. */

/** On a pod until it is counted in its Job's status. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
/** Annotation and label of a pod of an Indexed Job. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
/** Failures of an index before this pod, where each index has a limit of its own: those that count, and those that do not. */
export const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
export const IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';

export function hasTrackingFinalizer({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) === true;
}

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

export function hasLimitPerIndex({ spec }: Job): boolean {
  return spec.backoffLimitPerIndex !== undefined;
}

/** Only pods that have failed are replaced: those that are still ending hold their place. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
}

/** A pod being deleted counts as failed, too, unless only failed ones are replaced. Source: job_controller.go: isPodFailed. */
export function isFailed(job: Job, { metadata, status }: Pod): boolean {
  if (status.phase === 'Failed') return true;
  return !replacesOnlyFailed(job) && metadata.deletionTimestamp !== undefined && status.phase !== 'Succeeded';
}

/** The pod's index, if it is one of the Job's. */
export function indexOf({ spec }: Job, pod: Pod): number | undefined {
  const index = countIn(pod, COMPLETION_INDEX);
  return index !== undefined && index < (spec.completions ?? 0) ? index : undefined;
}

/** Failures of the pod's index before it that count against its limit. */
export function failuresBefore(pod: Pod): number {
  return countIn(pod, FAILURE_COUNT) ?? 0;
}

export function ignoredFailuresBefore(pod: Pod): number {
  return countIn(pod, IGNORED_FAILURE_COUNT) ?? 0;
}

function countIn({ metadata }: Pod, annotation: string): number | undefined {
  const text = metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * When a pod ended, in whole seconds as Kubernetes stores times: the end of its last container, else since when it is not ready, else
 * when its deletion was asked for. Source: backoff_utils.go: getFinishedTime.
 */
export function finishedAt(pod: Pod): Micros {
  const at = containersFinishedAt(pod) ?? notReadySince(pod) ?? deletionAskedAt(pod) ?? pod.metadata.creationTimestamp;
  return wholeSeconds(at) * SECOND_US;
}

function containersFinishedAt({ spec, status }: Pod): Micros | undefined {
  const sidecars = new Set((spec.initContainers ?? []).filter((init) => init.restartPolicy === 'Always').map(nameOf));
  const statuses = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  return statuses.every(hasFinished) ? latest(statuses.map(({ state }) => state.terminated!.finishedAt!)) : undefined;
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function hasFinished({ state }: ContainerStatus): boolean {
  return state.terminated?.finishedAt !== undefined;
}

function latest(times: readonly Micros[]): Micros | undefined {
  return times.length === 0 ? undefined : Math.max(...times);
}

function notReadySince(pod: Pod): Micros | undefined {
  const ready = podCondition(pod, 'Ready');
  return ready?.status === 'False' ? ready.lastTransitionTime : undefined;
}

function deletionAskedAt({ metadata }: Pod): Micros | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  return deletionTimestamp === undefined ? undefined : deletionTimestamp - deletionGracePeriodSeconds * SECOND_US;
}
