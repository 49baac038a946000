import type { Micros } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../api/objects/workload.js';
import { claimObjects } from '../../api/owner-references.js';
import { isAvailable, nextAvailabilityUs } from '../../api/pod-predicates.js';
import { matchesSelector } from '../../api/selectors.js';
import { statusRequest } from '../../api/status-request.js';
import { RequestRefused, send, sideBySide, type Story } from '../../api/sync-story.js';
import { noteOwnerWritten } from '../shared/owner-status.js';
import { byRevision, forgetRevisions, latestRevision } from '../shared/revision-history.js';
import { applyPolicy, type Claims, claimsMatchPolicy } from './claims.js';
import { firstOrdinal, isInRange, ordinalOf, replicasOf } from './ordinals.js';
import {
  type Condemned,
  deleteStatefulPod,
  isUnavailable,
  processCondemned,
  processReplica,
  type Slot,
  type Work,
} from './replicas.js';
import {
  countPods,
  isRunningAndReady,
  isWorthWriting,
  type PodCounts,
  revisionOf,
  type Revisions,
  statusOf,
  withCompletion,
} from './status.js';

/** What one sync of a StatefulSet looks at. */
export interface StatefulSetView {
  readonly set: StatefulSet;
  /** Pods of the set, and those of its namespace without an owner that have a name of its; or what is known of them. */
  readonly pods: readonly Pod[] | PodsAtHand;
  /** Revisions of the set, and those of its namespace without an owner. */
  readonly revisions: readonly ControllerRevision[];
  /** Claims of the ordinals that may be worked on. */
  readonly claims: Claims;
  readonly now: Micros;
}

/** The pods of a set as far as a sync has to know them. */
export interface PodsAtHand {
  readonly counts: PodCounts;
  readonly available: number;
  /** Names of the revisions that there are pods of. */
  readonly live: readonly string[];
  /** Ordinals in range, ascending; those where nothing is to be done may be left out. */
  readonly slots: readonly Slot[];
  /** Highest ordinal first. */
  readonly condemned: readonly Condemned[];
  /** Ordinals from the partition on, descending; those that need no new pod, and let lower ones have theirs, may be left out. */
  readonly replaceable: readonly Slot[];
  /** Time until the next pod becomes available by waiting alone. */
  readonly nextUs?: Micros | undefined;
}

/** Label of a StatefulSet's revision with its hash. Source: pkg/controller/history: ControllerRevisionHashLabel. */
const HASH_LABEL = 'controller.kubernetes.io/hash';

/**
 * One sync of a StatefulSet. It waits for no expectations: what it decides by is read again at the next sync.
 * Source: kubernetes v1.36.3 pkg/controller/statefulset/stateful_set_control.go: UpdateStatefulSet; reference/workloads.md
 * section 5.
 */
export function* syncStatefulSet(view: StatefulSetView): Story {
  const { set } = view;
  const { spec } = set;
  const own = view.revisions.filter(({ metadata }) => matchesSelector(spec.selector, metadata.labels));
  try {
    const known = yield* claimObjects(set, () => true, own);
    const pods = 'counts' in view.pods ? view.pods : yield* claimPods(view, view.pods);
    const { revision: update, collisionCount } = yield* latestRevision(set, known, HASH_LABEL);
    const current = known.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update;
    const revisions: Revisions = { current, update, collisionCount };
    const { status, refused } = yield* updatePods(view, pods, revisions);
    const complete = withCompletion(set, status);
    if (isWorthWriting(complete, set.status)) {
      yield* noteOwnerWritten(yield* send(statusRequest({ ...set, status: complete })));
    }
    yield* truncateHistory(set, known, pods.live, revisions);
    if (refused !== undefined) throw refused;
    const { nextUs } = pods;
    return nextUs === undefined || complete.availableReplicas === replicasOf(set) ? {} : { afterUs: nextUs };
  } catch (error) {
    // Also in a namespace that is going: this controller does not look at why (recordings/FINDINGS.md, surprise 14).
    if (error instanceof RequestRefused) return { retry: true };
    throw error;
  }
}

/** The set's pods, after orphans were adopted and strangers released. */
function* claimPods({ set, now }: StatefulSetView, candidates: readonly Pod[]): Story<PodsAtHand> {
  const pods = yield* claimObjects(set, (labels) => matchesSelector(set.spec.selector, labels), candidates);
  const slots = slotsOf(set, pods);
  const condemned = condemnedOf(set, pods);
  const isGoing = set.metadata.deletionTimestamp !== undefined;
  const counted = isGoing ? pods : [...slots, ...condemned].flatMap(({ pod }) => pod ?? []);
  const { minReadySeconds = 0, updateStrategy } = set.spec;
  return {
    counts: countPods(counted),
    available: counted.filter((pod) => isRunningAndReady(pod) && isAvailable(pod, minReadySeconds, now)).length,
    live: pods.map(revisionOf),
    slots,
    condemned,
    replaceable: slots.slice(updateStrategy?.rollingUpdate?.partition ?? 0).reverse(),
    nextUs:
      minReadySeconds === 0 ? undefined : nextAvailabilityUs(pods.filter(isRunningAndReady), minReadySeconds, now),
  };
}

