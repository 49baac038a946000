import type { Handlers } from '../../kernel/events.js';
import { NO_EVENT } from '../../kernel/event-queue.js';
import { schedule } from '../../kernel/simulation.js';
import { withFields } from '../../kernel/with-fields.js';
import { addressOfPod } from './addresses.js';
import { enterStarting, slowdown } from './contention.js';
import { devicesFault } from './devices.js';
import { mountVolumes } from './disks.js';
import { NodesEvent } from './events.js';
import { podEvent } from './kubelet-events.js';
import { containerIndexOf, planOf, STAGE_SANDBOX, STAGE_SYNCING } from './pod-record.js';
import { reportPod, reportSandbox } from './pod-report.js';
import { startNext, syncPod, SYNC_PERIOD_US } from './pod-sync.js';
import { endSync } from './sync-end.js';
import { armRun } from './run-events.js';
import { giveAddress, recordOf } from './pod-table.js';
import { probeFailure } from './probe-failure.js';
import { armProbes } from './probes.js';
import { updateServing } from './serving.js';
import { EXIT_KILLED, endPod, endRun, sendStopSignal, stopAll } from './termination.js';
import type { NodeWiring } from './wiring.js';
import type { NodesWorld } from './world.js';

/** From the binding to running containers, one step an event. reference/node.md section 3 */
export function registerPodStart<W extends NodesWorld>(handlers: Handlers<W>): void {
  onPod(handlers, NodesEvent.FirstSync, (world, podIndex) => {
    const { pods } = world.nodes;
    pods.admittedAt[podIndex] = world.kernel.now;
    reportPod(world, podIndex);
    mountVolumes(world, podIndex);
  });
  onPod(handlers, NodesEvent.VolumesMounted, (world, podIndex) => {
    const { pods } = world.nodes;
    const node = pods.node[podIndex]!;
    const record = recordOf(world, podIndex);
    const fault = devicesFault(world, record.pod);
    if (fault !== undefined) {
      const message = `Failed to prepare dynamic resources: prepare dynamic resources: ${fault}`;
      podEvent(world, podIndex, 'Warning', 'FailedPrepareDynamicResources', message);
      const waitUs = Math.ceil(SYNC_PERIOD_US * record.containers[0]!.times.jitter);
      schedule(world, waitUs, NodesEvent.VolumesMounted, podIndex, pods.plan[podIndex]!);
      return;
    }
    record.stage = STAGE_SANDBOX;
    record.probesFrom = world.kernel.now;
    enterStarting(world, node, record);
    const durationUs = record.start.sandboxUs * slowdown(world, node) + record.start.sandboxTailUs;
    schedule(world, durationUs, NodesEvent.SandboxReady, podIndex, pods.plan[podIndex]!);
  });
  onPod(handlers, NodesEvent.SandboxReady, (world, podIndex) => {
    const { pods } = world.nodes;
    const record = recordOf(world, podIndex);
    record.stage = STAGE_SYNCING;
    record.isSandboxReady = true;
    record.sandboxSince = world.kernel.now;
    pods.sandboxAt[podIndex] = world.kernel.now;
    reportSandbox(world, podIndex); // says so before the address is known
    giveAddress(pods, podIndex, addressOfPod(world, podIndex));
    startNext(world, podIndex, true);
  });
}

export function registerPodLife<W extends NodesWorld>(handlers: Handlers<W>, wiring: NodeWiring): void {
  onPod(handlers, NodesEvent.Relisted, (world, podIndex) => syncPod(world, wiring, podIndex));
  onPod(handlers, NodesEvent.RetryDue, (world, podIndex) => {
    recordOf(world, podIndex).retryEvent = NO_EVENT;
    syncPod(world, wiring, podIndex);
  });
  onContainer(handlers, NodesEvent.ContainerStarted, (world, podIndex, index) => {
    containerStarted(world, wiring, podIndex, index);
  });
  onContainer(handlers, NodesEvent.WorkloadListening, (world, podIndex) => updateServing(world, wiring, podIndex));
  onContainer(handlers, NodesEvent.ContainerExited, (world, podIndex, index) => {
    const { pods } = world.nodes;
    const container = recordOf(world, podIndex).containers[index]!;
    container.exitEvent = NO_EVENT;
    endRun(world, container, container.times.exitCode);
    updateServing(world, wiring, podIndex);
    schedule(world, container.times.detectUs, NodesEvent.Relisted, podIndex, pods.plan[podIndex]!);
  });
  registerProbes(handlers, wiring);
}

