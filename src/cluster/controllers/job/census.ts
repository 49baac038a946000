import type { Micros } from '../../../kernel/time.js';
import type { Job } from '../../api/objects/batch.js';
import type { Pod } from '../../api/objects/pod.js';
import { isActive, isReady, isTerminating } from '../../api/pod-predicates.js';
import { type BackOffRecord, recordAfter } from './back-off.js';
import { hasIndex, type IndexSet, indexSetOf, parseIndexes, sizeOf, unionOf } from './index-set.js';
import { judgeFailure } from './pod-failure-policy.js';
import {
  failuresBefore,
  finishedAt,
  hasLimitPerIndex,
  hasTrackingFinalizer,
  ignoredFailuresBefore,
  indexOf,
  isFailed,
  isIndexed,
} from './pods.js';

/** What one sync of a Job looks at. */
export interface JobView {
  readonly job: Job;
  /** Pods of the Job, and those of its namespace without an owner. */
  readonly candidates: readonly Pod[];
  /** Have the pods that were asked for earlier been seen? Without that nothing is created or deleted. */
  readonly mayManage: boolean;
  readonly backOff: BackOffRecord;
  /** Uids of pods whose finalizer has been taken off, which the informer has not shown yet. */
  readonly released: readonly string[];
  readonly now: Micros;
}

/** The indexes of an Indexed Job. */
export interface IndexCensus {
  /** As the status has them. */
  readonly counted: IndexSet;
  /** With those of pods that are not counted yet. */
  readonly succeeded: IndexSet;
  /** Only where each index has a limit of its own. */
  readonly failed: IndexSet | undefined;
  /** By index the last pod that failed: it stays until there is another, which takes its number of failures over. */
  readonly delayed: ReadonlyMap<number, Pod>;
}

/** Where a Job stands: its status, and the pods that are not counted in it yet. */
export interface Census {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly ready: number;
  readonly terminating: number;
  readonly released: ReadonlySet<string>;
  readonly succeeded: number;
  readonly failed: number;
  readonly backOff: BackOffRecord;
  readonly indexes: IndexCensus | undefined;
}

/** Source: kubernetes v1.36.3 pkg/controller/job/job_controller.go: syncJob, getNewFinishedPods. */
export function takeCensus({ job, backOff, released: uids }: JobView, pods: readonly Pod[]): Census {
  const { status } = job;
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const released = new Set(uids);
  const active = pods.filter(isActive);
  const uncounted = pods.filter((pod) => isUncounted(job, released, pod));
  const newSucceeded = uncounted.filter((pod) => pod.status.phase === 'Succeeded' && !includes(succeeded, pod));
  const newFailed = uncounted.filter((pod) => isFailed(job, pod) && !includes(failed, pod));
  const countedFailures = newFailed.filter((pod) => judgeFailure(job.spec, pod).isCounted);
  const indexes = isIndexed(job) ? countIndexes(job, pods, active, uncounted) : undefined;
  return {
    job,
    pods,
    active,
    ready: active.filter(isReady).length,
    terminating: pods.filter(isTerminating).length,
    released,
    succeeded:
      indexes === undefined
        ? (status.succeeded ?? 0) + newSucceeded.length + succeeded.length
        : sizeOf(indexes.succeeded),
    failed: (status.failed ?? 0) + countedFailures.length + failed.length,
    backOff: recordAfter(backOff, newSucceeded, newFailed),
    indexes,
  };
}

function includes(uids: readonly string[], { metadata }: Pod): boolean {
  return uids.includes(metadata.uid);
}

/** Is the pod still to be counted? Those with an index that the Job does not have never are. */
function isUncounted(job: Job, released: ReadonlySet<string>, pod: Pod): boolean {
  if (!hasTrackingFinalizer(pod) || released.has(pod.metadata.uid)) return false;
  return !isIndexed(job) || indexOf(job, pod) !== undefined;
}

function countIndexes(job: Job, pods: readonly Pod[], active: readonly Pod[], uncounted: readonly Pod[]): IndexCensus {
  const { completedIndexes = '', failedIndexes = '' } = job.status;
  const { completions = 0 } = job.spec;
  const tracked = pods.filter((pod) => hasTrackingFinalizer(pod) && indexOf(job, pod) !== undefined);
  const indexesOf = (some: readonly Pod[]): IndexSet => indexSetOf(some.map((pod) => indexOf(job, pod)!));
  const counted = parseIndexes(completedIndexes, completions);
  const succeeded = unionOf(counted, indexesOf(tracked.filter(({ status }) => status.phase === 'Succeeded')));
  if (!hasLimitPerIndex(job)) return { counted, succeeded, failed: undefined, delayed: new Map() };
  const newFailed = indexesOf(tracked.filter((pod) => failsIndex(job, pod)));
  const failed = unionOf(parseIndexes(failedIndexes, completions), newFailed);
  const done = unionOf(unionOf(succeeded, failed), indexesOf(active.filter((pod) => indexOf(job, pod) !== undefined)));
  return { counted, succeeded, failed, delayed: lastFailures(job, uncounted, done) };
}

/** Source: indexed_job_utils.go: isIndexFailed. */
function failsIndex(job: Job, pod: Pod): boolean {
  if (!isFailed(job, pod)) return false;
  const { isCounted, action } = judgeFailure(job.spec, pod);
  return action === 'FailIndex' || (isCounted && failuresBefore(pod) >= job.spec.backoffLimitPerIndex!);
}

/** Source: indexed_job_utils.go: getPodsWithDelayedDeletionPerIndex. */
function lastFailures(job: Job, uncounted: readonly Pod[], done: IndexSet): Map<number, Pod> {
  const last = new Map<number, Pod>();
  for (const pod of uncounted) {
    const index = indexOf(job, pod)!;
    if (!isFailed(job, pod) || hasIndex(done, index)) continue;
    const known = last.get(index);
    const isLater = known === undefined || (failures(known) <= failures(pod) && finishedAt(pod) >= finishedAt(known));
    if (isLater) last.set(index, pod);
  }
  return last;
}

function failures(pod: Pod): number {
  return failuresBefore(pod) + ignoredFailuresBefore(pod);
}
