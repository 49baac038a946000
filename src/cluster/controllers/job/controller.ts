import { MINUTE_US, SECOND_US } from '../../../kernel/time.js';
import { type Controllers, enqueue, enqueueAfter, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { controllerKey, KCM, kcmLister } from '../../api/kcm.js';
import { finishedCondition, type Job } from '../../api/objects/batch.js';
import type { StringMap } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import { controlledBy, orphansFor } from '../../api/owner-index.js';
import { controllerOf } from '../../api/owner-references.js';
import { matchesSelector } from '../../api/selectors.js';
import { type ObjectKey, objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { creationObserved, deletionObserved, isSatisfied } from '../shared/expectations.js';
import { formerOwner, isGoing, possibleOwners } from '../shared/pod-changes.js';
import { isBehind } from '../shared/pod-memory.js';
import { NO_FAILURES } from './back-off.js';
import type { JobView } from './census.js';
import { syncJob } from './decide.js';
import { timeLeftUs } from './end.js';
import { BATCH_US } from './manage-pods.js';
import { hasTrackingFinalizer } from './pods.js';
import { withoutTracking } from './requests.js';
import { forgetJob, type JobWorld, keepJobNote, releaseObserved } from './state.js';
import type { JobNote, WakeNote } from './tracking.js';

/** kubernetes v1.36.3 pkg/controller/job/config/v1alpha1/defaults.go */
const WORKERS = 5;
/** First and longest retry delay (job_controller.go: DefaultJobApiBackOff, MaxJobApiBackOff). */
const RETRY_BASE_US = SECOND_US;
const RETRY_MAXIMUM_US = MINUTE_US;
/** Who plays Jobs that name nobody else (batch/v1: JobControllerName). */
const CONTROLLER = 'kubernetes.io/job-controller';
/** Before the key of a pod that belongs to no Job any more: in line with the Jobs' keys, as they share the client. */
const LEFT_POD = 'pod:';

/** The Job controller. Source: kubernetes v1.36.3 pkg/controller/job; reference/workloads.md 7.1. */
export function registerJob<W extends JobWorld>(controllers: Controllers<W>, listeners: Listeners<W>): void {
  const controllerId = controllers.add({
    name: 'job-controller',
    workers: WORKERS,
    retryBaseUs: RETRY_BASE_US,
    retryMaximumUs: RETRY_MAXIMUM_US,
    sync: (world, key) => {
      if (key.startsWith(LEFT_POD)) return releaseLeftPod(world, key.slice(LEFT_POD.length));
      const job = kcmLister<Job>(world, 'Job').get(key);
      if (job === undefined) forgetJob(world.controllers.job, key); // notes of a sync that was under way
      if (job === undefined || !isOurs(job)) return SYNC_DONE;
      if (finishedCondition(job) !== undefined) {
        world.controllers.job.backOffs.delete(key);
        return SYNC_DONE;
      }
      if (isBehind(world, world.controllers.job, job)) return { requests: [], outcome: { retry: true } };
      return beginStory(world, teller, viewOf(world, job));
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = {
    controllerId,
    story: syncJob,
    onNote: (world: JobWorld, { job }: JobView, note: unknown): void => {
      const heard = note as JobNote | WakeNote;
      if (heard.type === 'wake') enqueueAfter(world, controllerId, objectKey(job), heard.afterUs);
      else keepJobNote(world.controllers.job, objectKey(job), heard, world.kernel.now);
    },
  };
  listeners.on<Job>(KCM, 'Job', (world, change) => observeJob(world, controllerId, change));
  listeners.on<Pod>(KCM, 'Pod', (world, change) => observePod(world, controllerId, change));
}

function isOurs({ spec }: Job): boolean {
  return spec.managedBy === undefined || spec.managedBy === CONTROLLER;
}

function viewOf(world: JobWorld, job: Job): JobView {
  const { expectations, backOffs, released } = world.controllers.job;
  const { now } = world.kernel;
  const { uid, namespace } = job.metadata;
  const key = objectKey(job);
  const pods = world.kcm.owned.Pod;
  return {
    job,
    candidates: [
      ...controlledBy<Pod>(pods, uid).values(),
      ...orphansFor<Pod>(pods, namespace, job.spec.selector ?? {}).values(),
    ],
    mayManage: isSatisfied(expectations, key, now),
    backOff: backOffs.get(key) ?? NO_FAILURES,
    released: [...(released.get(key) ?? [])],
    now,
  };
}

/** Takes the finalizer off a pod that nobody will count any more. Source: job_controller.go: syncOrphanPod. */
function releaseLeftPod(world: JobWorld, key: ObjectKey): SyncStep {
  const pod = kcmLister<Pod>(world, 'Pod').get(key);
  if (pod === undefined || !hasTrackingFinalizer(pod)) return SYNC_DONE;
  const owner = controllerOf(pod);
  if (owner !== undefined) {
    if (owner.kind !== 'Job') return SYNC_DONE;
    const jobKey = controllerKey(world, 'Job', pod);
    const job = jobKey === undefined ? undefined : kcmLister<Job>(world, 'Job').get(jobKey);
    if (job !== undefined && (!isOurs(job) || finishedCondition(job) === undefined)) return SYNC_DONE;
  }
  return { requests: [withoutTracking(pod)] };
}

/** Source: job_controller.go: addJob, updateJob, deleteJob. */
function observeJob(world: JobWorld, controllerId: number, { type, object, before }: Change<Job>): void {
  const key = objectKey(object);
  const isAnother = before !== undefined && before.metadata.uid !== object.metadata.uid;
  if (type === 'deleted' || isAnother) forgetJob(world.controllers.job, key);
  const isStatusOnly = type === 'modified' && before!.metadata.generation === object.metadata.generation;
  enqueueAfter(world, controllerId, key, isStatusOnly ? BATCH_US : 0);
  const isOver = type === 'deleted' || (type === 'modified' && finishedCondition(object) !== undefined);
  if (isOver)
    for (const pod of controlledBy<Pod>(world.kcm.owned.Pod, object.metadata.uid).values()) {
      leavePod(world, controllerId, pod);
    }
  const isNewDeadline = before?.spec.activeDeadlineSeconds !== object.spec.activeDeadlineSeconds;
  const leftUs = timeLeftUs(object, world.kernel.now);
  if (type === 'modified' && isNewDeadline && leftUs !== undefined) enqueueAfter(world, controllerId, key, leftUs);
}

function leavePod(world: JobWorld, controllerId: number, pod: Pod): void {
  if (hasTrackingFinalizer(pod)) enqueue(world, controllerId, LEFT_POD + objectKey(pod));
}

/** Source: job_controller.go: addPod, updatePod, deletePod. */
function observePod(world: JobWorld, controllerId: number, change: Change<Pod>): void {
  const { type, object } = change;
  const state = world.controllers.job;
  const { uid } = object.metadata;
  const isReleased = type === 'deleted' || !hasTrackingFinalizer(object);
  const former = formerOwner(world, 'Job', change);
  if (former !== undefined) {
    if (isReleased) releaseObserved(state, former, uid);
    enqueueAfter(world, controllerId, former, BATCH_US);
  }
  const key = controllerKey(world, 'Job', object);
  if (key === undefined) {
    observeStranger(world, controllerId, change);
    return;
  }
  const job = kcmLister<Job>(world, 'Job').get(key)!;
  if (isGoing(change) && finishedCondition(job) !== undefined) {
    leavePod(world, controllerId, object);
    return;
  }
  if (isGoing(change)) deletionObserved(state.expectations, key, objectKey(object));
  else if (type === 'added') creationObserved(state.expectations, key);
  if (isReleased) releaseObserved(state, key, uid);
  enqueueAfter(world, controllerId, key, BATCH_US);
}

/** A pod that belongs to no Job that is known: its finalizer goes if a Job once put it there, and a Job may want to adopt it. */
function observeStranger(world: JobWorld, controllerId: number, change: Change<Pod>): void {
  const { object: pod } = change;
  const owner = controllerOf(pod);
  if (owner === undefined ? hasTrackingFinalizer(pod) : owner.kind === 'Job' && isGoing(change)) {
    leavePod(world, controllerId, pod);
  }
  const selects = ({ spec }: Job, labels: StringMap | undefined): boolean => matchesSelector(spec.selector, labels);
  for (const key of possibleOwners(world, 'Job', selects, change)) enqueueAfter(world, controllerId, key, BATCH_US);
}
