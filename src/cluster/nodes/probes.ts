import { type EventHandle, NO_EVENT } from '../../kernel/event-queue.js';
import { cancel, scheduleAt } from '../../kernel/simulation.js';
import { SECOND_US, type Micros } from '../../kernel/time.js';
import type { Probe } from '../api/objects/pod.js';
import { NodesEvent } from './events.js';
import { podEvent } from './kubelet-events.js';
import { type ContainerRecord, containerSubject, type PodRecord } from './pod-record.js';
import { recordOf } from './pod-table.js';
import { probeFailure } from './probe-failure.js';
import type { NodesWorld } from './world.js';

/** kubernetes v1.36.3 pkg/apis/core/v1/defaults.go: SetDefaults_Probe */
const DEFAULT_PERIOD_SECONDS = 10;
const DEFAULT_SUCCESS_THRESHOLD = 1;
const DEFAULT_FAILURE_THRESHOLD = 3;

/**
 * Probes of what runs. A probe succeeds while the container listens, and when that begins is known; so no attempt is played that
 * could change nothing: there is one event for the attempt that decides, and none where no attempt ever will.
 *
 * Workers of startup and liveness probes tick every period from the moment the volumes were mounted. A readiness probe also
 * runs each time the pod's status is computed while the container is started and not ready, and its period counts from there.
 * kubernetes v1.36.3 pkg/kubelet/prober/worker.go: run, doProbe; prober_manager.go: UpdatePodStatus
 */
export function armProbes(world: NodesWorld, podIndex: number): void {
  const record = recordOf(world, podIndex);
  for (const [index, container] of record.containers.entries()) {
    if (container.run?.state !== 'running') continue;
    const { startupProbe, readinessProbe, livenessProbe } = container.spec;
    if (startupProbe !== undefined && container.run.startup !== 'success') {
      armStartup(world, podIndex, record, index, startupProbe);
      continue;
    }
    if (readinessProbe !== undefined && container.run.readiness !== 'success') {
      armReadiness(world, podIndex, index, container, readinessProbe);
    }
    if (livenessProbe !== undefined) armLiveness(world, podIndex, record, index, livenessProbe);
  }
}

/** Takes back the probes of a container that ends. */
export function disarmProbes(world: NodesWorld, container: ContainerRecord): void {
  if (container.probeEvent !== NO_EVENT) cancel(world, container.probeEvent);
  if (container.livenessEvent !== NO_EVENT) cancel(world, container.livenessEvent);
  container.probeEvent = NO_EVENT;
  container.livenessEvent = NO_EVENT;
}

function armStartup(world: NodesWorld, podIndex: number, record: PodRecord, index: number, probe: Probe): void {
  const container = record.containers[index]!;
  if (container.probeEvent !== NO_EVENT) return;
  const periodUs = periodOf(probe);
  const first = firstTick(world, container, probe, record.probesFrom, periodUs);
  const failsAt = first + ((probe.failureThreshold ?? DEFAULT_FAILURE_THRESHOLD) - 1) * periodUs;
  const succeedsAt = tickFrom(container.listenAt, first, periodUs);
  if (succeedsAt <= failsAt) container.probeEvent = arm(world, podIndex, index, succeedsAt, NodesEvent.StartupPassed);
  else container.probeEvent = arm(world, podIndex, index, failsAt, NodesEvent.LivenessFailed);
}

function armReadiness(
  world: NodesWorld,
  podIndex: number,
  index: number,
  container: ContainerRecord,
  probe: Probe,
): void {
  const { now } = world.kernel;
  const periodUs = periodOf(probe);
  const eligibleAt = firstTick(world, container, probe, now, periodUs);
  if (container.probeEvent === NO_EVENT && eligibleAt === now && container.listenAt > now) {
    podEvent(
      world,
      podIndex,
      'Warning',
      'Unhealthy',
      `Readiness probe failed: ${probeFailure(container.spec, probe, world.nodes.pods.ips[podIndex]!)}`,
      container.spec.name,
    );
  }
  if (container.probeEvent !== NO_EVENT) cancel(world, container.probeEvent);
  const successes = probe.successThreshold ?? DEFAULT_SUCCESS_THRESHOLD;
  const at = tickFrom(container.listenAt, eligibleAt, periodUs) + (successes - 1) * periodUs;
  container.probeEvent = arm(world, podIndex, index, at, NodesEvent.ReadinessPassed);
}

function armLiveness(world: NodesWorld, podIndex: number, record: PodRecord, index: number, probe: Probe): void {
  const container = record.containers[index]!;
  if (container.livenessEvent !== NO_EVENT) return;
  const periodUs = periodOf(probe);
  const first = firstTick(world, container, probe, record.probesFrom, periodUs);
  const failsAt = first + ((probe.failureThreshold ?? DEFAULT_FAILURE_THRESHOLD) - 1) * periodUs;
  if (container.listenAt > failsAt) {
    container.livenessEvent = arm(world, podIndex, index, failsAt, NodesEvent.LivenessFailed);
  }
}

/** First attempt that counts: a tick from now on at which the container is old enough. */
function firstTick(
  world: NodesWorld,
  container: ContainerRecord,
  probe: Probe,
  phase: Micros,
  periodUs: Micros,
): Micros {
  const oldEnoughAt = container.run!.startedAt + (probe.initialDelaySeconds ?? 0) * SECOND_US;
  return tickFrom(Math.max(world.kernel.now, oldEnoughAt), phase, periodUs);
}

/** First of the ticks `phase + k * period` (k >= 0) not before `at`; Infinity stays. */
function tickFrom(at: Micros, phase: Micros, periodUs: Micros): Micros {
  return at <= phase ? phase : phase + Math.ceil((at - phase) / periodUs) * periodUs;
}

function periodOf(probe: Probe): Micros {
  return (probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * SECOND_US;
}

function arm(world: NodesWorld, podIndex: number, index: number, at: Micros, kind: number): EventHandle {
  if (at === Number.POSITIVE_INFINITY) return NO_EVENT;
  return scheduleAt(world, at, kind, podIndex, containerSubject(world.nodes.pods.plan[podIndex]!, index));
}
