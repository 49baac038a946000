import type { Micros } from '../../../kernel/time.js';
import { type ApiResult, succeeded } from '../../api/calls.js';
import type { Job, JobStatus, UncountedTerminatedPods } from '../../api/objects/batch.js';
import type { Pod } from '../../api/objects/pod.js';
import { statusRequest } from '../../api/status-request.js';
import { attemptAll, note, RequestRefused, send, type Story, tell } from '../../api/sync-story.js';
import { noteOwnerWritten } from '../shared/owner-status.js';
import type { PodNote } from '../shared/pod-memory.js';
import type { BackOffRecord } from './back-off.js';
import type { Census } from './census.js';
import { type JobCondition, jobCondition, trueCondition, withCondition } from './conditions.js';
import { failedCondition } from './end.js';
import { formatIndexes, hasIndex, indexSetOf, sizeOf, unionOf } from './index-set.js';
import { judgeFailure } from './pod-failure-policy.js';
import { hasTrackingFinalizer, indexOf, isFailed, isIndexed } from './pods.js';
import { withoutTracking } from './requests.js';

/** Pods under way from "ended" to "counted" at one time at most, so that the status stays small (job_controller.go: MaxUncountedPods). */
const MAXIMUM_UNCOUNTED = 500;

/** What the Job controller has to remember of a sync besides its pods. */
export type JobNote =
  | PodNote
  | { readonly type: 'backOff'; readonly record: BackOffRecord }
  | { readonly type: 'released'; readonly uids: readonly string[] }
  | { readonly type: 'notReleased'; readonly uids: readonly string[] };

/** Look at the Job again then, whatever comes of this sync. */
export interface WakeNote {
  readonly type: 'wake';
  readonly afterUs: Micros;
}

type Draft = { -readonly [Field in keyof JobStatus]: JobStatus[Field] };

/** What a sync has decided so far, on its way into the status. */
export interface Tracking {
  readonly census: Census;
  readonly status: Draft;
  readonly end: JobCondition | undefined;
  readonly terminating: number;
  /** Is there anything new in the status? */
  readonly isChanged: boolean;
  readonly now: Micros;
}

/**
 * Counts pods that have ended, each once whatever fails in between: their uids go into the status, then their finalizers go, then
 * the counters take them in. The Job ends when nothing is left to count.
 * Source: kubernetes v1.36.3 pkg/controller/job/job_controller.go: trackJobStatusAndRemoveFinalizers.
 */
export function* trackPods(tracking: Tracking): Story<undefined> {
  const { census, status, now } = tracking;
  const tracked = census.pods.filter((pod) => hasTrackingFinalizer(pod) && !census.released.has(pod.metadata.uid));
  const withFinalizer = new Set(tracked.map(({ metadata }) => metadata.uid));
  let isChanged = countReleased(status, withFinalizer) || tracking.isChanged;
  const { leaving, isFull, isNew } = noteEnded(tracking, tracked);
  const announced = announceEnd(status, tracking.end, now);
  isChanged = announced.isNew || isNew || isChanged;
  let job: Job = { ...census.job, status: { ...status } };
  if (isChanged) {
    job = yield* writeStatus(job);
    yield* note({ type: 'backOff', record: census.backOff } satisfies JobNote);
  }
  const after: Draft = { ...status };
  const refused = yield* release(leaving, withFinalizer);
  isChanged = countReleased(after, withFinalizer);
  if (refused !== undefined) {
    if (isChanged) yield* writeStatus({ ...job, status: after });
    throw new RequestRefused(refused);
  }
  const isFinished = !isFull && finish(after, announced.final, tracking.terminating, now);
  if (isChanged || isFinished) yield* writeStatus({ ...job, status: after });
  if (isFinished) yield* tellEnd(job, after, announced.final!);
  return undefined;
}

/** Moves uids of pods without finalizer into the counters; were there any? Source: cleanUncountedPodsWithoutFinalizers. */
function countReleased(status: Draft, withFinalizer: ReadonlySet<string>): boolean {
  const { succeeded: succeededBefore = [], failed: failedBefore = [] } = status.uncountedTerminatedPods ?? {};
  const succeeded = succeededBefore.filter((uid) => withFinalizer.has(uid));
  const failed = failedBefore.filter((uid) => withFinalizer.has(uid));
  const newSucceeded = succeededBefore.length - succeeded.length;
  const newFailed = failedBefore.length - failed.length;
  if (newSucceeded > 0) status.succeeded = (status.succeeded ?? 0) + newSucceeded;
  if (newFailed > 0) status.failed = (status.failed ?? 0) + newFailed;
  status.uncountedTerminatedPods = uncounted(succeeded, failed);
  return newSucceeded + newFailed > 0;
}

function uncounted(succeeded: readonly string[], failed: readonly string[]): UncountedTerminatedPods {
  return { ...(succeeded.length > 0 ? { succeeded } : {}), ...(failed.length > 0 ? { failed } : {}) };
}

interface Ended {
  /** Pods whose finalizer may go once the status is stored. */
  readonly leaving: readonly Pod[];
  /** No more pods could be taken in. */
  readonly isFull: boolean;
  readonly isNew: boolean;
}

