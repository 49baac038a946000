import { SECOND_US } from '../../../kernel/time.js';
import { type Controllers, enqueue, enqueueAfter, SYNC_DONE } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { controllerKey, KCM, kcmLister } from '../../api/kcm.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ReplicaSet } from '../../api/objects/workload.js';
import { controlledBy, orphansIn } from '../../api/owner-index.js';
import { controllerOf } from '../../api/owner-references.js';
import { isActive, isReady } from '../../api/pod-predicates.js';
import { matchesSelector } from '../../api/selectors.js';
import { objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { creationObserved, deletionObserved, isSatisfied } from '../shared/expectations.js';
import { forgetOwner, isBehind, keepPodNote, type PodNote } from '../shared/pod-memory.js';
import { type ReplicaSetView, syncReplicaSet } from './decide.js';
import type { ReplicaSetWorld } from './state.js';

/** kubernetes v1.36.3 pkg/controller/replicaset/config/v1alpha1/defaults.go */
const WORKERS = 5;

/** The ReplicaSet controller. Source: kubernetes v1.36.3 pkg/controller/replicaset; reference/workloads.md section 3. */
export function registerReplicaSet<W extends ReplicaSetWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'replicaset-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const replicaSet = kcmLister<ReplicaSet>(world, 'ReplicaSet').get(key);
      if (replicaSet === undefined) return SYNC_DONE;
      if (isBehind(world, world.controllers.replicaSet, replicaSet)) return { requests: [], outcome: { retry: true } };
      return beginStory(world, teller, viewOf(world, replicaSet));
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = {
    controllerId,
    story: syncReplicaSet,
    onNote: (world: ReplicaSetWorld, { replicaSet }: ReplicaSetView, note: unknown): void =>
      keepPodNote(world.controllers.replicaSet, objectKey(replicaSet), note as PodNote, world.kernel.now),
  };
  listeners.on<ReplicaSet>(KCM, 'ReplicaSet', (world, { type, object, before }) => {
    const key = objectKey(object);
    const isAnother = before !== undefined && before.metadata.uid !== object.metadata.uid;
    if (type === 'deleted' || isAnother) forgetOwner(world.controllers.replicaSet, key);
    enqueue(world, controllerId, key);
  });
  listeners.on<Pod>(KCM, 'Pod', (world, change) => observe(world, controllerId, change));
}

function viewOf(world: ReplicaSetWorld, replicaSet: ReplicaSet): ReplicaSetView {
  const { now } = world.kernel;
  const { uid, namespace } = replicaSet.metadata;
  const index = world.kcm.owned.Pod;
  const own = [...controlledBy<Pod>(index, uid).values()];
  const mayManage = isSatisfied(world.controllers.replicaSet.expectations, objectKey(replicaSet), now);
  const hasSurplus = mayManage && own.filter(isActive).length > (replicaSet.spec.replicas ?? 1);
  const related = hasSurplus ? relatedPods(world, replicaSet) : [];
  return { replicaSet, candidates: [...own, ...orphansIn<Pod>(index, namespace).values()], related, mayManage, now };
}

/** Active pods of all ReplicaSets with the same controller; none for a ReplicaSet without one. */
function relatedPods(world: ReplicaSetWorld, replicaSet: ReplicaSet): Pod[] {
  const owner = controllerOf(replicaSet);
  if (owner === undefined) return [];
  const { Pod, ReplicaSet } = world.kcm.owned;
  const pods: Pod[] = [];
  for (const { metadata } of controlledBy(ReplicaSet, owner.uid).values()) {
    for (const pod of controlledBy<Pod>(Pod, metadata.uid).values()) if (isActive(pod)) pods.push(pod);
  }
  return pods;
}

/** Source: replica_set.go: addPod, updatePod, deletePod. */
function observe(world: ReplicaSetWorld, controllerId: number, { type, object, before }: Change<Pod>): void {
  const { expectations } = world.controllers.replicaSet;
  const key = controllerKey(world, 'ReplicaSet', object);
  const isGoing = type === 'deleted' || object.metadata.deletionTimestamp !== undefined;
  if (before !== undefined && controllerOf(before)?.uid !== controllerOf(object)?.uid) {
    const former = controllerKey(world, 'ReplicaSet', before);
    if (former !== undefined) enqueue(world, controllerId, former);
  }
  if (key === undefined) {
    if (!isGoing && controllerOf(object) === undefined) wakeAdopters(world, controllerId, object, before);
    return;
  }
  if (isGoing) deletionObserved(expectations, key, objectKey(object));
  else if (type === 'added') creationObserved(expectations, key);
  enqueue(world, controllerId, key);
  if (isGoing || before === undefined || isReady(before) || !isReady(object)) return;
  const minReadySeconds = kcmLister<ReplicaSet>(world, 'ReplicaSet').get(key)!.spec.minReadySeconds ?? 0;
  if (minReadySeconds > 0) enqueueAfter(world, controllerId, key, (minReadySeconds + 1) * SECOND_US);
}

/** An orphan, new or relabelled, may belong to somebody. */
function wakeAdopters(world: ReplicaSetWorld, controllerId: number, pod: Pod, before: Pod | undefined): void {
  const { labels, namespace } = pod.metadata;
  if (before !== undefined && before.metadata.labels === labels && controllerOf(before) === undefined) return;
  for (const [key, { metadata, spec }] of kcmLister<ReplicaSet>(world, 'ReplicaSet')) {
    if (metadata.namespace === namespace && matchesSelector(spec.selector, labels)) enqueue(world, controllerId, key);
  }
}
