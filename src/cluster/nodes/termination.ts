import { NO_EVENT } from '../../kernel/event-queue.js';
import { cancel, schedule } from '../../kernel/simulation.js';
import { SECOND_US, type Micros } from '../../kernel/time.js';
import type { Container } from '../api/objects/pod.js';
import { leaveStarting } from './contention.js';
import { NodesEvent } from './events.js';
import { podEvent } from './kubelet-events.js';
import {
  type ContainerRecord,
  type PodRecord,
  STAGE_STOPPED,
  STAGE_TERMINATED,
  STAGE_TERMINATING,
} from './pod-record.js';
import { reportPod } from './pod-report.js';
import { dropAddress, recordOf, removePod } from './pod-table.js';
import { disarmProbes } from './probes.js';
import { setServing } from './serving.js';
import { queueStatus } from './status-sync.js';
import type { NodeWiring } from './wiring.js';
import { SERVING_DRAINING, SERVING_NOTHING, SERVING_OPEN } from './workload.js';
import type { NodesWorld } from './world.js';

/** Time that a container has at least between its stop signal and its kill (kuberuntime_container.go: minimumGracePeriodInSeconds). */
const MINIMUM_GRACE_SECONDS = 2;
/** Exit codes: ended by itself on the signal; by the signal, which programs that run to their end do not handle; killed. */
const EXIT_STOPPED = 0;
const EXIT_TERMINATED = 143;
export const EXIT_KILLED = 137;
const DEFAULT_GRACE_SECONDS = 30;

/**
 * Ends a pod: preStop hooks, stop signal, kill when the grace is over. Called again with less grace, it shortens what is left.
 * kubernetes v1.36.3 pkg/kubelet/kuberuntime/kuberuntime_container.go: killContainer; pkg/kubelet/kubelet.go: SyncTerminatingPod
 */
export function terminatePod(world: NodesWorld, wiring: NodeWiring, podIndex: number, graceSeconds: number): void {
  const { pods } = world.nodes;
  const { now } = world.kernel;
  const record = recordOf(world, podIndex);
  if (record.stage > STAGE_TERMINATING) return;
  if (record.stage === STAGE_TERMINATING) {
    const killAt = now + Math.max(graceSeconds, MINIMUM_GRACE_SECONDS) * SECOND_US;
    if (killAt < record.killAt) killLater(world, podIndex, record, killAt);
    return;
  }
  abandonPlans(world, podIndex, record);
  record.stage = STAGE_TERMINATING;
  const running = record.containers.filter(({ run }) => run?.state === 'running');
  if (running.length === 0) {
    stopAll(world, wiring, podIndex, EXIT_STOPPED);
    return;
  }
  for (const { spec } of running)
    podEvent(world, podIndex, 'Normal', 'Killing', `Stopping container ${spec.name}`, spec.name);
  const hookSeconds = Math.min(graceSeconds, Math.max(...running.map(({ spec }) => preStopSeconds(spec))));
  const hookUs = Math.round(hookSeconds * SECOND_US);
  const restSeconds = Math.max(graceSeconds - Math.floor(hookSeconds), MINIMUM_GRACE_SECONDS);
  killLater(world, podIndex, record, now + hookUs + restSeconds * SECOND_US);
  if (hookUs === 0) sendStopSignal(world, wiring, podIndex);
  else schedule(world, hookUs, NodesEvent.PreStopEnded, podIndex, pods.plan[podIndex]!);
}

/** Nothing that was planned for the pod's start and containers holds any longer. */
export function abandonPlans(world: NodesWorld, podIndex: number, record: PodRecord): void {
  const { pods } = world.nodes;
  pods.plan[podIndex]! += 1;
  record.isBusy = false;
  record.retryEvent = NO_EVENT;
  record.killEvent = NO_EVENT;
  leaveStarting(world, pods.node[podIndex]!, record);
  for (const container of record.containers) {
    container.exitEvent = NO_EVENT;
    container.probeEvent = NO_EVENT;
    container.livenessEvent = NO_EVENT;
  }
}

function killLater(world: NodesWorld, podIndex: number, record: PodRecord, at: Micros): void {
  if (record.killEvent !== NO_EVENT) cancel(world, record.killEvent);
  record.killAt = at;
  const plan = world.nodes.pods.plan[podIndex]!;
  record.killEvent = schedule(world, at - world.kernel.now, NodesEvent.KillDue, podIndex, plan);
}

/** SIGTERM to all containers. Software that doesn't listen yet has no handler and ends at once. */
export function sendStopSignal(world: NodesWorld, wiring: NodeWiring, podIndex: number): void {
  const { pods, behaviours } = world.nodes;
  const behaviour = behaviours[pods.behaviour[podIndex]!];
  const onTerm = behaviour?.onTerm ?? 'exit';
  const isServing = pods.serving[podIndex] === SERVING_OPEN;
  if (isServing && onTerm === 'serve') return;
  if (isServing && onTerm === 'drain') {
    setServing(world, wiring, podIndex, SERVING_DRAINING);
    if (wiring.usage.inFlight(world, podIndex) > 0) return;
  }
  stopAll(world, wiring, podIndex, (behaviour?.run ?? null) === null ? EXIT_STOPPED : EXIT_TERMINATED);
}

