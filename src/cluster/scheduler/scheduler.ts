import type { Handlers } from '../../kernel/events.js';
import { invariant } from '../../kernel/invariant.js';
import { openStream } from '../../kernel/random.js';
import type { Micros } from '../../kernel/time.js';
import { takeResult } from '../api/calls.js';
import { openClient } from '../api/clients.js';
import { type Listeners, openInformer } from '../api/informers.js';
import type { ApiWorld } from '../api/world.js';
import { type AttemptLog, endAttempt } from './attempt-log.js';
import {
  continueDevices,
  continueVolumes,
  failAttempt,
  finishBinding,
  pollVolumes,
  prepareBinding,
  startBinding,
} from './binding.js';
import { createCluster } from './cluster.js';
import { proceed } from './cycle.js';
import { freeClaim } from './device-binding-cycle.js';
import { createEventSeries } from './event-series.js';
import { SchedulerEvent } from './events.js';
import { advance, nominationCleared, preparePreemption, victimDeleted, victimPatched } from './preemption/evict.js';
import type { SchedulerParameters } from './parameters.js';
import { DEFAULT_SCHEDULER_NAME } from '../api/scheduler-configuration.js';
import { createSchedulingQueue, finishAttempt, flushBackoff, flushLeftovers } from './scheduling-queue.js';
import { listen } from './watch.js';
import { type Cycle, SCHEDULER, type SchedulerState, type SchedulerWorld } from './world.js';

export type { SchedulerWorld } from './world.js';

/** Kinds that the plugins look at. */
const WATCHED = [
  'Node',
  'Namespace',
  'Service',
  'ReplicationController',
  'ReplicaSet',
  'StatefulSet',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CSIDriver',
  'CSINode',
  'CSIStorageCapacity',
  'VolumeAttachment',
  'PodDisruptionBudget',
  'ResourceClaim',
  'DeviceClass',
  'ResourceSlice',
  'Pod',
] as const;

/** A scheduler that knows nothing yet: its informers bring all that is stored. `isReference`: decides by the plain cycle. */
export function createScheduler(world: ApiWorld, parameters: SchedulerParameters, isReference = false): SchedulerState {
  const informers = WATCHED.map((kind) => openInformer(world, SCHEDULER, kind));
  return {
    parameters,
    cluster: createCluster(parameters.profiles, isReference),
    queue: createSchedulingQueue(parameters),
    pods: informers[WATCHED.indexOf('Pod')]!,
    claims: informers[WATCHED.indexOf('PersistentVolumeClaim')]!,
    volumes: informers[WATCHED.indexOf('PersistentVolume')]!,
    resourceClaims: informers[WATCHED.indexOf('ResourceClaim')]!,
    client: openClient(world, SCHEDULER, parameters),
    eventClient: openClient(world, DEFAULT_SCHEDULER_NAME, parameters),
    events: createEventSeries(),
    streams: { attempt: openStream(world, 'scheduler/attempt'), handOver: openStream(world, 'scheduler/hand-over') },
    cycle: undefined,
    waitsForPatch: false,
    bindings: [],
    freeBindings: [],
    preemptions: [],
    evictions: [],
    assumed: new Set(),
    backoffFlushAt: Number.POSITIVE_INFINITY,
    leftoverFlushAt: Number.POSITIVE_INFINITY,
    explained: undefined,
  };
}

