import { invariant } from '../../../kernel/invariant.js';
import { type ApiRequest, type ApiResult, issue, succeeded } from '../../api/calls.js';
import type { Condition } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import { podCondition } from '../../api/pod-predicates.js';
import { cancelBinding } from '../binding.js';
import { recordPodEvent } from '../event-series.js';
import { SchedulerEvent } from '../events.js';
import { podClassOf } from '../pod-class.js';
import { DEFAULT_SCHEDULER_NAME } from '../../api/scheduler-configuration.js';
import { forceActivate } from '../scheduling-queue.js';
import type { Eviction, RunningPreemption, SchedulerWorld } from '../world.js';
import type { Candidate } from './choose-node.js';
import { PREEMPTED } from './find-victims.js';
import { nominatedBelow } from './nominations.js';

/**
 * What a preemption does once it is decided, beside the scheduling of other pods. Until its last victim is on its way out the preemptor
 * is not tried again (`preempting` of the queue).
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/preemption/executor.go: prepareCandidateAsync, PreemptPod.
 */

/** Victims that are evicted at the same time, the last of all aside (framework/parallelize: DefaultParallelism). */
const PARALLELISM = 16;

/** Closes the gate for the preemptor, and gives the number of what `advance` then does; victims that are being deleted already need nothing. */
export function preparePreemption(
  world: SchedulerWorld,
  preemptor: Pod,
  { node, victims }: Candidate,
): number | undefined {
  const { cluster, queue, preemptions } = world.scheduler;
  const alive = victims.filter(({ terminating }) => !terminating).map(({ pod }) => pod);
  if (alive.length === 0) return undefined;
  const nodeName = cluster.names[node]!;
  const isGated = podClassOf(cluster, preemptor).profile.preEnqueue.includes('DefaultPreemption');
  if (isGated) queue.preempting.set(preemptor.metadata.uid, '');
  const displaced = nominatedBelow(cluster, nodeName, preemptor.spec.priority ?? 0).map(({ pod }) => pod);
  const number = freeSlot(preemptions);
  preemptions[number] = { preemptor, nodeName, displaced, victims: alive, evicting: 0, failed: false, stopped: false };
  return number;
}

/** The next step: nominations are cleared one after the other, then all victims but the last are evicted, then the last. */
export function advance(world: SchedulerWorld, number: number): void {
  const { preemptions, queue, cluster } = world.scheduler;
  const preemption = preemptions[number]!;
  const { preemptor, displaced, victims } = preemption;
  for (;;) {
    const next = displaced.shift();
    if (next === undefined) break;
    if ((next.status.nominatedNodeName ?? '') === '') continue;
    patchStatus(world, next, { nominatedNodeName: null }, SchedulerEvent.NominationCleared, number);
    return;
  }
  while (victims.length > 1 && preemption.evicting < PARALLELISM && !preemption.stopped) {
    evict(world, number, victims.shift()!);
  }
  if (preemptions[number] !== preemption) return; // victims that were in PreBind are evicted at once: the end has come already
  if (preemption.evicting > 0) return;
  const last = preemption.stopped ? undefined : victims.shift();
  if (last !== undefined) {
    if (queue.preempting.has(preemptor.metadata.uid)) {
      queue.preempting.set(preemptor.metadata.uid, last.metadata.uid);
    }
    evict(world, number, last);
    return;
  }
  preemptions[number] = undefined;
  queue.preempting.delete(preemptor.metadata.uid);
  if (preemption.failed) forceActivate(cluster, queue, preemptor.metadata.uid);
}

/** A nomination that could not be cleared stops nobody. */
export function nominationCleared(world: SchedulerWorld, number: number, result: ApiResult): void {
  if (!succeeded(result)) world.scheduler.preemptions[number]!.failed = true;
  advance(world, number);
}