/** Takes pods that have ended into the status. */
function noteEnded(tracking: Tracking, tracked: readonly Pod[]): Ended {
  const { census, status } = tracking;
  const { job, indexes } = census;
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const [newSucceeded, newFailed] = [[...succeeded], [...failed]];
  const newIndexes: number[] = [];
  const leaving: Pod[] = [];
  let isFull = false;
  for (const pod of inIndexOrder(job, tracked)) {
    if (!mayLeave(tracking, pod)) continue;
    leaving.push(pod);
    const { uid } = pod.metadata;
    const index = indexOf(job, pod);
    const isCountable = indexes === undefined || index !== undefined;
    if (pod.status.phase === 'Succeeded' && !failed.includes(uid)) {
      if (indexes === undefined && !succeeded.includes(uid)) newSucceeded.push(uid);
      else if (index !== undefined && !hasIndex(indexes!.counted, index)) newIndexes.push(index);
    } else if (isToFail(tracking, pod) && isCountable && !failed.includes(uid)) {
      if (judgeFailure(job.spec, pod).isCounted) newFailed.push(uid);
    }
    isFull = newIndexes.length + newSucceeded.length + newFailed.length >= MAXIMUM_UNCOUNTED;
    if (isFull) break;
  }
  status.uncountedTerminatedPods = uncounted(newSucceeded, newFailed);
  const isNew = newIndexes.length > 0 || newSucceeded.length > succeeded.length || newFailed.length > failed.length;
  return { leaving, isFull, isNew: noteIndexes(status, census, newIndexes) || isNew };
}

function inIndexOrder(job: Job, pods: readonly Pod[]): readonly Pod[] {
  if (!isIndexed(job)) return pods;
  return [...pods].sort((left, right) => (indexOf(job, left) ?? -1) - (indexOf(job, right) ?? -1));
}

/** When the Job has failed, what has not ended counts as failed. */
function isToFail({ census, end }: Tracking, pod: Pod): boolean {
  return isFailed(census.job, pod) || (end !== undefined && end.type !== 'SuccessCriteriaMet');
}

/** Source: job_controller.go: canRemoveFinalizer. */
function mayLeave({ census, end }: Tracking, pod: Pod): boolean {
  const { job, indexes } = census;
  const isEnding = job.metadata.deletionTimestamp !== undefined || end !== undefined;
  if (isEnding || pod.status.phase === 'Succeeded') return true;
  if (!isFailed(job, pod)) return false;
  const index = indexOf(job, pod);
  const delayed = index === undefined ? undefined : indexes?.delayed.get(index);
  return delayed?.metadata.uid !== pod.metadata.uid;
}

function noteIndexes(status: Draft, { indexes }: Census, newIndexes: readonly number[]): boolean {
  if (indexes === undefined) return false;
  const { completedIndexes = '', failedIndexes } = status;
  const succeeded = unionOf(indexes.succeeded, indexSetOf(newIndexes));
  status.succeeded = sizeOf(succeeded);
  status.completedIndexes = formatIndexes(succeeded);
  if (indexes.failed !== undefined) status.failedIndexes = formatIndexes(indexes.failed);
  return status.completedIndexes !== completedIndexes || status.failedIndexes !== failedIndexes;
}

/** Writes down that the Job is to end; gives the condition that it ends with. */
function announceEnd(
  status: Draft,
  end: JobCondition | undefined,
  now: Micros,
): { readonly final: JobCondition | undefined; readonly isNew: boolean } {
  const conditions = status.conditions ?? [];
  if (end?.type === 'FailureTarget') {
    status.conditions = [...conditions, end];
    return { final: failedCondition(end, now), isNew: true };
  }
  if (end?.type !== 'SuccessCriteriaMet') return { final: end, isNew: false };
  const isNew = trueCondition(conditions, 'SuccessCriteriaMet') === undefined;
  if (isNew) status.conditions = [...conditions, end];
  return { final: jobCondition('Complete', 'True', end.reason, end.message, now), isNew };
}

/** Takes the finalizers off; gives the first refusal. Source: removeTrackingFinalizerFromPods. */
function* release(pods: readonly Pod[], withFinalizer: Set<string>): Story<ApiResult | undefined> {
  if (pods.length === 0) return undefined;
  yield* note({ type: 'released', uids: pods.map(uidOf) } satisfies JobNote);
  const results = yield* attemptAll(pods.map(withoutTracking));
  const isReleased = (index: number): boolean => succeeded(results[index]!) || results[index]!.status === 404;
  for (const [index, pod] of pods.entries()) if (isReleased(index)) withFinalizer.delete(uidOf(pod));
  const unchanged = pods.filter((_pod, index) => !succeeded(results[index]!));
  if (unchanged.length > 0) yield* note({ type: 'notReleased', uids: unchanged.map(uidOf) } satisfies JobNote);
  return results.find((_result, index) => !isReleased(index));
}

function uidOf({ metadata }: Pod): string {
  return metadata.uid;
}

/** Ends the Job if nothing is left to wait for. Source: enactJobFinished. */
function finish(status: Draft, final: JobCondition | undefined, terminating: number, now: Micros): boolean {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (final === undefined || succeeded.length + failed.length > 0 || terminating > 0) return false;
  status.conditions = withCondition(status.conditions ?? [], final);
  if (final.type === 'Complete') status.completionTime = now;
  return true;
}

/** Source: recordJobFinished. */
function* tellEnd(job: Job, { succeeded: count = 0 }: JobStatus, final: JobCondition): Story<undefined> {
  if (final.type === 'Failed') return yield* tell(job, 'Warning', final.reason, final.message);
  const { completions } = job.spec;
  if (completions !== undefined && count > completions) {
    const message = 'Too many succeeded pods running after completion count reached';
    yield* tell(job, 'Warning', 'TooManySucceededPods', message);
  }
  return yield* tell(job, 'Normal', 'Completed', 'Job completed');
}

function* writeStatus(job: Job): Story<Job> {
  const written = (yield* send(statusRequest(job))) as Job;
  yield* noteOwnerWritten(written);
  return written;
}
