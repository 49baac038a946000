import { sameData } from '../api/patch.js';
import type { Condition } from '../api/objects/meta.js';
import type { Pod, PodStatus } from '../api/objects/pod.js';
import type { RuntimeContainer, StartFailure } from './container-status.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';
import { podStatus, type PodRuntime } from './pod-status.js';
import { recordOf } from './pod-table.js';
import { queueStatus } from './status-sync.js';
import type { NodesWorld } from './world.js';

/** Computes the status of a pod from what the kubelet sees now, and has it sent if it changed. */
export function reportPod(world: NodesWorld, podIndex: number): void {
  const record = recordOf(world, podIndex);
  const status = currentStatus(world, podIndex, record);
  if (isSameStatus(status, record.status)) return;
  record.status = status;
  queueStatus(world, podIndex);
}

/** The sandbox is ready, and nothing else has changed. */
export function reportSandbox(world: NodesWorld, podIndex: number): void {
  const record = recordOf(world, podIndex);
  const lastTransitionTime = world.kernel.now;
  const conditions = (record.status.conditions ?? []).map((condition): Condition => {
    if (condition.type !== 'PodReadyToStartContainers') return condition;
    return { ...condition, status: 'True', lastTransitionTime };
  });
  record.status = { ...record.status, conditions };
  queueStatus(world, podIndex);
}

/** Conditions that are as before are the same objects as before. */
function isSameStatus(status: PodStatus, before: PodStatus): boolean {
  if (status.phase !== before.phase || status.podIP !== before.podIP) return false;
  const { conditions: left = [] } = status;
  const { conditions: right = [] } = before;
  if (left.length !== right.length || left.some((condition, index) => condition !== right[index])) return false;
  if (!sameData(status.containerStatuses, before.containerStatuses)) return false;
  return sameData(status.initContainerStatuses, before.initContainerStatuses);
}

/** A pod that the kubelet won't run. kubernetes v1.36.3 pkg/kubelet/kubelet.go: rejectPod */
export function rejectedStatus(pod: Pod, rejection: StartFailure): PodStatus {
  const { reason, message } = rejection;
  return { ...pod.status, phase: 'Failed', reason, message: `Pod was rejected: ${message}` };
}

export function isFinalPhase(phase: PodStatus['phase']): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function currentStatus(world: NodesWorld, podIndex: number, record: PodRecord): PodStatus {
  const { pods, hosts } = world.nodes;
  const runtime: PodRuntime = {
    isSandboxReady: record.isSandboxReady,
    ip: pods.ips[podIndex]!,
    hostIP: hosts.ips[pods.node[podIndex]!]!,
    startTime: pods.admittedAt[podIndex]!,
    hasInitialised: hasInitialised(record),
    container: (name) => runOf(record, name),
    startFailure: (name) => failureOf(record, name),
  };
  return podStatus(record.pod, runtime, record.status, record.isTerminal, world.kernel.now);
}

/** Has a regular container been started in this sandbox? From then on init containers aren't run again. */
export function hasInitialised(record: PodRecord): boolean {
  for (const container of record.containers) {
    if (container.role === 'regular' && runInSandbox(record, container) !== undefined) return true;
  }
  return false;
}

/** The container's run, unless that was in a sandbox before this one. */
export function runInSandbox({ sandboxSince }: PodRecord, { run }: ContainerRecord): RuntimeContainer | undefined {
  return run !== undefined && run.startedAt >= sandboxSince ? run : undefined;
}

function runOf({ containers }: PodRecord, name: string): RuntimeContainer | undefined {
  for (const { spec, run } of containers) if (spec.name === name) return run;
  return undefined;
}

function failureOf({ containers }: PodRecord, name: string): StartFailure | undefined {
  for (const { spec, failure } of containers) if (spec.name === name) return failure;
  return undefined;
}
