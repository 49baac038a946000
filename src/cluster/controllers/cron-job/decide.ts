import type { Micros } from '../../../kernel/time.js';
import { type ApiRequest, type ApiResult, succeeded } from '../../api/calls.js';
import { parseCronSchedule } from '../../api/cron-schedule.js';
import { microsOf, rfc1123, utcSeconds } from '../../api/epoch.js';
import { type CronJob, type CronJobStatus, finishedCondition, type Job } from '../../api/objects/batch.js';
import { statusRequest } from '../../api/status-request.js';
import { attempt, isNamespaceTerminating, RequestRefused, send, type Story, tell } from '../../api/sync-story.js';
import { timeZoneFault, timeZoneOf, UTC } from '../../api/time-zones.js';
import { deleteJob, withoutActive, withoutSurplus } from './history.js';
import { dueTime, type Timetable, untilNextUs } from './due.js';
import { jobDraft, jobName, referenceTo } from './job-draft.js';

/** What one sync of a CronJob looks at. */
export interface CronJobView {
  readonly cronJob: CronJob;
  /** Jobs that it controls. */
  readonly jobs: readonly Job[];
  readonly now: Micros;
}

/** What a sync has made of the status, and when to come again. */
interface Progress {
  readonly status: CronJobStatus;
  readonly afterUs?: Micros | undefined;
  /** What ended the sync early. */
  readonly refused?: ApiResult;
}

/**
 * One sync of a CronJob: old Jobs go, what has become of its Jobs is noted, a due one is started.
 * Source: kubernetes v1.36.3 pkg/controller/cronjob/cronjob_controllerv2.go: sync; reference/workloads.md 7.2.
 */
export function* syncCronJob(view: CronJobView): Story {
  const { cronJob, jobs } = view;
  const cleaned = yield* withoutSurplus(cronJob, jobs);
  const { status, afterUs, refused } = yield* reconcile({ ...view, cronJob: { ...cronJob, status: cleaned } });
  if (status !== cronJob.status) yield* send(statusRequest({ ...cronJob, status }));
  if (afterUs !== undefined) return { afterUs };
  if (refused !== undefined) throw new RequestRefused(refused);
  return {};
}

/** Source: cronjob_controllerv2.go: syncCronJob. */
function* reconcile({ cronJob, jobs, now }: CronJobView): Story<Progress> {
  const seen = yield* noteJobs(cronJob, jobs);
  if (seen.refused !== undefined) return seen;
  const { status } = seen;
  const current: CronJob = { ...cronJob, status };
  const { spec, metadata } = current;
  if (metadata.deletionTimestamp !== undefined) return { status };
  const { timeZone } = spec;
  const zone = timeZone === undefined ? UTC : timeZoneOf(timeZone);
  if (zone === undefined) {
    const message = `invalid timeZone: ${JSON.stringify(timeZone)}: ${timeZoneFault(timeZone!)}`;
    yield* tell(cronJob, 'Warning', 'UnknownTimeZone', message);
    return { status };
  }
  if (spec.suspend === true) return { status };
  const parsed = parseCronSchedule(spec.schedule);
  if (!parsed.ok) {
    const message = `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${parsed.fault}`;
    yield* tell(cronJob, 'Warning', 'UnparseableSchedule', message);
    return { status };
  }
  return yield* startIfDue({ cronJob: current, schedule: parsed.schedule, zone, now });
}

