import type { Change, Listeners } from '../api/informers.js';
import type { LabelSelector, KubernetesObject } from '../api/objects/meta.js';
import type { Service } from '../api/objects/network.js';
import type { Node } from '../api/objects/node.js';
import type { Pod } from '../api/objects/pod.js';
import type { PodDisruptionBudget } from '../api/objects/policy.js';
import { isTerminal } from '../api/pod-predicates.js';
import { sameData } from '../api/patch.js';
import { objectKey } from '../api/store.js';
import { setNamespaceLabels } from './affinity-counts.js';
import { addNode, removeNode, updateNode } from './cluster-nodes.js';
import { placePod, removePod } from './cluster-pods.js';
import { nodeChanges, podChanges } from './cluster-event.js';
import { proceed } from './cycle.js';
import { happen } from './happen.js';
import { denominate, nominate, updateNomination } from './preemption/nominations.js';
import { profileNamed } from './profile.js';
import { addPod, dropPod, isAnyoneWaiting, moveOnPodDelete, updatePod } from './scheduling-queue.js';
import { listenToDevices } from './watch-devices.js';
import { listenToStorage } from './watch-storage.js';
import { SCHEDULER, type SchedulerWorld } from './world.js';

/** kubernetes v1.36.3 pkg/scheduler/eventhandlers.go: addAllEventHandlers. */
export function listen<W extends SchedulerWorld>(listeners: Listeners<W>): void {
  listeners.on<Node>(SCHEDULER, 'Node', onNode);
  listeners.on<Pod>(SCHEDULER, 'Pod', onPod);
  listeners.on(SCHEDULER, 'Namespace', ({ scheduler }, { type, object }) => {
    const { cluster } = scheduler;
    cluster.version += 1;
    const { name, labels = {} } = object.metadata;
    setNamespaceLabels(cluster, name, type === 'deleted' ? undefined : labels);
  });
  listeners.on<Service>(SCHEDULER, 'Service', onService);
  listeners.on<PodDisruptionBudget>(SCHEDULER, 'PodDisruptionBudget', ({ scheduler }, { type, object }) => {
    const { cluster } = scheduler;
    if (type === 'deleted') cluster.budgets.delete(objectKey(object));
    else cluster.budgets.set(objectKey(object), object);
    cluster.budgetVersion += 1;
    cluster.version += 1;
  });
  listeners.on<Owner>(SCHEDULER, 'ReplicaSet', onOwner);
  listeners.on<Owner>(SCHEDULER, 'StatefulSet', onOwner);
  listeners.on<Owner>(SCHEDULER, 'ReplicationController', onOwner);
  listenToStorage(listeners);
  listenToDevices(listeners);
}

type Owner = KubernetesObject & {
  readonly spec: { readonly selector?: LabelSelector | Readonly<Record<string, string>> };
};