/** All containers have ended; the pod's last status says so. */
export function stopAll(world: NodesWorld, wiring: NodeWiring, podIndex: number, exitCode: number): void {
  const record = recordOf(world, podIndex);
  if (record.killEvent !== NO_EVENT) cancel(world, record.killEvent);
  record.killEvent = NO_EVENT;
  for (const container of record.containers) {
    if (container.run?.state === 'running') endRun(world, container, exitCode);
  }
  setServing(world, wiring, podIndex, SERVING_NOTHING);
  beginTeardown(world, podIndex, record);
}

/** The processes of a draining pod have ended. While the kubelet is down it doesn't know. */
export function processEnded(world: NodesWorld, wiring: NodeWiring, podIndex: number): void {
  const { pods, hosts } = world.nodes;
  if (hosts.kubeletUp[pods.node[podIndex]!] === 1) {
    stopAll(world, wiring, podIndex, EXIT_STOPPED);
    return;
  }
  for (const container of recordOf(world, podIndex).containers) {
    if (container.run?.state === 'running') endRun(world, container, EXIT_STOPPED);
  }
  setServing(world, wiring, podIndex, SERVING_NOTHING);
}

/** The container's process has ended. */
export function endRun(world: NodesWorld, container: ContainerRecord, exitCode: number): void {
  disarmProbes(world, container);
  if (container.exitEvent !== NO_EVENT) cancel(world, container.exitEvent);
  container.exitEvent = NO_EVENT;
  container.listenAt = Number.POSITIVE_INFINITY;
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  container.run = { ...container.run!, state: 'exited', exitCode, reason, finishedAt: world.kernel.now };
}

/** A pod whose containers have all ended for good; sidecars are stopped with it. */
export function finishByItself(world: NodesWorld, wiring: NodeWiring, podIndex: number): void {
  abandonPlans(world, podIndex, recordOf(world, podIndex));
  stopAll(world, wiring, podIndex, EXIT_STOPPED);
}

/**
 * The last status goes out; the rest is found at the kubelet's one-second tick, which overlaps with the wait for a newer look at
 * the runtime (node 10).
 */
function beginTeardown(world: NodesWorld, podIndex: number, record: PodRecord): void {
  const { pods } = world.nodes;
  record.stage = STAGE_STOPPED;
  record.isTerminal = true;
  record.isSandboxReady = false;
  pods.stoppedAt[podIndex] = world.kernel.now;
  releaseResources(world, podIndex, record);
  reportPod(world, podIndex);
  const waitUs = record.start.tickPhase * SECOND_US + record.start.relistUs + record.start.teardownUs;
  schedule(world, waitUs, NodesEvent.PodTornDown, podIndex, pods.plan[podIndex]!);
}

/** Nothing is left of the pod on the node: its object may go. */
export function endPod(world: NodesWorld, wiring: NodeWiring, podIndex: number): void {
  const record = recordOf(world, podIndex);
  record.stage = STAGE_TERMINATED;
  dropAddress(world.nodes.pods, podIndex);
  if (record.isGone) forgetPod(world, wiring, podIndex);
  else queueStatus(world, podIndex);
}

export function forgetPod(world: NodesWorld, wiring: NodeWiring, podIndex: number): void {
  const { pods, hosts } = world.nodes;
  const record = recordOf(world, podIndex);
  setServing(world, wiring, podIndex, SERVING_NOTHING);
  leaveStarting(world, pods.node[podIndex]!, record);
  releaseResources(world, podIndex, record);
  hosts.records[pods.node[podIndex]!]!.pods.delete(podIndex);
  removePod(pods, podIndex);
}

function releaseResources(world: NodesWorld, podIndex: number, record: PodRecord): void {
  if (!record.holdsResources) return;
  const { hosts, pods } = world.nodes;
  const node = pods.node[podIndex]!;
  record.holdsResources = false;
  hosts.usedMilliCpu[node]! -= record.milliCpu;
  hosts.usedMemory[node]! -= record.memoryBytes;
  hosts.usedPods[node]! -= 1;
}

/** Grace that a deleted pod has. */
export function graceSecondsOf({ pod }: PodRecord): number {
  return pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

const SLEEP_COMMAND = /(?:^|\s|[;&])sleep\s+([0-9.]+)/;

/** How long the preStop hook runs: what it sleeps; other commands and requests take no time. */
function preStopSeconds({ lifecycle }: Container): number {
  const hook = lifecycle?.preStop;
  if (hook?.sleep !== undefined) return hook.sleep.seconds;
  const slept = SLEEP_COMMAND.exec((hook?.exec?.command ?? []).join(' '));
  return slept === null ? 0 : Number(slept[1]);
}
