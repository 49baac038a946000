import type { Micros } from '../../kernel/time.js';
import type { Container, ContainerState, ContainerStatus, Pod } from '../api/objects/pod.js';
import { isSidecar, shouldRestart } from './restart-policy.js';

export type ProbeResult = 'success' | 'failure' | 'unknown';

/** One run of a container as the runtime reports it. */
export interface RuntimeContainer {
  readonly attempt: number;
  readonly state: 'created' | 'running' | 'exited' | 'unknown';
  readonly startedAt: Micros;
  readonly finishedAt: Micros;
  readonly exitCode: number;
  /** Completed, Error, OOMKilled. */
  readonly reason: string;
  /** Of the probes, if they have run. */
  readonly readiness?: ProbeResult | undefined;
  readonly startup?: ProbeResult | undefined;
  /** The run before, if the runtime still has it. */
  readonly previous?: RuntimeContainer | undefined;
}

/** Why the last attempt to start a container came to nothing. */
export interface StartFailure {
  readonly reason: string;
  readonly message: string;
}

/** What the kubelet knows of the containers of one pod, by name. */
export interface RuntimeView {
  /** The runtime has a regular container of the pod. */
  readonly hasInitialised: boolean;
  readonly container: (name: string) => RuntimeContainer | undefined;
  readonly startFailure: (name: string) => StartFailure | undefined;
}

/** kubernetes v1.36.3 pkg/kubelet/container/runtime.go: ContainerReasonStatusUnknown; 137 is how a killed process ends. */
const LOST = { exitCode: 137, reason: 'ContainerStatusUnknown' } as const;
const NO_STATE: ContainerState = {};
/** State of an init container that the runtime no longer has when regular ones have started. */
const FORGOTTEN: ContainerState = {
  terminated: {
    exitCode: 0,
    reason: 'Completed',
    message:
      'Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally',
  },
};

/**
 * Statuses of the regular or of the init containers, in the order of the spec.
 * kubernetes v1.36.3 pkg/kubelet/kubelet_pods.go: convertToAPIContainerStatuses; prober/prober_manager.go: UpdatePodStatus
 */
export function containerStatuses(
  pod: Pod,
  containers: readonly Container[],
  isInit: boolean,
  view: RuntimeView,
  before: readonly ContainerStatus[],
): ContainerStatus[] {
  const isInitialising = (pod.spec.initContainers?.length ?? 0) > 0;
  const waitingReason = isInitialising ? 'PodInitializing' : 'ContainerCreating';
  const finish = (container: Container, run: RuntimeContainer | undefined, draft: Draft): ContainerStatus =>
    withProbes(container, isInit, run, withStartFailure(pod, container, isInit, run, view, draft));
  return containers.map((container) => {
    const run = view.container(container.name);
    const old = before.find(({ name }) => name === container.name);
    if (run !== undefined) return finish(container, run, converted(container, run, old));
    const isForgotten = isInit && !isSidecar(container) && view.hasInitialised && old?.state.terminated === undefined;
    const draft = unseen(pod, container, old, waitingReason);
    return isForgotten
      ? withProbes(container, isInit, run, { ...draft, state: FORGOTTEN })
      : finish(container, run, draft);
  });
}

interface Draft extends Pick<ContainerStatus, 'name' | 'restartCount' | 'state'> {
  readonly lastState: ContainerState;
  /** Taken over with the status before, where that stands unchanged. */
  readonly ready?: boolean;
}

/** The runtime knows no run of the container. */
function unseen(pod: Pod, container: Container, old: ContainerStatus | undefined, waitingReason: string): Draft {
  const { name } = container;
  const state = { waiting: { reason: waitingReason } };
  if (old === undefined) return { name, restartCount: 0, state, lastState: NO_STATE };
  const lastState = old.lastState ?? NO_STATE;
  if (old.state.terminated !== undefined) {
    return { name, restartCount: old.restartCount, state: old.state, lastState, ready: old.ready };
  }
  if (old.state.running === undefined || lastState.terminated !== undefined) {
    return { name, restartCount: old.restartCount, state, lastState };
  }
  const restartCount = old.restartCount + (pod.metadata.deletionTimestamp === undefined ? 1 : 0);
  const message = 'The container could not be located when the pod was deleted.  The container used to be Running';
  return { name, restartCount, state, lastState: { terminated: { ...LOST, message } } };
}