export function registerPodEnd<W extends NodesWorld>(handlers: Handlers<W>, wiring: NodeWiring): void {
  onPod(handlers, NodesEvent.PreStopEnded, (world, podIndex) => sendStopSignal(world, wiring, podIndex));
  onPod(handlers, NodesEvent.KillDue, (world, podIndex) => {
    recordOf(world, podIndex).killEvent = NO_EVENT;
    stopAll(world, wiring, podIndex, EXIT_KILLED);
  });
  onPod(handlers, NodesEvent.PodTornDown, (world, podIndex) => endPod(world, wiring, podIndex));
}

function containerStarted(world: NodesWorld, wiring: NodeWiring, podIndex: number, index: number): void {
  const { pods } = world.nodes;
  const { now } = world.kernel;
  const record = recordOf(world, podIndex);
  const container = record.containers[index]!;
  const { role, times, run: previous } = container;
  const attempt = previous === undefined ? 0 : previous.attempt + 1;
  const run = { attempt, state: 'running', startedAt: now, finishedAt: 0, exitCode: 0, reason: '' } as const;
  container.run =
    previous === undefined ? run : withFields(run, { previous: withFields(previous, { previous: undefined }) });
  container.failure = undefined;
  container.listenAt = now + times.listenUs;
  if (attempt > 0) {
    pods.restarts[podIndex]! += 1;
    pods.epoch[podIndex]! += 1;
  }
  podEvent(world, podIndex, 'Normal', 'Created', 'Container created', container.spec.name);
  podEvent(world, podIndex, 'Normal', 'Started', 'Container started', container.spec.name);
  armRun(world, podIndex, index, container);
  if (role === 'regular' && times.listenUs === 0 && times.exitUs > 0) updateServing(world, wiring, podIndex);
  if (role === 'regular') startNext(world, podIndex, true);
  else endSync(world, podIndex, record, true);
}

function registerProbes<W extends NodesWorld>(handlers: Handlers<W>, wiring: NodeWiring): void {
  onContainer(handlers, NodesEvent.StartupPassed, (world, podIndex, index) => {
    const record = recordOf(world, podIndex);
    const container = record.containers[index]!;
    container.probeEvent = NO_EVENT;
    container.run = withFields(container.run!, { startup: 'success' });
    syncPod(world, wiring, podIndex); // a sidecar that has started lets the next container go
    armProbes(world, podIndex);
  });
  onContainer(handlers, NodesEvent.ReadinessPassed, (world, podIndex, index) => {
    const container = recordOf(world, podIndex).containers[index]!;
    container.probeEvent = NO_EVENT;
    container.run = withFields(container.run!, { readiness: 'success' });
    reportPod(world, podIndex);
  });
  onContainer(handlers, NodesEvent.LivenessFailed, (world, podIndex, index) => {
    const { pods } = world.nodes;
    const record = recordOf(world, podIndex);
    const container = record.containers[index]!;
    const { spec } = container;
    const probe = container.run?.startup === 'success' || spec.startupProbe === undefined ? 'liveness' : 'startup';
    const name = probe === 'liveness' ? 'Liveness' : 'Startup';
    const why = probeFailure(spec, spec[`${probe}Probe`]!, pods.ips[podIndex]!);
    if (probe === 'liveness') container.livenessEvent = NO_EVENT;
    else container.probeEvent = NO_EVENT;
    podEvent(world, podIndex, 'Warning', 'Unhealthy', `${name} probe failed: ${why}`, spec.name);
    podEvent(
      world,
      podIndex,
      'Normal',
      'Killing',
      `Container ${spec.name} failed ${probe} probe, will be restarted`,
      spec.name,
    );
    endRun(world, container, EXIT_KILLED);
    updateServing(world, wiring, podIndex);
    schedule(world, record.start.relistUs, NodesEvent.Relisted, podIndex, pods.plan[podIndex]!);
  });
}

type PodHandler = (world: NodesWorld, podIndex: number) => void;
type ContainerHandler = (world: NodesWorld, podIndex: number, index: number) => void;

/** Events of an earlier plan are stale. */
function onPod<W extends NodesWorld>(handlers: Handlers<W>, kind: number, handler: PodHandler): void {
  handlers.on(kind, (world, podIndex, plan) => {
    if (world.nodes.pods.plan[podIndex] === plan) handler(world, podIndex);
  });
}

function onContainer<W extends NodesWorld>(handlers: Handlers<W>, kind: number, handler: ContainerHandler): void {
  handlers.on(kind, (world, podIndex, subject) => {
    if (world.nodes.pods.plan[podIndex] === planOf(subject)) handler(world, podIndex, containerIndexOf(subject));
  });
}
