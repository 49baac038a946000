import { type Controllers, enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { controllerKey, KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ReplicaSet } from '../../api/objects/workload.js';
import { controlledBy, orphansIn } from '../../api/owner-index.js';
import { controllerOf } from '../../api/owner-references.js';
import { isActive } from '../../api/pod-predicates.js';
import { sameData } from '../../api/patch.js';
import { objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { creationObserved, deletionObserved, isSatisfied } from '../shared/expectations.js';
import { enqueueWhenAvailable, formerOwner, isGoing, possibleOwners } from '../shared/pod-changes.js';
import { forgetOwner, isBehind, keepPodNote, type PodNote } from '../shared/pod-memory.js';
import { countOnNode, countPod, countPods } from './counts.js';
import { type ReplicaSetView, syncReplicaSet } from './decide.js';
import { type ReplicaOwner, selects } from './replica-owner.js';
import type { KeptCounts, ReplicaSetMemory, ReplicaSetWorld, ReplicationControllerWorld } from './state.js';

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
    if (type === 'deleted' || isAnother) {
      forgetOwner(memoryOf(world), key);
      memoryOf(world).counted.delete((isAnother ? before : object).metadata.uid);
    }
    enqueue(world, controllerId, key);
  });
  listeners.on<Pod>(KCM, 'Pod', (world, change) => observe(world, playing, change));
}

function viewOf(world: KcmWorld, memory: ReplicaSetMemory, owner: ReplicaOwner): ReplicaSetView {
  const { now } = world.kernel;
  const { replicas = 1, minReadySeconds = 0 } = owner.spec;
  const index = world.kcm.owned.Pod;
  const own = controlledBy<Pod>(index, owner.metadata.uid);
  const orphans = [...orphansIn<Pod>(index, owner.metadata.namespace).values()];
  const { counts } = keptCounts(world, memory, owner);
  const mayManage = isSatisfied(memory.expectations, objectKey(owner), now);
  const hasSurplus = mayManage && counts.active > replicas;
  const hasClaims = counts.strangers > 0 || orphans.some((pod) => isActive(pod) && selects(owner, pod.metadata.labels));
  // Who is to be claimed, given up or waited for must be looked at one by one; else it is enough to know how many.
  return {
    owner,
    counts: { ...counts },
    active: hasSurplus || minReadySeconds > 0 ? [...own.values()].filter(isActive) : [],
    ...(hasClaims ? { candidates: [...own.values(), ...orphans] } : {}),
    ranks: hasSurplus ? ranksOf(world, memory, owner) : new Map(),
    mayManage,
    now,
  };
}

function keptCounts(world: KcmWorld, { counted }: ReplicaSetMemory, owner: ReplicaOwner): KeptCounts {
  const { uid } = owner.metadata;
  const kept = counted.get(uid);
  if (kept !== undefined && countsAlike(kept.owner, owner)) return kept;
  const own = controlledBy<Pod>(world.kcm.owned.Pod, uid);
  const fresh = { owner, counts: countPods(owner, own.values()), byNode: new Map<string, number>() };
  for (const pod of own.values()) countOnNode(fresh.byNode, pod, 1);
  counted.set(uid, fresh);
  return fresh;
}

/** Do two versions of an owner count their pods alike? */
function countsAlike(left: ReplicaOwner, right: ReplicaOwner): boolean {
  return (
    sameData(left.spec.selector, right.spec.selector) &&
    sameData(left.spec.template.metadata?.labels, right.spec.template.metadata?.labels)
  );
}

/** Takes a change of a pod into the counts of its owners, former and new, as far as they are kept. */
function recount({ counted }: ReplicaSetMemory, { type, object, before }: Change<Pod>): void {
  const staysThere =
    type === 'modified' &&
    before!.spec.nodeName === object.spec.nodeName &&
    isActive(before!) === isActive(object) &&
    controllerOf(before!)?.uid === controllerOf(object)?.uid;
  const take = (pod: Pod, by: 1 | -1): void => {
    const kept = counted.get(controllerOf(pod)?.uid ?? '');
    if (kept === undefined) return;
    countPod(kept.counts, kept.owner, pod, by);
    if (!staysThere) countOnNode(kept.byNode, pod, by);
  };
  if (before !== undefined) take(before, -1);
  if (type !== 'deleted') take(object, 1);
}

/** Active pods by node of all ReplicaSets with the same controller; none for one without a controller. */
function ranksOf(world: KcmWorld, memory: ReplicaSetMemory, object: ReplicaOwner): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  const owner = controllerOf(object);
  if (owner === undefined) return ranks;
  for (const set of controlledBy<ReplicaSet>(world.kcm.owned.ReplicaSet, owner.uid).values()) {
    for (const [node, pods] of keptCounts(world, memory, set).byNode) ranks.set(node, (ranks.get(node) ?? 0) + pods);
  }
  return ranks;
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
