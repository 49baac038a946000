import type { Micros } from '../../../kernel/time.js';
import type { Change } from '../../api/informers.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ControllerRevision, StatefulSet } from '../../api/objects/workload.js';
import { controllerOf } from '../../api/owner-references.js';
import { matchesSelector } from '../../api/selectors.js';
import { keyOf } from '../../api/store.js';
import { availabilityAfter, countReadySince } from '../shared/ready-since.js';
import { knownLatest } from '../shared/revision-history.js';
import type { Claims } from './claims.js';
import type { PodsAtHand } from './decide.js';
import { firstOrdinal, isInRange, ordinalOf, podName, replicasOf, stemOf } from './ordinals.js';
import { holdsUp, isSettled, isUnavailable, type Slot } from './replicas.js';
import type { KeptPods, StatefulSetMemory } from './state.js';
import { countPod, countPods, isRunningAndReady, revisionOf } from './status.js';

/** What is kept of a set; all its pods are looked at the first time only, and when its spec has changed. */
export function keptPods({ kept, claimants }: StatefulSetMemory, set: StatefulSet, own: Iterable<Pod>): KeptPods {
  const { uid, generation } = set.metadata;
  const known = kept.get(uid);
  if (known?.set.metadata.generation === generation) return known;
  const fresh = createKeptPods(set, own);
  kept.set(uid, fresh);
  for (const stem of claimStems(set)) {
    const uids = claimants.get(stem);
    if (uids === undefined) claimants.set(stem, new Set([uid]));
    else uids.add(uid);
  }
  return fresh;
}

function createKeptPods(set: StatefulSet, own: Iterable<Pod>): KeptPods {
  const size = replicasOf(set);
  const pods: (Pod | undefined)[] = Array.from({ length: size }, () => undefined);
  const places = { pods, settled: new Uint8Array(size), low: 0, high: size - 1, revision: '', updatedFrom: size };
  const fresh: KeptPods = { set, counts: countPods([]), readySince: new Map(), ...places, strangers: 0 };
  for (const pod of own) putPod(fresh, pod, 1);
  return fresh;
}

/** Namespace and name up to the ordinal of the claims of a set. */
function claimStems({ metadata, spec }: StatefulSet): string[] {
  const templates = spec.volumeClaimTemplates ?? [];
  return templates.map((template) => keyOf(metadata.namespace, `${template.metadata.name}-${metadata.name}`));
}

/** The set has gone. */
export function forgetPods({ kept, claimants }: StatefulSetMemory, set: StatefulSet): void {
  kept.delete(set.metadata.uid);
  for (const stem of claimStems(set)) {
    const uids = claimants.get(stem);
    uids?.delete(set.metadata.uid);
    if (uids?.size === 0) claimants.delete(stem);
  }
}

/** Takes a change of a pod into what is kept of its set, the former and the new one. */
export function recount({ kept }: StatefulSetMemory, { type, object, before }: Change<Pod>): void {
  const from = before === undefined ? undefined : kept.get(controllerOf(before)?.uid ?? '');
  if (from !== undefined) putPod(from, before!, -1);
  const to = type === 'deleted' ? undefined : kept.get(controllerOf(object)?.uid ?? '');
  if (to !== undefined) putPod(to, object, 1);
}

function putPod(kept: KeptPods, pod: Pod, by: 1 | -1): void {
  const place = placeOf(kept.set, pod);
  if (place === undefined) {
    kept.strangers += by;
    return;
  }
  countPod(kept.counts, pod, by);
  if ((kept.set.spec.minReadySeconds ?? 0) > 0 && isRunningAndReady(pod)) countReadySince(kept.readySince, pod, by);
  kept.pods[place] = by === 1 ? pod : undefined;
  kept.updatedFrom = Math.max(kept.updatedFrom, place + 1);
  reopen(kept, place);
}

function placeOf(set: StatefulSet, pod: Pod): number | undefined {
  const { name, labels } = pod.metadata;
  const ordinal = ordinalOf(pod);
  if (ordinal === undefined || !isInRange(set, ordinal) || name !== podName(set, ordinal)) return undefined;
  return matchesSelector(set.spec.selector, labels) ? ordinal - firstOrdinal(set) : undefined;
}

