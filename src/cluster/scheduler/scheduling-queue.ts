import { type Micros, MINUTE_US, SECOND_US } from '../../kernel/time.js';
import type { Pod } from '../api/objects/pod.js';
import { type BackoffLimits, isBackingOff } from './backoff.js';
import type { ClusterState } from './cluster.js';
import { type ClusterEvent, ownChanges } from './cluster-event.js';
import { type Gate, gateOf, LISTENS, type Preempting } from './gates.js';
import { type PodClass, podClassOf } from './pod-class.js';
import {
  byBackoff,
  byPriority,
  noteFailure,
  peekPod,
  type PodHeap,
  popPod,
  pushPod,
  type QueuedPod,
  queuedPod,
} from './queued-pod.js';
import { mayHelp } from './queueing-hints.js';

/** Pods of one class that the same plugins rejected: an event helps all of them or none. */
interface PoolGroup {
  readonly podClass: PodClass;
  readonly plugins: readonly string[];
  /** The PreEnqueue plugin that kept them when they were to leave: of all events only what it listens to is put to the plugins. */
  readonly gate: Gate | undefined;
  /** In the order of their failures, so that the oldest comes first. */
  readonly pods: Set<QueuedPod>;
}

/** The places where pods without a node wait (kubernetes v1.36.3 pkg/scheduler/backend/queue/scheduling_queue.go). */
export interface SchedulingQueue {
  readonly backoffLimits: BackoffLimits;
  /** By uid. */
  readonly pods: Map<string, QueuedPod>;
  readonly active: PodHeap;
  readonly backoff: PodHeap;
  /** Failed with an error: never popped before the back-off ends. */
  readonly errorBackoff: PodHeap;
  /** Failed, and nothing has happened since that could help. */
  readonly pool: Map<string, PoolGroup>;
  /** Not tried meanwhile. */
  readonly preempting: Preempting;
  /** What happened since the pod in flight was popped. */
  readonly sincePop: ClusterEvent[];
  inFlight: QueuedPod | undefined;
  nextSequence: number;
}

/** Rejected so long ago that it is tried again whatever happened, and how often that is looked at (Run). */
const LEFTOVER_US = 5 * MINUTE_US;
const LEFTOVER_PERIOD_US = 30 * SECOND_US;

export function createSchedulingQueue(backoffLimits: BackoffLimits): SchedulingQueue {
  return {
    backoffLimits,
    pods: new Map(),
    active: { entries: [] },
    backoff: { entries: [] },
    errorBackoff: { entries: [] },
    pool: new Map(),
    preempting: new Map(),
    sincePop: [],
    inFlight: undefined,
    nextSequence: 0,
  };
}

/** A new pod without a node. */
export function addPod(cluster: ClusterState, queue: SchedulingQueue, pod: Pod, now: Micros): void {
  const queued = queuedPod(pod, now, queue.nextSequence++);
  queue.pods.set(pod.metadata.uid, queued);
  enter(cluster, queue, queued, 'active');
}

/** The pod has a node, or is gone. */
export function dropPod(queue: SchedulingQueue, uid: string): void {
  const queued = queue.pods.get(uid);
  if (queued === undefined) return;
  leave(queue, queued);
  queued.place = 'gone';
  queue.pods.delete(uid);
}

/** The pod itself has changed; it may be worth a new try (Update). */
export function updatePod(cluster: ClusterState, queue: SchedulingQueue, pod: Pod, now: Micros): void {
  const queued = queue.pods.get(pod.metadata.uid);
  if (queued === undefined) {
    addPod(cluster, queue, pod, now);
    return;
  }
  if (queued.place === 'in-flight') {
    // The attempt goes on with the pod as it was; a failure is looked at in the light of what changed.
    if (queue.inFlight === queued) queue.sincePop.push(...ownChanges(queued.pod, pod));
    return;
  }
  const before = queued.pod;
  queued.pod = pod;
  if (queued.place !== 'unschedulable' && queued.place !== 'gated') return;
  const events = ownChanges(before, pod);
  if (events.length === 0) return;
  const podClass = podClassOf(cluster, pod);
  if (events.some((event) => mayHelp(cluster, podClass, queued.plugins, event))) {
    leave(queue, queued);
    requeue(cluster, queue, queued, now);
  } else if (queued.place === 'unschedulable' && !queued.group.startsWith(groupOf(queued, podClass))) {
    const { gate } = queue.pool.get(queued.group)!;
    leave(queue, queued);
    pool(queue, queued, podClass, gate);
    sortGroup(queue, queued);
  }
}

