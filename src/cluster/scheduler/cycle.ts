import { sample } from '../../kernel/distributions.js';
import { invariant } from '../../kernel/invariant.js';
import { draws, drawsOnce } from '../../kernel/random.js';
import { schedule, scheduleAt } from '../../kernel/simulation.js';
import type { Micros } from '../../kernel/time.js';
import { occupy } from '../api/cores.js';
import { noteAttempt } from './attempt-log.js';
import { algorithmUs } from './attempt-time.js';
import { isSweepDue, sweepClasses } from './class-sweep.js';
import { type ClusterState, NO_NODE, type NodeIndex } from './cluster.js';
import { placePod } from './cluster-pods.js';
import { decide } from './decide.js';
import { recordPodEvent } from './event-series.js';
import { SchedulerEvent } from './events.js';
import { reserveDevices } from './device-binding-cycle.js';
import { planDevices } from './plugins/dynamic-resources.js';
import { demandOf, planVolumes, type VolumePlan } from './plugins/volume-binding.js';
import { bindsVolumes } from './pod-volumes.js';
import { type PodClass, podClassOf } from './pod-class.js';
import { denominate, incomingOf } from './preemption/nominations.js';
import type { QueuedPod } from './queued-pod.js';
import { finishAttempt, nextBackoffEnd, nextLeftoverLook, popNext } from './scheduling-queue.js';
import { assumeVolumes } from './volume-binding-cycle.js';
import type { TieDraw } from './tie-break.js';
import type { SchedulerWorld } from './world.js';

/** Starts the next attempt unless one is under way; sets the timers of those who wait. */
export function proceed(world: SchedulerWorld): void {
  const { scheduler } = world;
  while (scheduler.cycle === undefined && !scheduler.waitsForPatch) {
    const queued = popNext(scheduler.queue);
    if (queued === undefined) break;
    if (queued.pod.metadata.deletionTimestamp === undefined) attempt(world, queued);
    else skip(world, queued);
  }
  armTimers(world);
}

function skip(world: SchedulerWorld, queued: QueuedPod): void {
  const { namespace, name } = queued.pod.metadata;
  finishAttempt(world.scheduler.queue);
  const message = `skip schedule deleting pod: ${namespace}/${name}`;
  recordPodEvent(world, queued.pod, 'Warning', 'FailedScheduling', message);
}

/**
 * One scheduling cycle: the decision falls at once, on what is known now, and shows after the time that it takes. The
 * pod counts on its node from the start, as nobody else decides meanwhile.
 */
function attempt(world: SchedulerWorld, queued: QueuedPod): void {
  const { scheduler } = world;
  const { cluster } = scheduler;
  if (isSweepDue(cluster)) sweepClasses(cluster, scheduler.queue.pods.values());
  const podClass = podClassOf(cluster, queued.pod);
  const start = cluster.nextStart;
  const outcome = decide(cluster, podClass, incomingOf(queued.pod), tieDraw(world, queued));
  const { node, failure } = outcome;
  const { explained } = scheduler;
  if (explained !== undefined) noteAttempt(world, explained, queued, podClass, outcome, start);
  const nodeName = node === NO_NODE ? '' : cluster.names[node]!;
  const volumes = node === NO_NODE ? undefined : reserveVolumes(cluster, podClass, node);
  const devices = node === NO_NODE ? undefined : planDevices(cluster, podClass, node);
  if (devices !== undefined) reserveDevices(world, devices);
  scheduler.cycle = { queued, nodeName, volumes, devices, failure };
  if (node !== NO_NODE) {
    scheduler.assumed.add(queued.pod.metadata.uid);
    denominate(cluster, queued.pod.metadata.uid);
    placePod(cluster, queued.pod, nodeName, podClass);
  }
  takeTime(world, algorithmUs(scheduler.parameters, cluster, podClass, outcome));
}

/** One stream for each node of the tie, so that what else is tied does not matter to its chances. */
function tieDraw(world: SchedulerWorld, { pod, attempts }: QueuedPod): TieDraw {
  if (world.scheduler.parameters.ties === 'ordered') return undefined;
  const { uid } = pod.metadata;
  return (nodeName) => drawsOnce(world, `scheduler/tie/${uid}/${attempts}/${nodeName}`)();
}

/**
 * Until the attempt is over. Where the control plane shares a few cores, the algorithm takes all of them that there are, and
 * waits for them like any request.
 */
function takeTime(world: SchedulerWorld, quietUs: Micros): void {
  const { parameters, streams } = world.scheduler;
  const { attemptFactor, attemptJitter, podUs } = parameters;
  const { cores } = world.api;
  const ownUs = attemptFactor * quietUs * sample(attemptJitter, draws(world, streams.attempt));
  if (cores.count === 0) schedule(world, podUs + ownUs, SchedulerEvent.CycleEnded, 0, 0);
  else occupy(world, cores, podUs + ownUs * cores.count, SchedulerEvent.CycleEnded, 0);
}

/** Plans the binding of the pod's claims, and takes what they need; undefined: there is nothing to do. */
export function reserveVolumes(cluster: ClusterState, podClass: PodClass, node: NodeIndex): VolumePlan | undefined {
  if (!bindsVolumes(podClass)) return undefined;
  const plan = planVolumes(cluster, demandOf(cluster, podClass), cluster.nodes[node]!);
  invariant(
    typeof plan !== 'number',
    `the claims of a pod cannot be bound on ${cluster.names[node]!}, which was chosen`,
  );
  if (plan.bindings.length + plan.provisions.length === 0) return undefined;
  assumeVolumes(cluster, plan, cluster.names[node]!);
  return plan;
}

/** Sets the timers for the end of the next back-off and for the next leftover. */
function armTimers(world: SchedulerWorld): void {
  const { scheduler, kernel } = world;
  const backoffEnd = nextBackoffEnd(scheduler.queue);
  if (backoffEnd !== undefined && backoffEnd < scheduler.backoffFlushAt) {
    scheduler.backoffFlushAt = Math.max(backoffEnd, kernel.now);
    scheduleAt(world, scheduler.backoffFlushAt, SchedulerEvent.BackoffFlushed, 0, 0);
  }
  // Pods that fail from now on are left over later than those for which the timer was set.
  if (scheduler.leftoverFlushAt !== Number.POSITIVE_INFINITY) return;
  const look = nextLeftoverLook(scheduler.queue);
  if (look === undefined) return;
  scheduler.leftoverFlushAt = look;
  scheduleAt(world, look, SchedulerEvent.LeftoversFlushed, 0, 0);
}