function reopen(kept: KeptPods, place: number): void {
  kept.settled[place] = 0;
  kept.low = Math.min(kept.low, place);
  kept.high = Math.max(kept.high, place);
}

/** A claim came, went or changed: the ordinal that it belongs to is to be looked at. */
export function reopenClaimant({ kept, claimants }: StatefulSetMemory, claim: KubernetesObject): void {
  const ordinal = ordinalOf(claim);
  if (ordinal === undefined) return;
  for (const uid of claimants.get(keyOf(claim.metadata.namespace, stemOf(claim)!)) ?? []) {
    const own = kept.get(uid);
    if (own !== undefined && isInRange(own.set, ordinal)) reopen(own, ordinal - firstOrdinal(own.set));
  }
}

/** What is kept of the pods, if it is enough: none is to be adopted, released, given up or waited for, and the revision is known. */
export function atHand(
  kept: KeptPods,
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
  claimsOf: (ordinal: number) => Claims,
  now: Micros,
): PodsAtHand | undefined {
  const { spec, metadata } = set;
  const areOwn = revisions.every(
    (revision) =>
      controllerOf(revision)?.uid === metadata.uid && matchesSelector(spec.selector, revision.metadata.labels),
  );
  const update = areOwn ? knownLatest(set, revisions) : undefined;
  if (update === undefined || kept.strangers > 0) return undefined;
  const { minReadySeconds = 0 } = spec;
  const { replicas, ready, ofRevision, staying } = kept.counts;
  return {
    counts: { replicas, ready, ofRevision: new Map(ofRevision), staying: new Map(staying) },
    ...(minReadySeconds === 0 ? { available: ready } : availabilityAfter(minReadySeconds, kept.readySince, now)),
    live: [...ofRevision.keys()],
    slots: openSlots(kept, claimsOf, now),
    condemned: [],
    replaceable: slotToReplace(kept, update.metadata.name, now),
  };
}

/**
 * Ordinals where something may have to be done, ascending; of an OrderedReady set those up to the first that holds it up.
 * `claimsOf` finds the claims of an ordinal.
 */
function openSlots(kept: KeptPods, claimsOf: (ordinal: number) => Claims, now: Micros): Slot[] {
  const { set, pods, settled } = kept;
  const isMonotonic = set.spec.podManagementPolicy !== 'Parallel';
  const first = firstOrdinal(set);
  const slots: Slot[] = [];
  for (let place = kept.low; place <= kept.high; place++) {
    if (settled[place] === 1) continue;
    const slot = { place, ordinal: first + place, pod: pods[place] };
    const work = { set, claims: claimsOf(slot.ordinal), isMonotonic, now };
    if (isSettled(work, slot)) settled[place] = 1;
    else slots.push(slot);
    if (settled[place] === 0 && isMonotonic && holdsUp(work, slot.pod)) {
      kept.low = slots[0]!.place;
      return slots;
    }
  }
  kept.low = slots[0]?.place ?? pods.length;
  kept.high = slots.at(-1)?.place ?? -1;
  return slots;
}

/** The highest ordinal that is not available with a pod of the revision `update`, if it is not below the partition. */
function slotToReplace(kept: KeptPods, update: string, now: Micros): Slot[] {
  const { set, pods } = kept;
  if (kept.revision !== update) {
    kept.revision = update;
    kept.updatedFrom = pods.length;
  }
  const isUpdated = (pod: Pod | undefined): boolean =>
    pod !== undefined && revisionOf(pod) === update && !isUnavailable({ set, now }, pod);
  while (kept.updatedFrom > 0 && isUpdated(pods[kept.updatedFrom - 1])) kept.updatedFrom -= 1;
  const place = kept.updatedFrom - 1;
  if (place < (set.spec.updateStrategy?.rollingUpdate?.partition ?? 0)) return [];
  return [{ place, ordinal: firstOrdinal(set) + place, pod: pods[place] }];
}