/** The next pod to try, marked as in flight. An idle scheduler doesn't wait for a back-off to end, errors aside. */
export function popNext(queue: SchedulingQueue): QueuedPod | undefined {
  const queued = popPod(queue.active, byPriority) ?? popPod(queue.backoff, byBackoff);
  if (queued === undefined) return undefined;
  queued.place = 'in-flight';
  queued.attempts += 1;
  queued.ticket += 1;
  queue.inFlight = queued;
  return queued;
}

/** The pod in flight has found a node. */
export function finishAttempt(queue: SchedulingQueue): void {
  queue.inFlight = undefined;
  if (queue.sincePop.length > 0) queue.sincePop.length = 0;
}

/**
 * Puts a pod back that failed; without plugins it failed with an error (AddUnschedulableIfNotPresent). What happened
 * during its attempt may already be a reason to try again.
 */
export function requeueFailed(
  cluster: ClusterState,
  queue: SchedulingQueue,
  queued: QueuedPod,
  plugins: readonly string[],
  now: Micros,
): void {
  const events = queue.inFlight === queued ? queue.sincePop : [];
  noteFailure(queued, plugins, queue.backoffLimits, now, queue.nextSequence++);
  const podClass = podClassOf(cluster, queued.pod);
  queued.podClass = podClass;
  if (plugins.length === 0) enter(cluster, queue, queued, 'error-backoff');
  else if (events.some((event) => mayHelp(cluster, podClass, plugins, event))) enter(cluster, queue, queued, 'backoff');
  else pool(queue, queued, podClass);
  if (queue.inFlight === queued) finishAttempt(queue);
}

/** Is there a pod that an event could help? If not, nobody needs to know what happens. */
export function isAnyoneWaiting(queue: SchedulingQueue): boolean {
  return queue.inFlight !== undefined || queue.pool.size > 0;
}

/**
 * Moves the pods that the event may help, all or those of at most a certain priority; says whether there were any
 * (movePodsToActiveOrBackoffQueue).
 */
export function moveOnEvent(
  cluster: ClusterState,
  queue: SchedulingQueue,
  event: ClusterEvent,
  now: Micros,
  maximumPriority = Number.POSITIVE_INFINITY,
): boolean {
  if (queue.inFlight !== undefined) queue.sincePop.push(event);
  if (queue.pool.size === 0) return false;
  const helped: QueuedPod[] = [];
  for (const { podClass, plugins, gate, pods } of queue.pool.values()) {
    if (podClass.priority > maximumPriority || (gate !== undefined && !LISTENS[gate](event))) continue;
    if (mayHelp(cluster, podClass, plugins, event)) for (const queued of pods) helped.push(queued);
  }
  requeueAll(cluster, queue, helped, now);
  return helped.length > 0;
}

/** A pod has left its node, or room is no longer kept for it: what its class is matters only if somebody waits. */
export function moveOnPodDelete(
  cluster: ClusterState,
  queue: SchedulingQueue,
  pod: Pod,
  now: Micros,
  maximumPriority?: number,
): void {
  if (!isAnyoneWaiting(queue)) return;
  moveOnEvent(cluster, queue, { type: 'PodDelete', pod, podClass: podClassOf(cluster, pod) }, now, maximumPriority);
}

/** The pool changes under way, as pods that are preempting others go back into it. */
function requeueAll(cluster: ClusterState, queue: SchedulingQueue, pods: readonly QueuedPod[], now: Micros): void {
  for (const queued of pods) {
    leave(queue, queued);
    requeue(cluster, queue, queued, now);
  }
}

/** Where Activate finds pods: both parts of the back-off queue are asked. */
const ACTIVATED: readonly QueuedPod['place'][] = ['unschedulable', 'backoff', 'error-backoff'];

/** Puts a pod that waits into the active queue, whatever its back-off; one in flight will be tried again (Activate). */
export function forceActivate(cluster: ClusterState, queue: SchedulingQueue, uid: string): void {
  const queued = queue.pods.get(uid);
  if (queued === undefined) return;
  if (queued === queue.inFlight) queue.sincePop.push({ type: 'Timeout' });
  if (!ACTIVATED.includes(queued.place)) return;
  leave(queue, queued);
  enter(cluster, queue, queued, 'active');
}

/** Moves pods whose back-off is over to the active queue (a timer of every whole second). */
export function flushBackoff(queue: SchedulingQueue, now: Micros): void {
  for (const heap of [queue.backoff, queue.errorBackoff]) {
    for (;;) {
      const first = peekPod(heap, byBackoff);
      if (first === undefined || isBackingOff(first.backoffExpiry, now)) break;
      place(queue, first, 'active'); // gates were looked at when it came here
    }
  }
}

