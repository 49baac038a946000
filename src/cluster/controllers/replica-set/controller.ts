import { type Controllers, enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { controllerKey, KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Pod } from '../../api/objects/pod.js';
import { controlledBy, orphansFor } from '../../api/owner-index.js';
import { controllerOf } from '../../api/owner-references.js';
import { isActive } from '../../api/pod-predicates.js';
import { objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { creationObserved, deletionObserved, isSatisfied } from '../shared/expectations.js';
import { enqueueWhenAvailable, formerOwner, isGoing, possibleOwners } from '../shared/pod-changes.js';
import { forgetOwner, isBehind, keepPodNote, type PodNote } from '../shared/pod-memory.js';
import { availabilityOf } from './counts.js';
import { BURST_REPLICAS, type ReplicaSetView, syncReplicaSet } from './decide.js';
import { firstToGo, forgetCounts, keptCounts, ranksOf, recount } from './kept-counts.js';
import { type ReplicaOwner, selectorOf, selects } from './replica-owner.js';
import type { ReplicaSetMemory, ReplicaSetWorld, ReplicationControllerWorld } from './state.js';

/** kubernetes v1.36.3 pkg/controller/{replicaset,replication}/config/v1alpha1/defaults.go */
const WORKERS = 5;

/** The ReplicaSet controller. Source: kubernetes v1.36.3 pkg/controller/replicaset; reference/workloads.md section 3. */
export function registerReplicaSet<W extends ReplicaSetWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  register(controllers, listeners, {
    kind: 'ReplicaSet',
    name: 'replicaset-controller',
    memoryOf: (world) => world.controllers.replicaSet,
  });
}

/** The same for ReplicationControllers. Source: kubernetes v1.36.3 pkg/controller/replication. */
export function registerReplicationController<W extends ReplicationControllerWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  register(controllers, listeners, {
    kind: 'ReplicationController',
    name: 'replication-controller',
    memoryOf: (world) => world.controllers.replicationController,
  });
}

/** One of the two kinds and who plays it. */
interface Played<W> {
  readonly kind: ReplicaOwner['kind'];
  readonly name: string;
  readonly memoryOf: (world: W) => ReplicaSetMemory;
}

/** A played kind whose controller has its number. */
interface Playing<W> extends Played<W> {
  readonly controllerId: number;
}

function register<W extends KcmWorld>(controllers: Controllers<W>, listeners: Listeners<W>, played: Played<W>): void {
  const { kind, name, memoryOf } = played;
  const controllerId = controllers.add({
    name,
    workers: WORKERS,
    sync: (world, key) => {
      const owner = kcmLister<ReplicaOwner>(world, kind).get(key);
      if (owner === undefined) {
        forgetOwner(memoryOf(world), key); // once more: a sync that was under way may have left notes since
        return SYNC_DONE;
      }
      if (isBehind(world, memoryOf(world), owner)) return { requests: [], outcome: { retry: true } };
      return beginStory(world, teller, viewOf(world, memoryOf(world), owner));
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const playing = { ...played, controllerId };
  const teller = {
    controllerId,
    story: syncReplicaSet,
    onNote: (world: W, { owner }: ReplicaSetView, note: unknown): void =>
      keepPodNote(memoryOf(world), objectKey(owner), note as PodNote, world.kernel.now),
  };
  listeners.on<ReplicaOwner>(KCM, kind, (world, { type, object, before }) => {
    const key = objectKey(object);
    const isAnother = before !== undefined && before.metadata.uid !== object.metadata.uid;
    if (type === 'deleted' || isAnother) forgetOwner(memoryOf(world), key);
    if (type !== 'modified' || isAnother || controllerOf(before!)?.uid !== controllerOf(object)?.uid) {
      if (before !== undefined) forgetCounts(memoryOf(world), before);
      forgetCounts(memoryOf(world), object);
    }
    enqueue(world, controllerId, key);
  });
  listeners.on<Pod>(KCM, 'Pod', (world, change) => observe(world, playing, change));
}

function viewOf(world: KcmWorld, memory: ReplicaSetMemory, owner: ReplicaOwner): ReplicaSetView {
  const { now } = world.kernel;
  const { replicas = 1, minReadySeconds = 0 } = owner.spec;
  const index = world.kcm.owned.Pod;
  const orphans = orphansFor<Pod>(index, owner.metadata.namespace, selectorOf(owner));
  const { counts, readySince } = keptCounts(world, memory, owner);
  const mayManage = isSatisfied(memory.expectations, objectKey(owner), now);
  const surplus = mayManage ? counts.active - replicas : 0;
  const active = surplus > 0 ? firstToGo(world, memory, owner, Math.min(surplus, BURST_REPLICAS)) : [];
  // Who is to be claimed or given up must be looked at one by one; else it is enough to know how many there are.
  const hasClaims = counts.strangers > 0 || hasOrphanFor(owner, orphans.values());
  const candidates = hasClaims
    ? [...controlledBy<Pod>(index, owner.metadata.uid).values(), ...orphans.values()]
    : undefined;
  return {
    owner,
    counts: { ...counts },
    availability: availabilityOf(counts, readySince, minReadySeconds, now),
    active,
    ...(candidates === undefined ? {} : { candidates }),
    ranks: ranksOf(world, memory, owner, candidates ?? active),
    mayManage,
    now,
  };
}

function hasOrphanFor(owner: ReplicaOwner, orphans: Iterable<Pod>): boolean {
  for (const pod of orphans) if (isActive(pod) && selects(owner, pod.metadata.labels)) return true;
  return false;
}

/** Source: replica_set.go: addPod, updatePod, deletePod. */
function observe<W extends KcmWorld>(
  world: W,
  { kind, controllerId, memoryOf }: Playing<W>,
  change: Change<Pod>,
): void {
  const { type, object } = change;
  const { expectations } = memoryOf(world);
  recount(memoryOf(world), change);
  const former = formerOwner(world, kind, change);
  if (former !== undefined) enqueue(world, controllerId, former);
  const key = controllerKey(world, kind, object);
  if (key === undefined) {
    for (const owner of possibleOwners(world, kind, selects, change)) enqueue(world, controllerId, owner);
    return;
  }
  if (isGoing(change)) deletionObserved(expectations, key, objectKey(object));
  else if (type === 'added') creationObserved(expectations, key);
  enqueue(world, controllerId, key);
  enqueueWhenAvailable(world, controllerId, kind, key, change);
}