function converted(container: Container, run: RuntimeContainer, old: ContainerStatus | undefined): Draft {
  const { name } = container;
  let restartCount = Math.max(run.attempt, old?.restartCount ?? 0);
  const lastState = run.previous === undefined ? lastKnownEnd(name, run, old) : stateOf(name, run.previous, old);
  if (run.state === 'unknown' && old?.state.running !== undefined) restartCount = old.restartCount + 1;
  if (run.state === 'running' && old?.state.terminated !== undefined && run.attempt <= old.restartCount) {
    restartCount = old.restartCount + 1;
  }
  return { name, restartCount, state: stateOf(name, run, old), lastState };
}

/** The runtime has forgotten the run before: the status before may still tell of it. */
function lastKnownEnd(name: string, run: RuntimeContainer, old: ContainerStatus | undefined): ContainerState {
  if (old === undefined) return NO_STATE;
  const ended = old.state.terminated;
  const isAnother = ended !== undefined && ended.containerID !== containerId(name, run);
  return isAnother ? old.state : (old.lastState ?? NO_STATE);
}

/** Unlike real ones unique within the pod only. */
function containerId(name: string, run: RuntimeContainer): string {
  return `containerd://${name}-${run.attempt}`;
}

function stateOf(name: string, run: RuntimeContainer, old: ContainerStatus | undefined): ContainerState {
  switch (run.state) {
    case 'running':
      return { running: { startedAt: run.startedAt } };
    case 'exited': {
      const { exitCode, reason, startedAt, finishedAt } = run;
      const containerID = containerId(name, run);
      return { terminated: { exitCode, reason, startedAt, finishedAt, containerID } };
    }
    case 'unknown':
      if (old?.state.running !== undefined) {
        return { terminated: { ...LOST, message: 'The container could not be located when the pod was terminated' } };
      }
      return { waiting: {} };
    case 'created':
      return { waiting: {} };
  }
}

/** A container that is to be started (again) but could not be is waiting, with the reason. */
function withStartFailure(
  pod: Pod,
  container: Container,
  isInit: boolean,
  run: RuntimeContainer | undefined,
  view: RuntimeView,
  draft: Draft,
): Draft {
  const failure = view.startFailure(container.name);
  if (failure === undefined) return draft;
  if (isInit && run?.state === 'exited' && run.exitCode === 0) return draft;
  if (!mustStart(pod, container, run)) return draft;
  const lastState = draft.state.terminated === undefined ? draft.lastState : draft.state;
  return { ...draft, state: { waiting: { reason: failure.reason, message: failure.message } }, lastState };
}

/** kubernetes v1.36.3 pkg/kubelet/container/helpers.go: ShouldContainerBeRestarted */
export function mustStart(pod: Pod, container: Container, run: RuntimeContainer | undefined): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  if (run === undefined || run.state === 'created' || run.state === 'unknown') return true;
  return run.state === 'exited' && shouldRestart(container, pod.spec, run.exitCode);
}

/** `started` and `ready` follow from the probes; without a probe a running container is both. */
function withProbes(
  container: Container,
  isInit: boolean,
  run: RuntimeContainer | undefined,
  draft: Draft,
): ContainerStatus {
  const isRunning = draft.state.running !== undefined;
  const started = isRunning && (container.startupProbe === undefined || run?.startup === 'success');
  const passes = container.readinessProbe === undefined || run?.readiness === 'success';
  const { name, restartCount, state, lastState } = draft;
  const isOnce = isInit && !isSidecar(container);
  const ready = (isOnce ? state.terminated?.exitCode === 0 : started && passes) || (!started && draft.ready === true);
  return { name, ready, started, restartCount, state, lastState };
}