/** When the next back-off is over, undefined if nobody backs off. */
export function nextBackoffEnd(queue: SchedulingQueue): Micros | undefined {
  const first = peekPod(queue.backoff, byBackoff)?.backoffExpiry ?? Number.POSITIVE_INFINITY;
  const second = peekPod(queue.errorBackoff, byBackoff)?.backoffExpiry ?? Number.POSITIVE_INFINITY;
  const expiry = Math.min(first, second);
  return expiry === Number.POSITIVE_INFINITY ? undefined : (expiry + 1) * SECOND_US;
}

/** Moves pods that were rejected too long ago, as if something had happened that helps everybody. */
export function flushLeftovers(cluster: ClusterState, queue: SchedulingQueue, now: Micros): void {
  const leftovers: QueuedPod[] = [];
  for (const { pods, gate } of queue.pool.values()) {
    if (gate !== undefined) continue;
    for (const queued of pods) {
      if (now - queued.timestamp <= LEFTOVER_US) break;
      leftovers.push(queued);
    }
  }
  requeueAll(cluster, queue, leftovers, now);
  if (leftovers.length > 0 && queue.inFlight !== undefined) queue.sincePop.push({ type: 'Timeout' });
}

/** When a leftover is next found, undefined if the pool is empty. */
export function nextLeftoverLook(queue: SchedulingQueue): Micros | undefined {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { pods, gate } of queue.pool.values()) {
    if (gate !== undefined) continue;
    for (const { timestamp } of pods) {
      if (timestamp < oldest) oldest = timestamp;
      break; // the first is the oldest
    }
  }
  if (oldest === Number.POSITIVE_INFINITY) return undefined;
  return (Math.floor((oldest + LEFTOVER_US) / LEFTOVER_PERIOD_US) + 1) * LEFTOVER_PERIOD_US;
}

/** To the active queue, or to the back-off queue if the back-off isn't over. */
function requeue(cluster: ClusterState, queue: SchedulingQueue, queued: QueuedPod, now: Micros): void {
  enter(cluster, queue, queued, isBackingOff(queued.backoffExpiry, now) ? 'backoff' : 'active');
}

/** Into a queue, unless a PreEnqueue plugin keeps the pod out (moveToActiveQ, moveToBackoffQ). */
function enter(cluster: ClusterState, queue: SchedulingQueue, queued: QueuedPod, where: QueueName): void {
  const gate = gateOf(cluster, queue.preempting, queued.pod);
  if (gate === undefined) {
    place(queue, queued, where);
    return;
  }
  // DefaultPreemption says of no event that it helps: the plugins of the last attempt decide.
  const isNew = gate !== 'DefaultPreemption' && !queued.plugins.includes(gate);
  if (isNew) queued.plugins = [...queued.plugins, gate];
  if (gate !== 'SchedulingGates') {
    pool(queue, queued, podClassOf(cluster, queued.pod), gate);
    return;
  }
  queued.place = 'gated';
  queued.ticket += 1;
}

type QueueName = 'active' | 'backoff' | 'error-backoff';

function place(queue: SchedulingQueue, queued: QueuedPod, where: QueueName): void {
  queued.place = where;
  queued.ticket += 1;
  if (where === 'active') pushPod(queue.active, byPriority, queued);
  else pushPod(where === 'backoff' ? queue.backoff : queue.errorBackoff, byBackoff, queued);
}

function pool(queue: SchedulingQueue, queued: QueuedPod, podClass: PodClass, gate?: Gate): void {
  queued.place = 'unschedulable';
  queued.ticket += 1;
  queued.podClass = podClass;
  queued.group = `${groupOf(queued, podClass)}${gate ?? ''}`;
  const group = queue.pool.get(queued.group);
  if (group === undefined) {
    queue.pool.set(queued.group, { podClass, plugins: queued.plugins, gate, pods: new Set([queued]) });
  } else {
    group.pods.add(queued);
  }
}

function groupOf({ plugins }: QueuedPod, { id }: PodClass): string {
  return `${id} ${plugins.join(' ')};`;
}

/** A pod that came from another group may have failed before those that are there. */
function sortGroup(queue: SchedulingQueue, { group }: QueuedPod): void {
  const { pods } = queue.pool.get(group)!;
  const sorted = [...pods].sort((left, right) => left.timestamp - right.timestamp || left.sequence - right.sequence);
  pods.clear();
  for (const queued of sorted) pods.add(queued);
}

/** Takes a pod out of where it is; heaps notice by its ticket. */
function leave(queue: SchedulingQueue, queued: QueuedPod): void {
  queued.ticket += 1;
  if (queued.place !== 'unschedulable') return;
  const { pods } = queue.pool.get(queued.group)!;
  pods.delete(queued);
  if (pods.size === 0) queue.pool.delete(queued.group);
}
