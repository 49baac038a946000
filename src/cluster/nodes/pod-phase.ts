import type { Container, ContainerStatus, PodPhase, PodSpec } from '../api/objects/pod.js';
import { isSidecar, shouldRestart } from './restart-policy.js';

/**
 * Phase of a pod from the statuses of its containers. `isTerminal`: the kubelet has decided to end the pod, so nothing
 * restarts. `hasInitialised`: this sandbox has had a regular container. `initBefore`: what was reported before.
 * kubernetes v1.36.3 pkg/kubelet/kubelet_pods.go: getPhase
 */
export function podPhase(
  spec: PodSpec,
  initStatuses: readonly ContainerStatus[],
  initBefore: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
  isTerminal: boolean,
  hasInitialised: boolean,
): PodPhase {
  const initialisation = countInitContainers(spec, initStatuses);
  const sidecars = countSidecars(spec, initStatuses, initBefore);
  const regular = countRegular(spec, statuses);
  const running = sidecars.running + regular.running;
  if (initialisation.failedForGood > 0) return 'Failed';
  if (initialisation.pending > 0 || initialisation.failed > 0) return 'Pending';
  if (!hasInitialised && sidecars.pending > 0) return 'Pending';
  if (sidecars.waiting + regular.waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (regular.stopped === 0) return 'Pending';
  if (!isTerminal && regular.stoppedForGood !== regular.stopped) return 'Running';
  return regular.succeeded === regular.stopped ? 'Succeeded' : 'Failed';
}

function countInitContainers(spec: PodSpec, statuses: readonly ContainerStatus[]) {
  const count = { pending: 0, failed: 0, failedForGood: 0 };
  for (const container of spec.initContainers ?? []) {
    if (isSidecar(container)) continue;
    const status = statusOf(statuses, container);
    const exitCode = lastExitCode(status);
    if (exitCode === undefined) count.pending += 1;
    else if (exitCode !== 0 && !shouldRestart(container, spec, exitCode)) count.failedForGood += 1;
    else if (exitCode !== 0 && status?.state.waiting !== undefined) count.failed += 1;
  }
  return count;
}

/** Sidecars that have ended don't count. */
function countSidecars(spec: PodSpec, statuses: readonly ContainerStatus[], before: readonly ContainerStatus[]) {
  const count = { pending: 0, running: 0, waiting: 0 };
  for (const container of spec.initContainers ?? []) {
    if (!isSidecar(container)) continue;
    const status = statusOf(statuses, container);
    if (status?.state.running !== undefined) {
      count.running += 1;
      // The phase is judged before the probes speak, by what the status before said.
      if (statusOf(before, container)?.started !== true) count.pending += 1;
    } else if (lastExitCode(status) === undefined) {
      count.pending += 1;
      count.waiting += 1;
    }
  }
  return count;
}

function countRegular(spec: PodSpec, statuses: readonly ContainerStatus[]) {
  const count = { running: 0, waiting: 0, stopped: 0, succeeded: 0, stoppedForGood: 0 };
  for (const container of spec.containers) {
    const status = statusOf(statuses, container);
    const exitCode = lastExitCode(status);
    if (status?.state.running !== undefined) {
      count.running += 1;
    } else if (exitCode === undefined) {
      count.waiting += 1;
    } else {
      count.stopped += 1;
      if (status?.state.terminated?.exitCode === 0) count.succeeded += 1;
      if (!shouldRestart(container, spec, exitCode)) count.stoppedForGood += 1;
    }
  }
  return count;
}

/** Exit code of a container that has ended, also of one that waits to be started again. */
function lastExitCode(status: ContainerStatus | undefined): number | undefined {
  if (status?.state.running !== undefined) return undefined;
  return (status?.state.terminated ?? status?.lastState?.terminated)?.exitCode;
}

function statusOf(statuses: readonly ContainerStatus[], { name }: Container): ContainerStatus | undefined {
  return statuses.find((status) => status.name === name);
}
