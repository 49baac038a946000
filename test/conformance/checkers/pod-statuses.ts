import type { Condition } from '../../../src/cluster/api/objects/meta.js';
import type { ContainerState, ContainerStatus, Pod, PodStatus } from '../../../src/cluster/api/objects/pod.js';
import type { ProbeResult, RuntimeContainer, StartFailure } from '../../../src/cluster/nodes/container-status.js';
import { podStatus } from '../../../src/cluster/nodes/pod-status.js';
import { type Checker, difference } from './checker.js';

interface VectorContainer {
  readonly name: string;
  readonly attempt: number;
  readonly state: RuntimeContainer['state'];
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly readinessResult?: ProbeResult;
  readonly startupResult?: ProbeResult;
}

interface Case {
  readonly id: string;
  readonly pod: Pod;
  readonly runtime: { readonly sandbox: string; readonly hasIP: boolean; readonly containers: VectorContainer[] };
  readonly startReasons: readonly (StartFailure & { readonly container: string })[];
  readonly podIsTerminal: boolean;
  readonly expected: PodStatus;
}

const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Times as they stand in the vectors: text in statuses, seconds in the runtime's view. */
function timeText(seconds: number | undefined): number {
  return new Date(EPOCH_MS + (seconds ?? 0) * 1000).toISOString().replace('.000Z', 'Z') as unknown as number;
}

function runtimeContainer(runs: readonly VectorContainer[]): RuntimeContainer | undefined {
  const [newest, ...older] = runs;
  if (newest === undefined) return undefined;
  const { attempt, state, exitCode = 0, reason = '' } = newest;
  return {
    attempt,
    state,
    exitCode,
    reason,
    startedAt: timeText(newest.startedAt),
    finishedAt: timeText(newest.finishedAt),
    readiness: newest.readinessResult,
    startup: newest.startupResult,
    previous: runtimeContainer(older),
  };
}

function plainState({ waiting, running, terminated }: ContainerState = {}): unknown {
  if (terminated === undefined) return { waiting, running };
  const { exitCode, reason, startedAt, finishedAt, message } = terminated as typeof terminated & { message?: string };
  return { terminated: { exitCode, reason, startedAt, finishedAt, message } };
}

function plain(status: PodStatus): unknown {
  const containers = (statuses: readonly ContainerStatus[] = []): unknown =>
    statuses.map(({ name, ready, started, restartCount, state, lastState }) => ({
      name,
      ready,
      started,
      restartCount,
      state: plainState(state),
      lastState: plainState(lastState),
    }));
  return {
    phase: status.phase,
    podIP: status.podIP,
    containers: containers(status.containerStatuses),
    init: containers(status.initContainerStatuses),
    conditions: status.conditions?.map(({ type, status: value, reason, message }: Condition) => ({
      type,
      value,
      reason,
      message,
    })),
  };
}

/** `kubelet.podstatus`: what the kubelet reports of a pod. */
export const podStatuses: Checker = {
  kind: 'kubelet.podstatus',
  check(given: Case) {
    const { pod, runtime, startReasons } = given;
    const status = podStatus(
      pod,
      {
        isSandboxReady: runtime.sandbox === 'ready',
        ip: runtime.hasIP ? '10.244.0.5' : '',
        hostIP: '172.16.0.1',
        startTime: 0,
        hasInitialised: runtime.containers.some(
          ({ name, state }) => state !== 'unknown' && pod.spec.containers.some((container) => container.name === name),
        ),
        container: (name) => runtimeContainer(runtime.containers.filter((container) => container.name === name)),
        startFailure: (name) => startReasons.find(({ container }) => container === name),
      },
      pod.status,
      given.podIsTerminal,
      0,
    );
    return difference(plain(status), plain(given.expected));
  },
};
