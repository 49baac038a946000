import type { Micros } from '../../../kernel/time.js';
import type { Job, JobStatus } from '../../api/objects/batch.js';
import type { Pod } from '../../api/objects/pod.js';
import { claimObjects, controllerOf } from '../../api/owner-references.js';
import { isReady } from '../../api/pod-predicates.js';
import { matchesSelector } from '../../api/selectors.js';
import { note, RequestRefused, type Story, tell } from '../../api/sync-story.js';
import { deletePods } from '../shared/pod-control.js';
import { type Census, type JobView, takeCensus } from './census.js';
import { type JobCondition, jobCondition, withCondition } from './conditions.js';
import { earlyEnd, isComplete, timeLeftUs } from './end.js';
import { type Managed, managePods } from './manage-pods.js';
import { hasTrackingFinalizer, TRACKING_FINALIZER } from './pods.js';
import { trackPods, type WakeNote } from './tracking.js';

/**
 * One sync of a Job that has not ended.
 * Source: kubernetes v1.36.3 pkg/controller/job/job_controller.go: syncJob; reference/workloads.md 7.1.
 */
export function* syncJob(view: JobView): Story {
  const { mayManage, now } = view;
  const job = started(view.job, now);
  const pods = yield* claimPods(job, view.candidates);
  const census = takeCensus({ ...view, job }, pods);
  let end = earlyEnd(census, now);
  let managed: Managed = { active: census.active.length, deleted: 0, deletedReady: 0 };
  let suspension = { status: job.status, isNew: false };
  if (end !== undefined) {
    managed = yield* deleteActive(census);
    // Pods may be left, or there may be some that the informer does not know yet.
    if (managed.active > 0 || !mayManage) end = undefined;
  } else {
    const deadlineUs = timeLeftUs(job, now);
    if (deadlineUs !== undefined) yield* note({ type: 'wake', afterUs: deadlineUs } satisfies WakeNote);
    const manages = mayManage && job.metadata.deletionTimestamp === undefined;
    if (manages) managed = yield* managePods(census, now);
    if (isComplete(census, managed.active)) end = completion(now);
    else if (manages) suspension = yield* noteSuspension(job, now);
  }
  const terminating = census.terminating + managed.deleted;
  const ready = census.ready - managed.deletedReady;
  const { active } = managed;
  const { status } = job;
  const isChanged =
    suspension.isNew || active !== (status.active ?? 0) || ready !== status.ready || terminating !== status.terminating;
  const draft = { ...suspension.status, active, ready, terminating };
  yield* trackPods({ census, status: draft, end, terminating, isChanged, now });
  if (managed.refused !== undefined) throw new RequestRefused(managed.refused);
  return {};
}

/** The first sync of a Job that may run is its start. */
function started(job: Job, now: Micros): Job {
  if (job.status.startTime !== undefined || job.spec.suspend === true) return job;
  return { ...job, status: { ...job.status, startTime: now } };
}

/** Source: getPodsForJob. An adopted pod gets the finalizer with its owner. */
function* claimPods(job: Job, candidates: readonly Pod[]): Story<Pod[]> {
  const matches = (labels: Pod['metadata']['labels']): boolean => matchesSelector(job.spec.selector, labels);
  const claimed = yield* claimObjects(job, matches, candidates, [TRACKING_FINALIZER]);
  return claimed.map((pod) => (controllerOf(pod) === undefined ? tracked(pod) : pod));
}

function tracked(pod: Pod): Pod {
  if (hasTrackingFinalizer(pod)) return pod;
  const finalizers = [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER];
  return { ...pod, metadata: { ...pod.metadata, finalizers } };
}

/** The Job is over: what runs goes, with its grace period. Source: deleteActivePods. */
function* deleteActive({ job, active }: Census): Story<Managed> {
  if (active.length === 0) return { active: 0, deleted: 0, deletedReady: 0 };
  const refused = yield* deletePods(job, active);
  if (refused !== undefined) return { active: active.length, deleted: 0, deletedReady: 0, refused };
  return { active: 0, deleted: active.length, deletedReady: active.filter(isReady).length };
}

function completion(now: Micros): JobCondition {
  const message = 'Reached expected number of succeeded pods';
  return jobCondition('SuccessCriteriaMet', 'True', 'CompletionsReached', message, now);
}

/** A Job that is resumed starts anew: its deadline is about the time in which it was active. */
function* noteSuspension(job: Job, now: Micros): Story<{ readonly status: JobStatus; readonly isNew: boolean }> {
  const conditions = job.status.conditions ?? [];
  const isSuspended = job.spec.suspend === true;
  const condition = isSuspended
    ? jobCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', now)
    : jobCondition('Suspended', 'False', 'JobResumed', 'Job resumed', now);
  const next = withCondition(conditions, condition);
  if (next === conditions) return { status: job.status, isNew: false };
  yield* tell(job, 'Normal', isSuspended ? 'Suspended' : 'Resumed', condition.message);
  const { startTime: _startTime, ...status } = job.status;
  return { status: { ...status, conditions: next, ...(isSuspended ? {} : { startTime: now }) }, isNew: true };
}
