import type { Condition } from '../../../src/cluster/api/objects/meta.js';
import type { ContainerState, Pod, PodStatus } from '../../../src/cluster/api/objects/pod.js';
import type { Micros } from '../../../src/kernel/time.js';

/** How the containers of a pod ended. */
export interface Ended {
  readonly phase: 'Succeeded' | 'Failed';
  readonly exitCode: number;
}

/** What the fake kubelet sends when it sees a new pod. */
export function created(pod: Pod, now: Micros): PodStatus {
  const unready = notReady(pod.spec.containers.map(({ name }) => name));
  return {
    phase: 'Pending',
    hostIP: '10.0.0.1',
    startTime: now,
    ...(pod.status.qosClass === undefined ? {} : { qosClass: pod.status.qosClass }),
    conditions: [
      { type: 'PodReadyToStartContainers', status: 'False', lastTransitionTime: now },
      { type: 'Initialized', status: 'True', lastTransitionTime: now },
      { type: 'Ready', status: 'False', lastTransitionTime: now, ...unready },
      { type: 'ContainersReady', status: 'False', lastTransitionTime: now, ...unready },
    ],
    containerStatuses: pod.spec.containers.map(({ name }) => ({
      name,
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: 'ContainerCreating' } },
    })),
  };
}

export function running(status: PodStatus, ready: boolean, restarts: number, now: Micros): PodStatus {
  const since = (state: ContainerState): Micros => state.running?.startedAt ?? now;
  const containers = status.containerStatuses!.map(({ name, state }) => ({
    name,
    ready,
    restartCount: restarts,
    state: { running: { startedAt: since(state) } },
  }));
  const why = ready ? {} : notReady(containers.map(({ name }) => name));
  const own: Condition[] = [
    { type: 'PodReadyToStartContainers', status: 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status: ready ? 'True' : 'False', ...why },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', ...why },
  ];
  return { ...status, phase: 'Running', conditions: withTimes(own, status, now), containerStatuses: containers };
}

export function pullFails(status: PodStatus, reason: string): PodStatus {
  const conditions = status.conditions!.map((condition) =>
    condition.type === 'PodReadyToStartContainers' ? { ...condition, status: 'True' as const } : condition,
  );
  const containerStatuses = status.containerStatuses!.map((container) => ({
    ...container,
    state: { waiting: { reason } },
  }));
  return { ...status, conditions, containerStatuses };
}

export function waitsToRestart(status: PodStatus, restarts: number, exitCode: number, now: Micros): PodStatus {
  const next = running(status, false, restarts, now);
  const lastState = { terminated: terminated(exitCode, now) };
  const state = { waiting: { reason: 'CrashLoopBackOff' } };
  return {
    ...next,
    containerStatuses: next.containerStatuses!.map((container) => ({ ...container, state, lastState })),
  };
}

export function ended(status: PodStatus, { phase, exitCode }: Ended, restarts: number, now: Micros): PodStatus {
  const reason = phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed';
  const own: Condition[] = [
    { type: 'PodReadyToStartContainers', status: 'False' },
    { type: 'Initialized', status: 'True', ...(phase === 'Succeeded' ? { reason } : {}) },
    { type: 'Ready', status: 'False', reason },
    { type: 'ContainersReady', status: 'False', reason },
  ];
  const containerStatuses = status.containerStatuses!.map(({ name }) => ({
    name,
    ready: false,
    restartCount: restarts,
    state: { terminated: terminated(exitCode, now) },
  }));
  return { ...status, phase, conditions: withTimes(own, status, now), containerStatuses };
}

function terminated(exitCode: number, finishedAt: Micros) {
  return { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt };
}

function notReady(names: readonly string[]) {
  return { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` };
}

/** The conditions with the times of their last transitions. */
function withTimes(conditions: readonly Condition[], before: PodStatus, now: Micros): Condition[] {
  return conditions.map((condition) => {
    const old = before.conditions?.find(({ type }) => type === condition.type);
    const lastTransitionTime = old?.status === condition.status ? (old.lastTransitionTime ?? now) : now;
    return { ...condition, lastTransitionTime };
  });
}
