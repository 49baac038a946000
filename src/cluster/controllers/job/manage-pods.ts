import { SECOND_US, type Micros } from '../../../kernel/time.js';
import { type ApiRequest, type ApiResult, succeeded } from '../../api/calls.js';
import type { ObjectDraft } from '../../api/create.js';
import type { Pod } from '../../api/objects/pod.js';
import { isReady, isTerminating } from '../../api/pod-predicates.js';
import { attemptAll, note, type Story } from '../../api/sync-story.js';
import { createPods, deletePods } from '../shared/pod-control.js';
import { recordOfIndex, remainingWaitUs } from './back-off.js';
import type { Census, IndexCensus } from './census.js';
import { surplusPods } from './deletion-order.js';
import { indexSetOf, lowestMissing, unionOf } from './index-set.js';
import { hasLimitPerIndex, hasTrackingFinalizer, indexOf, replacesOnlyFailed } from './pods.js';
import { withoutTracking } from './requests.js';
import { podDraft } from './pod-draft.js';
import type { WakeNote } from './tracking.js';

/** Pods that one sync creates or deletes at most (job_controller.go: MaxPodCreateDeletePerSync). */
const BURST = 500;
/** Wake-ups by pods and by a Job's own status are gathered for so long, and none comes earlier (job_controller.go: syncJobBatchPeriod). */
export const BATCH_US = SECOND_US;

/** What has become of the Job's pods. */
export interface Managed {
  readonly active: number;
  /** Pods deleted in this sync, and those of them that were ready. */
  readonly deleted: number;
  readonly deletedReady: number;
  readonly refused?: ApiResult;
}

/** Creates or deletes pods, never both. Source: kubernetes v1.36.3 pkg/controller/job/job_controller.go: manageJob. */
export function* managePods(census: Census, now: Micros): Story<Managed> {
  const { job, active } = census;
  if (job.spec.suspend === true) return yield* giveUp(census, surplusPods(job, active, active.length));
  const wanted = wantedPods(census);
  const surplus = surplusPods(job, active, Math.max(0, active.length - wanted)).slice(0, BURST);
  if (surplus.length > 0) return yield* giveUp(census, surplus);
  const held = replacesOnlyFailed(job) ? census.terminating : 0;
  const missing = wanted - held - active.length;
  return missing > 0 ? yield* create(census, missing, now) : keep(active.length);
}

function keep(active: number): Managed {
  return { active, deleted: 0, deletedReady: 0 };
}

function wantedPods({ job, active, succeeded }: Census): number {
  const { parallelism = 1, completions } = job.spec;
  // Without completions the first success tells that there is no more work: what runs may end.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** Deletes pods that do not count: their finalizer goes first. Source: deleteJobPods. */
function* giveUp({ job, active }: Census, pods: readonly Pod[]): Story<Managed> {
  yield* attemptAll(pods.filter(hasTrackingFinalizer).map(withoutTracking));
  const refused = yield* deletePods(job, pods);
  // A refused deletion is rare; the next sync counts again.
  const deleted = refused === undefined ? pods.length : 0;
  const deletedReady = refused === undefined ? pods.filter(isReady).length : 0;
  return { active: active.length - deleted, deleted, deletedReady, ...(refused === undefined ? {} : { refused }) };
}

/** Failures hold new pods back for a while. */
function* holdBack({ active }: Census, waitUs: Micros): Story<Managed> {
  yield* note({ type: 'wake', afterUs: Math.max(waitUs, BATCH_US) } satisfies WakeNote);
  return keep(active.length);
}

function* create(census: Census, missing: number, now: Micros): Story<Managed> {
  const { job, indexes, active, backOff } = census;
  const waitUs = hasLimitPerIndex(job) ? 0 : remainingWaitUs(backOff, now);
  if (waitUs > 0) return yield* holdBack(census, waitUs);
  let requests: ApiRequest[];
  const count = Math.min(missing, BURST);
  if (indexes === undefined) {
    const request = createRequest(podDraft(job));
    requests = Array.from({ length: count }, () => request);
  } else {
    const due = dueIndexes(pendingIndexes(census, indexes, count), indexes, now);
    if (due.indexes.length === 0 && due.waitUs > 0) return yield* holdBack(census, due.waitUs);
    requests = due.indexes.map((index) => createRequest(podDraft(job, index, indexes.delayed)));
  }
  const { refused, created } = yield* counting(createPods(job, requests));
  return { ...keep(active.length + created), ...(refused === undefined ? {} : { refused }) };
}

function createRequest(body: ObjectDraft): ApiRequest {
  return { verb: 'create', kind: 'Pod', namespace: body.metadata.namespace!, name: '', body };
}

/** The lowest indexes that have no pod and need one. Source: indexed_job_utils.go: firstPendingIndexes. */
function pendingIndexes({ job, pods, active }: Census, { succeeded, failed }: IndexCensus, count: number): number[] {
  const busy = replacesOnlyFailed(job) ? [...active, ...pods.filter(isTerminating)] : active;
  const held = indexSetOf(busy.flatMap((pod) => indexOf(job, pod) ?? []));
  return lowestMissing(unionOf(unionOf(succeeded, held), failed ?? []), count, job.spec.completions ?? 0);
}

/** Those whose own back-off is over; without any, the time until the first. Source: getPodCreationInfoForIndependentIndexes. */
function dueIndexes(
  pending: readonly number[],
  { delayed }: IndexCensus,
  now: Micros,
): { readonly indexes: number[]; readonly waitUs: Micros } {
  const indexes: number[] = [];
  let waitUs = Number.POSITIVE_INFINITY;
  for (const index of pending) {
    const lastFailed = delayed.get(index);
    const indexWaitUs = lastFailed === undefined ? 0 : remainingWaitUs(recordOfIndex(lastFailed), now);
    if (indexWaitUs === 0) indexes.push(index);
    else waitUs = Math.min(waitUs, indexWaitUs);
  }
  return { indexes, waitUs: waitUs === Number.POSITIVE_INFINITY ? 0 : waitUs };
}

/** Tells a story on and counts its requests that were granted. */
function* counting(
  story: Story<ApiResult | undefined>,
): Story<{ readonly refused: ApiResult | undefined; readonly created: number }> {
  let created = 0;
  let act = story.next();
  while (act.done !== true) {
    const results = yield act.value;
    created += results.filter(succeeded).length;
    act = story.next(results);
  }
  return { refused: act.value, created };
}
