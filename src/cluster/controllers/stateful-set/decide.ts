import type { Micros } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../api/objects/workload.js';
import { claimObjects } from '../../api/owner-references.js';
import { nextAvailabilityUs } from '../../api/pod-predicates.js';
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
import { isWorthWriting, revisionOf, type Revisions, statusOf, withCompletion } from './status.js';

/** What one sync of a StatefulSet looks at. */
export interface StatefulSetView {
  readonly set: StatefulSet;
  /** Pods of the set, and those of its namespace without an owner that have a name of its. */
  readonly candidates: readonly Pod[];
  /** Revisions of the set, and those of its namespace without an owner. */
  readonly revisions: readonly ControllerRevision[];
  /** Claims of the ordinals in range and of those that have pods. */
  readonly claims: Claims;
  readonly now: Micros;
}

/** Label of a StatefulSet's revision with its hash. Source: pkg/controller/history: ControllerRevisionHashLabel. */
const HASH_LABEL = 'controller.kubernetes.io/hash';

/**
 * One sync of a StatefulSet. It waits for no expectations: what it decides by is read again at the next sync.
 * Source: kubernetes v1.36.3 pkg/controller/statefulset/stateful_set_control.go: UpdateStatefulSet; reference/workloads.md
 * section 5.
 */
export function* syncStatefulSet(view: StatefulSetView): Story {
  const { set, now } = view;
  const { spec } = set;
  const own = view.revisions.filter(({ metadata }) => matchesSelector(spec.selector, metadata.labels));
  try {
    const known = yield* claimObjects(set, () => true, own);
    const pods = yield* claimObjects(set, (labels) => matchesSelector(spec.selector, labels), view.candidates);
    const { revision: update, collisionCount } = yield* latestRevision(set, known, HASH_LABEL);
    const current = known.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update;
    const revisions: Revisions = { current, update, collisionCount };
    const { status, refused } = yield* updatePods(view, pods, revisions);
    const complete = withCompletion(set, status);
    if (isWorthWriting(complete, set.status)) {
      yield* noteOwnerWritten(yield* send(statusRequest({ ...set, status: complete })));
    }
    yield* truncateHistory(set, known, pods, revisions);
    if (refused !== undefined) throw refused;
    const minReadySeconds = spec.minReadySeconds ?? 0;
    if (minReadySeconds === 0 || complete.availableReplicas === replicasOf(set)) return {};
    const afterUs = nextAvailabilityUs(pods, minReadySeconds, now);
    return afterUs === undefined ? {} : { afterUs };
  } catch (error) {
    // Also in a namespace that is going: this controller does not look at why (recordings/FINDINGS.md, surprise 14).
    if (error instanceof RequestRefused) return { retry: true };
    throw error;
  }
}

interface Updated {
  readonly status: StatefulSetStatus;
  readonly refused?: RequestRefused;
}

/** Makes, deletes and replaces pods as far as one sync goes. Source: updateStatefulSet. */
function* updatePods(view: StatefulSetView, pods: readonly Pod[], revisions: Revisions): Story<Updated> {
  const { set, claims, now } = view;
  if (set.metadata.deletionTimestamp !== undefined) return { status: statusOf(set, pods, revisions, now) };
  const work: Work = { set, revisions, claims, now, isMonotonic: set.spec.podManagementPolicy !== 'Parallel' };
  const slots = slotsOf(set, pods);
  const condemned = condemnedOf(set, pods);
  const counted = slots.flatMap(({ pod }) => pod ?? []).concat(condemned.map(({ pod }) => pod));
  const status = statusOf(set, counted, revisions, now);
  try {
    if (yield* scale(work, slots, condemned)) return { status };
    const replaced = yield* replaceOutdated(work, slots);
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
    pod: byOrdinal.get(first + index),
  }));
}

/** Highest ordinal first. */
function condemnedOf(set: StatefulSet, pods: readonly Pod[]): Condemned[] {
  return pods
    .flatMap((pod) => {
      const ordinal = ordinalOf(pod);
      return ordinal === undefined || isInRange(set, ordinal) ? [] : [{ ordinal, pod }];
    })
    .sort((left, right) => right.ordinal - left.ordinal);
}

/** Makes what is missing, then gives up what is too much; whether the sync ends there. */
function* scale(work: Work, slots: readonly Slot[], condemned: readonly Condemned[]): Story<boolean> {
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

/** In order up to the one that stops the sync, or all of them in batches of 1, 2, 4, 8 ... Source: runForAll. */
function* forAll<Item>(
  items: readonly Item[],
  story: (item: Item) => Story<boolean>,
  isMonotonic: boolean,
): Story<boolean> {
  if (isMonotonic) {
    for (const item of items) if (yield* story(item)) return true;
    return false;
  }
  for (let from = 0, size = 1; from < items.length; from += size, size = Math.min(2 * size, BATCH_MAXIMUM)) {
    yield* sideBySide(items.slice(from, from + size).map(story));
  }
  return false;
}

/**
 * Deletes the outdated pod with the highest ordinal, unless one above it is not available yet; whether it did.
 * `rollingUpdate.maxUnavailable` is not looked at: the gate MaxUnavailableStatefulSet is off.
 */
function* replaceOutdated(work: Work, slots: readonly Slot[]): Story<boolean> {
  const { set, revisions } = work;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return false;
  for (const { pod } of slots.slice(rollingUpdate?.partition ?? 0).reverse()) {
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
  pods: readonly Pod[],
  { current, update }: Revisions,
): Story<undefined> {
  const live = new Set([current.metadata.name, update.metadata.name, ...pods.map(revisionOf)]);
  const history = known.filter(({ metadata }) => !live.has(metadata.name)).sort(byRevision);
  const surplus = history.length - (set.spec.revisionHistoryLimit ?? history.length);
  if (surplus > 0) yield* forgetRevisions(history.slice(0, surplus));
  return undefined;
}