/** The scheduler's handlers and listeners. */
export function registerScheduler<W extends SchedulerWorld>(handlers: Handlers<W>, listeners: Listeners<W>): void {
  listen(listeners);
  handlers.on(SchedulerEvent.CycleEnded, (world) => {
    const freed = world.scheduler.cycle?.failure?.freed;
    if (freed === undefined) endCycle(world);
    else freeClaim(world, freed); // the loop waits for the answer
  });
  handlers.on(SchedulerEvent.BindingReady, (world, number) => prepareBinding(world, number));
  handlers.on(SchedulerEvent.VolumeWritten, (world, number, call) => {
    continueVolumes(world, number, takeResult(world, call));
    proceed(world);
  });
  handlers.on(SchedulerEvent.VolumesLookedAt, (world, number) => {
    pollVolumes(world, number);
    proceed(world);
  });
  handlers.on(SchedulerEvent.ClaimWritten, (world, number, call) => {
    continueDevices(world, number, takeResult(world, call));
    proceed(world);
  });
  handlers.on(SchedulerEvent.ClaimFreed, (world, _subject, call) => {
    takeResult(world, call); // where it failed, the next attempt finds the claim as it was
    endCycle(world);
  });
  handlers.on(SchedulerEvent.BindingDone, (world, number, call) => {
    finishBinding(world, number, takeResult(world, call));
    proceed(world);
  });
  handlers.on(SchedulerEvent.StatusPatched, (world, _subject, call) => {
    takeResult(world, call); // a failed patch is only logged
    world.scheduler.waitsForPatch = false;
    proceed(world);
  });
  registerPreemption(handlers);
  handlers.on(SchedulerEvent.BackoffFlushed, (world) => {
    const { scheduler, kernel } = world;
    if (scheduler.backoffFlushAt > kernel.now) return; // set again for an earlier time, which has passed
    scheduler.backoffFlushAt = Number.POSITIVE_INFINITY;
    flushBackoff(scheduler.queue, kernel.now);
    proceed(world);
  });
  handlers.on(SchedulerEvent.LeftoversFlushed, (world) => {
    const { scheduler, kernel } = world;
    if (scheduler.leftoverFlushAt > kernel.now) return;
    scheduler.leftoverFlushAt = Number.POSITIVE_INFINITY;
    flushLeftovers(scheduler.cluster, scheduler.queue, kernel.now);
    proceed(world);
  });
}

function registerPreemption<W extends SchedulerWorld>(handlers: Handlers<W>): void {
  handlers.on(SchedulerEvent.NominationCleared, (world, number, call) => {
    nominationCleared(world, number, takeResult(world, call));
    proceed(world);
  });
  handlers.on(SchedulerEvent.VictimPatched, (world, slot, call) => {
    victimPatched(world, slot, takeResult(world, call));
    proceed(world);
  });
  handlers.on(SchedulerEvent.VictimDeleted, (world, slot, call) => {
    victimDeleted(world, slot, takeResult(world, call));
    proceed(world);
  });
}

function endCycle(world: SchedulerWorld): void {
  const { scheduler } = world;
  const { cycle } = scheduler;
  invariant(cycle !== undefined, 'a cycle ends that was not started');
  scheduler.cycle = undefined;
  if (cycle.failure === undefined) {
    finishAttempt(scheduler.queue);
    startBinding(world, cycle);
  } else {
    const { queued, failure } = cycle;
    const { candidate } = failure;
    const preemption = candidate === undefined ? undefined : preparePreemption(world, queued.pod, candidate);
    const reason = failure.isError === true ? 'SchedulerError' : 'Unschedulable';
    scheduler.waitsForPatch = failAttempt(world, queued, failure, reason, SchedulerEvent.StatusPatched);
    if (preemption !== undefined) advance(world, preemption);
  }
  if (scheduler.explained !== undefined) explainEnd(scheduler.explained, cycle, world.kernel.now);
  proceed(world);
}

function explainEnd(log: AttemptLog, { queued, nodeName, failure }: Cycle, now: Micros): void {
  const outcome = failure === undefined ? 'scheduled' : failure.plugins.length === 0 ? 'error' : 'unschedulable';
  const { message = '', nomination: nominated = '', candidate } = failure ?? {};
  const victims = (candidate?.victims ?? [])
    .map(({ pod }) => `${pod.metadata.namespace}/${pod.metadata.name}`)
    .join(' ');
  endAttempt(log, queued, { outcome, node: nodeName, nominated, victims, message }, now);
}