function onOwner({ scheduler }: SchedulerWorld, { type, object }: Change<Owner>): void {
  const { cluster } = scheduler;
  const key = `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
  if (type === 'deleted') {
    cluster.ownerSelectors.delete(key);
    cluster.recentByOwner.delete(object.metadata.uid);
    return;
  }
  const { selector = {} } = object.spec;
  // Only a ReplicationController still selects by plain pairs.
  const wanted = (object.kind === 'ReplicationController' ? { matchLabels: selector } : selector) as LabelSelector;
  if (sameData(cluster.ownerSelectors.get(key), wanted)) return;
  cluster.ownerSelectors.set(key, wanted);
  cluster.version += 1;
}

function onService({ scheduler }: SchedulerWorld, { type, object, before }: Change<Service>): void {
  const { cluster } = scheduler;
  const key = objectKey(object);
  if (type === 'deleted') cluster.services.delete(key);
  else cluster.services.set(key, object);
  const unchanged = type === 'modified' && sameData(before?.spec.selector, object.spec.selector);
  if (unchanged) return;
  cluster.selectorVersion += 1;
  cluster.version += 1;
}

function onNode(world: SchedulerWorld, { type, object, before }: Change<Node>): void {
  const { cluster } = world.scheduler;
  if (type === 'deleted') {
    // Queue first, cache afterwards, as the real handlers do.
    happen(world, { type: 'NodeDelete', node: object });
    removeNode(cluster, object.metadata.name);
  } else if (type === 'added' || before === undefined) {
    addNode(cluster, object);
    happen(world, { type: 'NodeAdd', node: object });
  } else {
    updateNode(cluster, object);
    for (const event of nodeChanges(before, object)) happen(world, event);
  }
  proceed(world);
}

/** The real informer leaves ended pods out: a pod that ends looks deleted. */
function present(pod: Pod | undefined): Pod | undefined {
  return pod === undefined || isTerminal(pod) ? undefined : pod;
}

function onPod(world: SchedulerWorld, change: Change<Pod>): void {
  const before = present(change.before);
  const after = change.type === 'deleted' ? undefined : present(change.object);
  if (after !== undefined && before !== undefined && before.metadata.uid !== after.metadata.uid) {
    onGone(world, before); // deleted and created again under the same name
    onPresent(world, undefined, after);
  } else if (after !== undefined) {
    onPresent(world, before, after);
  } else if (before !== undefined) {
    onGone(world, before);
  }
  proceed(world);
}

function onPresent(world: SchedulerWorld, before: Pod | undefined, after: Pod): void {
  const { scheduler, kernel } = world;
  const { uid } = after.metadata;
  const { nodeName } = after.spec;
  if (nodeName === undefined || nodeName === '') {
    if (!isOurs(scheduler, after)) return;
    if (scheduler.assumed.has(uid)) {
      if (after.metadata.deletionTimestamp !== undefined) forgetAssumed(world, after);
      return;
    }
    if (before === undefined) addPod(scheduler.cluster, scheduler.queue, after, kernel.now);
    else updatePod(scheduler.cluster, scheduler.queue, after, kernel.now);
    followNomination(world, before, after);
    return;
  }
  scheduler.assumed.delete(uid);
  dropPod(scheduler.queue, uid);
  denominate(scheduler.cluster, uid);
  placePod(scheduler.cluster, after, nodeName);
  if (before?.spec.nodeName === undefined) happen(world, { type: 'PodAdd', pod: after });
  else if (isAnyoneWaiting(scheduler.queue)) for (const event of podChanges(before, after)) happen(world, event);
}

/** Pods that name another scheduler are left alone (eventhandlers.go: responsibleForPod). */
function isOurs({ cluster }: SchedulerWorld['scheduler'], { spec }: Pod): boolean {
  return profileNamed(cluster.profiles, spec.schedulerName) !== undefined;
}

/** A pod on its way to a node is being deleted: its room is free at once, its binding will fail (handleAssumedPodDeletion). */
function forgetAssumed(world: SchedulerWorld, pod: Pod): void {
  const { assumed, cluster, queue } = world.scheduler;
  assumed.delete(pod.metadata.uid);
  removePod(cluster, pod.metadata.uid);
  moveOnPodDelete(cluster, queue, pod, world.kernel.now);
}

/** Room is kept where the status of a waiting pod says so; where it was kept before, pods that are no more urgent may now fit. */
function followNomination(world: SchedulerWorld, before: Pod | undefined, after: Pod): void {
  const { cluster, queue } = world.scheduler;
  const place = queue.pods.get(after.metadata.uid)?.place;
  if (before === undefined) {
    if (place !== 'gated') nominate(cluster, after, after.status.nominatedNodeName ?? '');
    return;
  }
  if (place !== 'in-flight') updateNomination(cluster, before, after);
  if (before.status.nominatedNodeName !== after.status.nominatedNodeName) roomIsFree(world, before);
}

/** To pods that are no more urgent it is as if the nominated pod had left its node. */
function roomIsFree(world: SchedulerWorld, pod: Pod): void {
  const { scheduler, kernel } = world;
  if ((pod.status.nominatedNodeName ?? '') === '') return;
  moveOnPodDelete(scheduler.cluster, scheduler.queue, pod, kernel.now, pod.spec.priority ?? 0);
}

function onGone(world: SchedulerWorld, pod: Pod): void {
  const { scheduler, kernel } = world;
  const { uid } = pod.metadata;
  dropPod(scheduler.queue, uid);
  denominate(scheduler.cluster, uid);
  if (!scheduler.cluster.pods.has(uid)) {
    roomIsFree(world, pod);
    return;
  }
  scheduler.assumed.delete(uid);
  removePod(scheduler.cluster, uid);
  moveOnPodDelete(scheduler.cluster, scheduler.queue, pod, kernel.now);
}