interface Updated {
  readonly status: StatefulSetStatus;
  readonly refused?: RequestRefused;
}

/** Makes, deletes and replaces pods as far as one sync goes. Source: updateStatefulSet. */
function* updatePods(view: StatefulSetView, pods: PodsAtHand, revisions: Revisions): Story<Updated> {
  const { set, claims, now } = view;
  const status = statusOf(set, pods.counts, pods.available, revisions);
  if (set.metadata.deletionTimestamp !== undefined) return { status };
  const work: Work = { set, revisions, claims, now, isMonotonic: set.spec.podManagementPolicy !== 'Parallel' };
  try {
    if (yield* scale(work, pods)) return { status };
    const replaced = yield* replaceOutdated(work, pods.replaceable);
    return { status: replaced ? { ...status, currentReplicas: status.currentReplicas! - 1 } : status };
  } catch (error) {
    if (error instanceof RequestRefused) return { status, refused: error };
    throw error;
  }
}

function slotsOf(set: StatefulSet, pods: readonly Pod[]): Slot[] {
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const first = firstOrdinal(set);
  return Array.from({ length: replicasOf(set) }, (_, index) => ({
    ordinal: first + index,
    place: index,
    pod: byOrdinal.get(first + index),
  }));
}

function condemnedOf(set: StatefulSet, pods: readonly Pod[]): Condemned[] {
  return pods
    .flatMap((pod) => {
      const ordinal = ordinalOf(pod);
      return ordinal === undefined || isInRange(set, ordinal) ? [] : [{ ordinal, pod }];
    })
    .sort((left, right) => right.ordinal - left.ordinal)
    .map((item, place) => ({ ...item, place }));
}

/** Makes what is missing, then gives up what is too much; whether the sync ends there. */
function* scale(work: Work, { slots, condemned }: PodsAtHand): Story<boolean> {
  const { set, claims, isMonotonic } = work;
  if (yield* forAll(slots, (slot) => processReplica(work, slot), isMonotonic)) return true;
  for (const { pod, ordinal } of condemned) {
    if (!claimsMatchPolicy(set, claims, pod, ordinal)) yield* applyPolicy(set, claims, pod, ordinal);
  }
  const unavailable =
    slots.find(({ pod }) => isUnavailable(work, pod)) ?? condemned.findLast(({ pod }) => isUnavailable(work, pod));
  return yield* forAll(condemned, (item) => processCondemned(work, item, unavailable?.pod), isMonotonic);
}

/** Pods that are worked on side by side at most (stateful_set_control.go: MaxBatchSize). */
const BATCH_MAXIMUM = 500;

/** In order up to the one that stops the sync, or all of them in batches of 1, 2, 4, 8 ... places. Source: runForAll. */
function* forAll<Item extends { readonly place: number }>(
  items: readonly Item[],
  story: (item: Item) => Story<boolean>,
  isMonotonic: boolean,
): Story<boolean> {
  if (isMonotonic) {
    for (const item of items) if (yield* story(item)) return true;
    return false;
  }
  let taken = 0;
  for (let size = 1, end = 1; taken < items.length; size = Math.min(2 * size, BATCH_MAXIMUM), end += size) {
    const from = taken;
    while (taken < items.length && items[taken]!.place < end) taken += 1;
    yield* sideBySide(items.slice(from, taken).map(story));
  }
  return false;
}

/**
 * Deletes the outdated pod with the highest ordinal, unless one above it is not available yet; whether it did.
 * `rollingUpdate.maxUnavailable` is not looked at: the gate MaxUnavailableStatefulSet is off.
 */
function* replaceOutdated(work: Work, replaceable: readonly Slot[]): Story<boolean> {
  const { set, revisions } = work;
  if (set.spec.updateStrategy?.type === 'OnDelete') return false;
  for (const { pod } of replaceable) {
    const isOutdated = pod !== undefined && revisionOf(pod) !== revisions.update.metadata.name;
    if (isOutdated && pod.metadata.deletionTimestamp === undefined) {
      try {
        yield* deleteStatefulPod(set, pod);
      } catch (error) {
        // One that has gone already counts as deleted.
        if (!(error instanceof RequestRefused) || error.result.status !== 404) throw error;
      }
      return true;
    }
    if (isUnavailable(work, pod)) return false;
  }
  return false;
}

/** Of the revisions that no pod is made of, the oldest go. Source: truncateHistory. */
function* truncateHistory(
  set: StatefulSet,
  known: readonly ControllerRevision[],
  made: readonly string[],
  { current, update }: Revisions,
): Story<undefined> {
  const live = new Set([current.metadata.name, update.metadata.name, ...made]);
  const history = known.filter(({ metadata }) => !live.has(metadata.name)).sort(byRevision);
  const surplus = history.length - (set.spec.revisionHistoryLimit ?? history.length);
  if (surplus > 0) yield* forgetRevisions(history.slice(0, surplus));
  return undefined;
}
