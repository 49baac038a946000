import type { Micros } from '../../kernel/time.js';
import type { Pod, PodStatus } from '../api/objects/pod.js';
import { containerStatuses, type RuntimeView } from './container-status.js';
import { podConditions } from './pod-conditions.js';
import { podPhase } from './pod-phase.js';

export interface PodRuntime extends RuntimeView {
  readonly isSandboxReady: boolean;
  /** '' if none. */
  readonly ip: string;
  readonly hostIP: string;
  /** When the kubelet took the pod. */
  readonly startTime: Micros;
}

type Writable = { -readonly [Field in keyof PodStatus]: PodStatus[Field] };

/**
 * The status that the kubelet reports: what the runtime shows, seen against the status before.
 * kubernetes v1.36.3 pkg/kubelet/kubelet_pods.go: generateAPIPodStatus
 * @param isTerminal the kubelet has decided to end the pod and its containers have stopped
 */
export function podStatus(
  pod: Pod,
  runtime: PodRuntime,
  before: PodStatus,
  isTerminal: boolean,
  now: Micros,
): PodStatus {
  const { spec } = pod;
  const initBefore = before.initContainerStatuses ?? [];
  const init = containerStatuses(pod, spec.initContainers ?? [], true, runtime, initBefore);
  const regular = containerStatuses(pod, spec.containers, false, runtime, before.containerStatuses ?? []);
  const hasInitialised = runtime.isSandboxReady && runtime.hasInitialised;
  const computed = podPhase(spec, init, initBefore, regular, isTerminal, hasInitialised);
  const phase = isFinal(before.phase) ? before.phase : computed;
  const conditions = podConditions(pod, before, now, phase, runtime.isSandboxReady, init, regular);
  const { hostIP, startTime } = runtime;
  const status: Writable = { phase, conditions, hostIP, startTime, containerStatuses: regular };
  if (init.length > 0) status.initContainerStatuses = init;
  if (runtime.ip !== '') status.podIP = runtime.ip;
  return status;
}

function isFinal(phase: PodStatus['phase']): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
