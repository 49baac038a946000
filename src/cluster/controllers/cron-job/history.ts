import { type ApiResult, succeeded } from '../../api/calls.js';
import { type CronJob, type CronJobStatus, finishedCondition, type Job } from '../../api/objects/batch.js';
import { attempt, type Story, tell } from '../../api/sync-story.js';

/**
 * Deletes the Jobs that have ended beyond the limits of the history, those first that began first; gives the status without them.
 * Source: kubernetes v1.36.3 pkg/controller/cronjob/cronjob_controllerv2.go: cleanupFinishedJobs.
 */
export function* withoutSurplus(cronJob: CronJob, jobs: readonly Job[]): Story<CronJobStatus> {
  const { successfulJobsHistoryLimit: successes, failedJobsHistoryLimit: failures } = cronJob.spec;
  const ended = (type: string): Job[] => jobs.filter((job) => finishedCondition(job)?.type === type);
  let { status } = cronJob;
  const surplus = [...oldest(ended('Complete'), successes), ...oldest(ended('Failed'), failures)];
  for (const job of surplus) {
    if ((yield* deleteJob(cronJob, job)) === undefined) status = withoutActive(status, job.metadata.uid, true);
  }
  return status;
}

function oldest(jobs: readonly Job[], limit = Number.POSITIVE_INFINITY): Job[] {
  return [...jobs].sort(byStart).slice(0, Math.max(0, jobs.length - limit));
}

/** Those that never started last. */
function byStart({ status: left, metadata: one }: Job, { status: right, metadata: other }: Job): number {
  const leftAt = left.startTime ?? Number.POSITIVE_INFINITY;
  const rightAt = right.startTime ?? Number.POSITIVE_INFINITY;
  if (leftAt !== rightAt) return leftAt < rightAt ? -1 : 1;
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

/** Deletes a Job with its pods; gives the refusal, if there was one. */
export function* deleteJob(cronJob: CronJob, { metadata }: Job): Story<ApiResult | undefined> {
  const { namespace, name } = metadata;
  const result = yield* attempt({ verb: 'delete', kind: 'Job', namespace, name, propagation: 'Background' });
  if (!succeeded(result)) {
    yield* tell(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${result.message}`);
    return result;
  }
  yield* tell(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  return undefined;
}

/** `isNews`: the status is to be written even if the Job was not among the active ones. */
export function withoutActive(status: CronJobStatus, uid: string, isNews = false): CronJobStatus {
  const { active = [], ...rest } = status;
  const left = active.filter((reference) => reference.uid !== uid);
  if (left.length === active.length && !isNews) return status;
  return left.length === 0 ? rest : { ...rest, active: left };
}
