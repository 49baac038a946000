import { SECOND_US } from '../../kernel/time.js';
import { nextBackOff, waitsToPull, waitsToRestart } from './back-off.js';
import { enterStarting } from './contention.js';
import { goDuration } from './go-duration.js';
import { hasImage, requestPull } from './image-pulls.js';
import { podEvent } from './kubelet-events.js';
import { type ContainerRecord, type PodRecord, STAGE_SYNCING } from './pod-record.js';
import { hasInitialised, isFinalPhase, reportPod, runInSandbox } from './pod-report.js';
import { recordOf } from './pod-table.js';
import { armProbes } from './probes.js';
import { shouldRestart } from './restart-policy.js';
import { redrawRun } from './start-draws.js';
import { endSync, FAILED_SYNC_US, failSync, launch, retryAfter } from './sync-end.js';
import { finishByItself } from './termination.js';
import type { NodeWiring } from './wiring.js';
import type { NodesWorld } from './world.js';

/** Wait of a pod worker for its next look at a pod, and the longest for its next try (kubernetes v1.36.3 pkg/kubelet/pod_workers.go: syncFrequency). */
export const SYNC_PERIOD_US = 60 * SECOND_US;

/**
 * One sync of a pod worker: reports what is, ends the pod if all its containers have ended for good, else starts what is to
 * be started, one container after another. kubernetes v1.36.3 pkg/kubelet/kuberuntime/kuberuntime_manager.go: SyncPod
 */
export function syncPod(world: NodesWorld, wiring: NodeWiring, podIndex: number): void {
  const record = recordOf(world, podIndex);
  if (record.stage !== STAGE_SYNCING || record.isBusy) return;
  if (world.nodes.hosts.kubeletUp[world.nodes.pods.node[podIndex]!] === 0) return; // nobody looks
  reportPod(world, podIndex);
  armProbes(world, podIndex);
  if (isFinalPhase(record.status.phase)) finishByItself(world, wiring, podIndex);
  else startNext(world, podIndex, false);
}

/** Begins the start of the next container of this sync, or ends the sync. */
export function startNext(world: NodesWorld, podIndex: number, hasActed: boolean): void {
  const record = recordOf(world, podIndex);
  const index = nextToStart(world, podIndex, record);
  if (index >= 0) {
    startContainer(world, podIndex, record, index);
    return;
  }
  endSync(world, podIndex, record, hasActed);
}

/**
 * The container to start now, -1 if none. Init containers and sidecars go first and in order, each waiting for the one before.
 * kuberuntime_manager.go: computePodActions, computeInitContainerActions
 */
function nextToStart(world: NodesWorld, podIndex: number, record: PodRecord): number {
  const isInitialised = hasInitialised(record);
  for (const [index, container] of record.containers.entries()) {
    const { role, spec } = container;
    const run = runInSandbox(record, container);
    if (role === 'init' && (isInitialised || run?.exitCode === 0)) {
      if (isInitialised || run?.state === 'exited') continue;
      return -1;
    }
    if (run?.state === 'running') {
      const isWaitedFor = role === 'init' || (role === 'sidecar' && !isInitialised && !hasStarted(container));
      if (isWaitedFor) return -1;
      continue;
    }
    const isWanted = run === undefined || role === 'sidecar' || shouldRestart(spec, record.pod.spec, run.exitCode);
    if (isWanted && !mustWait(world, podIndex, record, container)) return index;
    if (role !== 'regular' && !isInitialised) return -1;
  }
  return -1;
}

function hasStarted({ spec, run }: ContainerRecord): boolean {
  return spec.startupProbe === undefined || run?.startup === 'success';
}

/** Is the container held back after failures? It is then waiting, with the reason, and the worker comes back. */
function mustWait(world: NodesWorld, podIndex: number, record: PodRecord, container: ContainerRecord): boolean {
  const { now } = world.kernel;
  const { spec, run, backOff, pullBackOff, times } = container;
  const { name, namespace, uid } = record.pod.metadata;
  if (run !== undefined && waitsToRestart(backOff, run.finishedAt, now)) {
    const waitUs = backOff!.waitUs;
    const where = `container=${spec.name} pod=${name}_${namespace}(${uid})`;
    const message = `back-off ${goDuration(waitUs)} restarting failed ${where}`;
    container.failure = { reason: 'CrashLoopBackOff', message };
    podEvent(
      world,
      podIndex,
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${spec.name} in pod ${where}`,
      spec.name,
    );
    const restMs = Math.min(run.finishedAt + waitUs - now, SYNC_PERIOD_US);
    retryAfter(world, podIndex, record, restMs * times.jitter);
    return true;
  }
  if (waitsToPull(pullBackOff, now) && !hasImage(world, world.nodes.pods.node[podIndex]!, spec.image)) {
    const message = `Back-off pulling image "${spec.image}"`;
    container.failure = { reason: 'ImagePullBackOff', message };
    podEvent(world, podIndex, 'Normal', 'BackOff', message, spec.name);
    retryAfter(world, podIndex, record, FAILED_SYNC_US * times.jitter);
    return true;
  }
  return false;
}

function startContainer(world: NodesWorld, podIndex: number, record: PodRecord, index: number): void {
  const { pods, behaviours, parameters } = world.nodes;
  const node = pods.node[podIndex]!;
  const container = record.containers[index]!;
  const { spec, role, run } = container;
  record.isBusy = true;
  enterStarting(world, node, record);
  if (run !== undefined) {
    container.backOff = nextBackOff(container.backOff, run.finishedAt, world.kernel.now, parameters.crashLoopMaximumUs);
    const attempt = run.attempt + 1;
    const behaviour = behaviours[pods.behaviour[podIndex]!];
    container.times = redrawRun(world, record.stream, behaviour, { role, name: spec.name, attempt });
  }
  const isPresent = hasImage(world, node, spec.image);
  if (!isPresent && spec.imagePullPolicy === 'Never') {
    const message = `Container image "${spec.image}" is not present with pull policy of Never`;
    failSync(world, podIndex, index, 'ErrImageNeverPull', message);
  } else if (isPresent && spec.imagePullPolicy !== 'Always') {
    podEvent(
      world,
      podIndex,
      'Normal',
      'Pulled',
      `Container image "${spec.image}" already present on machine and can be accessed by the pod`,
      spec.name,
    );
    launch(world, podIndex, index, container.times.imageCheckUs);
  } else {
    requestPull(world, podIndex, index);
  }
}
