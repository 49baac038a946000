import { SECOND_US, type Micros, wholeSeconds } from '../../../kernel/time.js';
import type { Job } from '../../api/objects/batch.js';
import type { Pod } from '../../api/objects/pod.js';
import type { Census } from './census.js';
import { type JobCondition, jobCondition, trueCondition } from './conditions.js';
import { sizeOf } from './index-set.js';
import { judgeFailure } from './pod-failure-policy.js';
import { isFailed } from './pods.js';
import { metSuccessPolicy } from './success-policy.js';

/** Why the Job is to end now, before it has the completions that it wants: the first of the rules that holds. Source: job_controller.go: syncJob. */
export function earlyEnd(census: Census, now: Micros): JobCondition | undefined {
  const { job } = census;
  const conditions = job.status.conditions ?? [];
  const known = trueCondition(conditions, 'SuccessCriteriaMet');
  if (known !== undefined) return known;
  const target = trueCondition(conditions, 'FailureTarget');
  if (target !== undefined) return failedCondition(target, now);
  const failure = failureOf(census, now);
  if (failure !== undefined) return jobCondition('FailureTarget', 'True', failure.reason, failure.message, now);
  const met = census.indexes === undefined ? undefined : metSuccessPolicy(job.spec, census.indexes.succeeded);
  return met === undefined ? undefined : jobCondition('SuccessCriteriaMet', 'True', 'SuccessPolicy', met, now);
}

/** The condition that follows when the last pod has gone. */
export function failedCondition({ reason, message }: JobCondition, now: Micros): JobCondition {
  return jobCondition('Failed', 'True', reason, message, now);
}

interface Failure {
  readonly reason: string;
  readonly message: string;
}

function failureOf(census: Census, now: Micros): Failure | undefined {
  const { job, pods, failed, indexes } = census;
  const { backoffLimit = 0, completions = 0, maxFailedIndexes } = job.spec;
  const failsJob = messageOfPolicy(job, pods);
  if (failsJob !== undefined) return { reason: 'PodFailurePolicy', message: failsJob };
  if (failed > backoffLimit || hasRestartedTooOften(job, pods)) {
    return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const leftUs = timeLeftUs(job, now);
  if (leftUs !== undefined && leftUs <= 0) {
    return { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const failedIndexes = sizeOf(indexes?.failed ?? []);
  if (maxFailedIndexes !== undefined && failedIndexes > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return { reason: 'MaxFailedIndexesExceeded', message };
  }
  if (failedIndexes > 0 && failedIndexes + sizeOf(indexes!.succeeded) >= completions) {
    return { reason: 'FailedIndexes', message: 'Job has failed indexes' };
  }
  return undefined;
}

function messageOfPolicy(job: Job, pods: readonly Pod[]): string | undefined {
  if (job.spec.podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    const message = isFailed(job, pod) ? judgeFailure(job.spec, pod).failsJob : undefined;
    if (message !== undefined) return message;
  }
  return undefined;
}

/** Restarts in place count only with restartPolicy OnFailure. Source: job_controller.go: pastBackoffLimitOnFailure. */
function hasRestartedTooOften({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status.phase !== 'Running' && status.phase !== 'Pending') continue;
    for (const { restartCount } of status.initContainerStatuses ?? []) restarts += restartCount;
    for (const { restartCount } of status.containerStatuses ?? []) restarts += restartCount;
  }
  const { backoffLimit = 0 } = spec;
  return restarts > 0 && restarts >= backoffLimit;
}

/** Until activeDeadlineSeconds are over; undefined where there is no deadline or it stands still. Source: pastActiveDeadline. */
export function timeLeftUs({ spec, status }: Job, now: Micros): Micros | undefined {
  if (spec.activeDeadlineSeconds === undefined || status.startTime === undefined || spec.suspend === true) {
    return undefined;
  }
  return (wholeSeconds(status.startTime) + spec.activeDeadlineSeconds) * SECOND_US - now;
}

/** Has the Job what it wants, with nothing running any more? */
export function isComplete({ job, succeeded }: Census, active: number): boolean {
  const { completions } = job.spec;
  return active === 0 && (completions === undefined ? succeeded > 0 : succeeded >= completions);
}