/** Notes which of its Jobs have ended, and which have gone. */
function* noteJobs(cronJob: CronJob, jobs: readonly Job[]): Story<Progress> {
  let { status } = cronJob;
  for (const job of jobs) {
    const { uid, name } = job.metadata;
    const isActive = (status.active ?? []).some((reference) => reference.uid === uid);
    const end = finishedCondition(job);
    if (!isActive && end === undefined) {
      const fresh = yield* attempt(getRequest(cronJob));
      if (!succeeded(fresh)) return { status, refused: fresh };
      const known = ((fresh.object as CronJob).status.active ?? []).some((reference) => reference.uid === uid);
      if (known) status = (fresh.object as CronJob).status;
      else {
        const message = `Saw a job that the controller did not create or forgot: ${name}`;
        yield* tell(cronJob, 'Warning', 'UnexpectedJob', message);
      }
    } else if (isActive && end !== undefined) {
      status = withoutActive(status, uid);
      yield* tell(cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end.type}`);
    }
    if (end?.type === 'Complete') status = withSuccess(status, job.status.completionTime);
  }
  return yield* withoutMissing(cronJob, status, jobs);
}

function withSuccess(status: CronJobStatus, completionTime: Micros | undefined): CronJobStatus {
  const { lastSuccessfulTime } = status;
  if (completionTime === undefined) return status;
  if (lastSuccessfulTime !== undefined && completionTime <= lastSuccessfulTime) return status;
  return { ...status, lastSuccessfulTime: completionTime };
}

/** Jobs that have gone are asked for at the server itself: the informer may not show them yet. */
function* withoutMissing(cronJob: CronJob, given: CronJobStatus, jobs: readonly Job[]): Story<Progress> {
  let status = given;
  for (const { uid, namespace, name } of given.active ?? []) {
    if (jobs.some(({ metadata }) => metadata.uid === uid)) continue;
    const found = yield* attempt({ verb: 'get', kind: 'Job', namespace, name });
    if (succeeded(found)) continue;
    if (found.status !== 404) return { status, refused: found };
    yield* tell(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
    status = withoutActive(status, uid);
  }
  return { status };
}

function getRequest({ metadata }: CronJob): ApiRequest {
  return { verb: 'get', kind: 'CronJob', namespace: metadata.namespace, name: metadata.name };
}

function* startIfDue(timetable: Timetable): Story<Progress> {
  const { cronJob, now } = timetable;
  const { spec, status } = cronJob;
  const { at: due, missedMany, isVoid } = dueTime(timetable);
  if (isVoid) {
    const message = `invalid schedule: ${spec.schedule} : time difference between two schedules is less than 1 second`;
    yield* tell(cronJob, 'Warning', 'InvalidSchedule', message);
    return { status };
  }
  const later = { status, afterUs: untilNextUs(timetable) };
  if (due === undefined) return later;
  if (missedMany) {
    const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    yield* tell(cronJob, 'Warning', 'TooManyMissedTimes', message);
  }
  if (spec.startingDeadlineSeconds !== undefined && due + spec.startingDeadlineSeconds < utcSeconds(now)) {
    yield* tell(cronJob, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(due)}`);
    return later;
  }
  const active = status.active ?? [];
  const isStarted = active.some(({ name }) => name === jobName(cronJob, due));
  if (isStarted || status.lastScheduleTime === microsOf(due)) return later;
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    yield* tell(cronJob, 'Normal', 'JobAlreadyActive', message);
    return later;
  }
  return yield* start(timetable, due);
}

function* start(timetable: Timetable, due: number): Story<Progress> {
  const { cronJob, zone } = timetable;
  const freed = cronJob.spec.concurrencyPolicy === 'Replace' ? yield* replaceActive(cronJob) : cronJob;
  if (!('metadata' in freed)) return freed;
  const { status } = freed;
  const draft = jobDraft(cronJob, due, zone);
  const { namespace } = cronJob.metadata;
  const result = yield* attempt({ verb: 'create', kind: 'Job', namespace, name: '', body: draft });
  let job = result.object as Job | undefined;
  if (succeeded(result)) {
    yield* tell(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job!.metadata.name}`);
  } else if (result.reason === 'AlreadyExists') {
    const name = jobName(cronJob, due);
    job = (yield* send({ verb: 'get', kind: 'Job', namespace, name })) as Job;
    const isOwn = job.metadata.ownerReferences?.some(({ uid }) => uid === cronJob.metadata.uid) === true;
    const isNoted = (status.active ?? []).some(({ uid }) => uid === job!.metadata.uid);
    if (!isOwn || isNoted) return { status };
  } else {
    if (!isNamespaceTerminating(result)) {
      yield* tell(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${result.message}`);
    }
    return { status, refused: result };
  }
  const started: CronJobStatus = {
    ...status,
    active: [...(status.active ?? []), referenceTo(job!)],
    lastScheduleTime: microsOf(due),
  };
  const afterUs = untilNextUs({ ...timetable, cronJob: { ...cronJob, status: started } });
  return { status: started, afterUs };
}

/** Policy Replace: what runs is deleted before the next Job is made. */
function* replaceActive(cronJob: CronJob): Story<CronJob | Progress> {
  let { status } = cronJob;
  for (const { uid, namespace, name } of cronJob.status.active ?? []) {
    const found = yield* attempt({ verb: 'get', kind: 'Job', namespace, name });
    if (!succeeded(found)) {
      yield* tell(cronJob, 'Warning', 'FailedGet', `Get job: ${found.message}`);
      return { status, refused: found };
    }
    const deleted = yield* deleteJob(cronJob, found.object as Job);
    if (deleted !== undefined) return { status, refused: deleted };
    status = withoutActive(status, uid);
  }
  return { ...cronJob, status };
}