function evict(world: SchedulerWorld, number: number, victim: Pod): void {
  const { preemptions, evictions } = world.scheduler;
  const preemption = preemptions[number]!;
  preemption.evicting += 1;
  const slot = freeSlot(evictions);
  evictions[slot] = { preemption: number, victim };
  if (cancelBinding(world, victim.metadata.uid)) {
    tellVictim(world, preemption, victim, ' (in kube-scheduler memory).');
    evicted(world, slot, true);
    return;
  }
  const condition = disruptionTarget(world, preemption.preemptor, victim);
  if (condition === undefined) deleteVictim(world, slot);
  else patchStatus(world, victim, { conditions: [condition] }, SchedulerEvent.VictimPatched, slot);
}

/** The condition that tells why the victim goes; undefined if it says so already. */
function disruptionTarget(world: SchedulerWorld, preemptor: Pod, victim: Pod): Condition | undefined {
  const message = `${schedulerOf(preemptor)}: preempting to accommodate a higher priority pod`;
  const before = podCondition(victim, 'DisruptionTarget');
  const isTrue = before?.status === 'True';
  if (isTrue && before.reason === PREEMPTED && before.message === message) return undefined;
  const lastTransitionTime = (isTrue ? before.lastTransitionTime : undefined) ?? world.kernel.now;
  return { type: 'DisruptionTarget', status: 'True', lastTransitionTime, reason: PREEMPTED, message };
}

export function victimPatched(world: SchedulerWorld, slot: number, result: ApiResult): void {
  if (succeeded(result)) deleteVictim(world, slot);
  else evicted(world, slot, isGone(result));
}

/** With the grace period that the pod has itself. */
function deleteVictim(world: SchedulerWorld, slot: number): void {
  const { namespace, name } = evictionAt(world, slot).victim.metadata;
  const request: ApiRequest = { verb: 'delete', kind: 'Pod', namespace, name };
  issue(world, world.scheduler.client, request, SchedulerEvent.VictimDeleted, slot);
}

export function victimDeleted(world: SchedulerWorld, slot: number, result: ApiResult): void {
  const { preemption, victim } = evictionAt(world, slot);
  if (succeeded(result)) tellVictim(world, world.scheduler.preemptions[preemption]!, victim, '');
  evicted(world, slot, succeeded(result) || isGone(result));
}

function tellVictim(world: SchedulerWorld, { preemptor, nodeName }: RunningPreemption, victim: Pod, end: string): void {
  const message = `Preempted by pod ${preemptor.metadata.uid} on node ${nodeName}${end}`;
  recordPodEvent(world, victim, 'Normal', 'Preempted', message, schedulerOf(preemptor));
}

function schedulerOf({ spec }: Pod): string {
  return spec.schedulerName ?? DEFAULT_SCHEDULER_NAME;
}

/** One victim less to do; after an error no further one is begun. */
function evicted(world: SchedulerWorld, slot: number, isDone: boolean): void {
  const { evictions, preemptions } = world.scheduler;
  const number = evictionAt(world, slot).preemption;
  const preemption = preemptions[number]!;
  evictions[slot] = undefined;
  preemption.evicting -= 1;
  if (!isDone) preemption.failed = preemption.stopped = true;
  if (preemption.evicting === 0 || !preemption.stopped) advance(world, number);
}

function isGone({ reason }: ApiResult): boolean {
  return reason === 'NotFound';
}

function patchStatus(world: SchedulerWorld, pod: Pod, status: object, done: number, subject: number): void {
  const { namespace, name } = pod.metadata;
  const request: ApiRequest = { verb: 'patch', kind: 'Pod', namespace, name, subresource: 'status', body: { status } };
  issue(world, world.scheduler.client, request, done, subject);
}

function evictionAt(world: SchedulerWorld, slot: number): Eviction {
  const eviction = world.scheduler.evictions[slot];
  invariant(eviction !== undefined, `eviction ${slot} is not under way`);
  return eviction;
}

/** Place of the first that is over; the lists are short. */
function freeSlot(slots: readonly unknown[]): number {
  const free = slots.indexOf(undefined);
  return free < 0 ? slots.length : free;
}
