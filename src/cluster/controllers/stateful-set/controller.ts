import { type Controllers, enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { controllerKey, KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { StringMap } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { PersistentVolumeClaim } from '../../api/objects/storage.js';
import type { StatefulSet } from '../../api/objects/workload.js';
import { controlledBy, orphansFor } from '../../api/owner-index.js';
import { matchesSelector } from '../../api/selectors.js';
import { keyOf, objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { enqueueWhenAvailable, formerOwner, possibleOwners } from '../shared/pod-changes.js';
import { forgetOwner, isBehind, keepPodNote, type PodNote } from '../shared/pod-memory.js';
import { revisionsOf } from '../shared/revision-history.js';
import { type Claims, claimNames } from './claims.js';
import { type StatefulSetView, syncStatefulSet } from './decide.js';
import { atHand, forgetPods, keptPods, recount, reopenClaimant } from './kept-pods.js';
import { firstOrdinal, isMember, ordinalOf, replicasOf } from './ordinals.js';
import type { StatefulSetWorld } from './state.js';

/** kubernetes v1.36.3 pkg/controller/statefulset/config/v1alpha1/defaults.go */
const WORKERS = 5;

/** The StatefulSet controller. Source: kubernetes v1.36.3 pkg/controller/statefulset; reference/workloads.md section 5. */
export function registerStatefulSet<W extends StatefulSetWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'statefulset-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const set = kcmLister<StatefulSet>(world, 'StatefulSet').get(key);
      if (set === undefined) {
        forgetOwner(world.controllers.statefulSet, key); // once more: a sync that was under way may have left notes since
        return SYNC_DONE;
      }
      if (isBehind(world, world.controllers.statefulSet, set)) return { requests: [], outcome: { retry: true } };
      return beginStory(world, teller, viewOf(world, set));
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = {
    controllerId,
    story: syncStatefulSet,
    onNote: (world: StatefulSetWorld, { set }: StatefulSetView, note: unknown): void =>
      keepPodNote(world.controllers.statefulSet, objectKey(set), note as PodNote, world.kernel.now),
  };
  listeners.on<StatefulSet>(KCM, 'StatefulSet', (world, { type, object, before }) => {
    const key = objectKey(object);
    const isAnother = before !== undefined && before.metadata.uid !== object.metadata.uid;
    if (type === 'deleted' || isAnother) {
      forgetOwner(world.controllers.statefulSet, key);
      forgetPods(world.controllers.statefulSet, before ?? object);
    }
    enqueue(world, controllerId, key);
  });
  listeners.on<Pod>(KCM, 'Pod', (world, change) => observe(world, controllerId, change));
  listeners.on<PersistentVolumeClaim>(KCM, 'PersistentVolumeClaim', (world, { object }) =>
    reopenClaimant(world.controllers.statefulSet, object),
  );
}

function viewOf(world: StatefulSetWorld, set: StatefulSet): StatefulSetView {
  const { uid, namespace } = set.metadata;
  const index = world.kcm.owned.Pod;
  const orphans = [...orphansFor<Pod>(index, namespace, set.spec.selector).values()].filter((pod) =>
    isMember(set, pod),
  );
  const own = controlledBy<Pod>(index, uid);
  const revisions = revisionsOf(world, set);
  const { now } = world.kernel;
  const claims = new Map<string, PersistentVolumeClaim>();
  const kept = keptPods(world.controllers.statefulSet, set, own.values());
  const pods =
    orphans.length === 0
      ? atHand(kept, set, revisions, (ordinal) => addClaims(world, set, ordinal, claims), now)
      : undefined;
  if (pods !== undefined) return { set, pods, revisions, claims, now };
  const candidates = [...own.values(), ...orphans];
  const first = firstOrdinal(set);
  for (let place = 0; place < replicasOf(set); place++) addClaims(world, set, first + place, claims);
  for (const pod of candidates) {
    const ordinal = ordinalOf(pod);
    if (ordinal !== undefined) addClaims(world, set, ordinal, claims);
  }
  return { set, pods: candidates, revisions, claims, now };
}

/** Adds the claims of an ordinal, as far as there are any. */
function addClaims(
  world: KcmWorld,
  set: StatefulSet,
  ordinal: number,
  claims: Map<string, PersistentVolumeClaim>,
): Claims {
  const known = kcmLister<PersistentVolumeClaim>(world, 'PersistentVolumeClaim');
  for (const name of claimNames(set, ordinal)) {
    const claim = known.get(keyOf(set.metadata.namespace, name));
    if (claim !== undefined) claims.set(name, claim);
  }
  return claims;
}

/** Source: stateful_set.go: addPod, updatePod, deletePod. */
function observe(world: StatefulSetWorld, controllerId: number, change: Change<Pod>): void {
  recount(world.controllers.statefulSet, change);
  const former = formerOwner(world, 'StatefulSet', change);
  if (former !== undefined) enqueue(world, controllerId, former);
  const key = controllerKey(world, 'StatefulSet', change.object);
  if (key === undefined) {
    for (const owner of possibleOwners(world, 'StatefulSet', selects, change)) enqueue(world, controllerId, owner);
    return;
  }
  enqueue(world, controllerId, key);
  enqueueWhenAvailable(world, controllerId, 'StatefulSet', key, change);
}

function selects({ spec }: StatefulSet, labels: StringMap | undefined): boolean {
  return matchesSelector(spec.selector, labels);
}
