import { conditionOf } from '../api/conditions.js';
import type { Micros } from '../../kernel/time.js';
import type { Condition, ConditionStatus } from '../api/objects/meta.js';
import type { Container, ContainerStatus, Pod, PodPhase, PodStatus } from '../api/objects/pod.js';
import { isSidecar } from './restart-policy.js';

/** Conditions that the kubelet writes, in the order in which it does; all others are kept as they are. */
const OWN_CONDITIONS: readonly string[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
];

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

/**
 * Conditions of a pod, each with the time of its last change of status; one that is as before is the same object as before.
 * kubernetes v1.36.3 pkg/kubelet/status/generate.go; status_manager.go: updateLastTransitionTime
 */
export function podConditions(
  pod: Pod,
  before: PodStatus,
  now: Micros,
  phase: PodPhase,
  isSandboxReady: boolean,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Condition[] {
  const conditions: Condition[] = [];
  for (const condition of pod.status.conditions ?? NONE) {
    if (!OWN_CONDITIONS.includes(condition.type)) conditions.push(condition);
  }
  const containersReady = judgeContainers(pod, phase, initStatuses, statuses);
  const ready = containersReady.status === 'True' ? judgeGates(pod, conditions) : containersReady;
  const observedGeneration = pod.metadata.generation;
  const verdicts: readonly Verdict[] = [
    isSandboxReady ? TRUE : FALSE,
    judgeInitialisation(pod, before, phase, initStatuses, statuses),
    ready,
    containersReady,
    TRUE,
  ];
  for (const [index, type] of OWN_CONDITIONS.entries()) {
    const old = conditionOf(before.conditions, type);
    conditions.push(stamped(type, verdicts[index]!, observedGeneration, old, now));
  }
  return conditions;
}

const NONE: readonly Condition[] = [];
const TRUE: Verdict = { status: 'True' };
const FALSE: Verdict = { status: 'False' };

function stamped(
  type: string,
  { status, reason, message }: Verdict,
  observedGeneration: number,
  old: Condition | undefined,
  now: Micros,
): Condition {
  const isSameStatus = old !== undefined && old.status === status;
  const isSame = isSameStatus && old.reason === reason && old.message === message;
  if (isSame && old.observedGeneration === observedGeneration && old.lastTransitionTime !== undefined) return old;
  const lastTransitionTime = (isSameStatus ? old.lastTransitionTime : undefined) ?? now;
  if (reason === undefined || message === undefined) {
    return reason === undefined
      ? { type, observedGeneration, status, lastTransitionTime }
      : { type, observedGeneration, status, reason, lastTransitionTime };
  }
  return { type, observedGeneration, status, reason, message, lastTransitionTime };
}

export function conditionStatus(
  conditions: readonly Condition[] | undefined,
  type: string,
): ConditionStatus | undefined {
  return conditionOf(conditions, type)?.status;
}

function judgeInitialisation(
  { spec }: Pod,
  before: PodStatus,
  phase: PodPhase,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (statuses.some(hasStarted) || conditionStatus(before.conditions, 'Initialized') === 'True') {
    return TRUE;
  }
  const incomplete = namesOf(spec.initContainers ?? [], initStatuses, (container, status) =>
    isSidecar(container) ? status.started === true : status.ready,
  );
  if (incomplete.length === 0) return TRUE;
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function hasStarted({ state }: ContainerStatus): boolean {
  return state.running !== undefined || state.terminated !== undefined;
}

function judgeContainers(
  { spec }: Pod,
  phase: PodPhase,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const isReady = (_: Container, status: ContainerStatus): boolean => status.ready;
  const sidecars = spec.initContainers?.filter(isSidecar) ?? [];
  const unready = [...namesOf(sidecars, initStatuses, isReady), ...namesOf(spec.containers, statuses, isReady)];
  if (unready.length === 0) return TRUE;
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

function judgeGates({ spec }: Pod, conditions: readonly Condition[]): Verdict {
  const messages: string[] = [];
  for (const { conditionType } of spec.readinessGates ?? []) {
    const status = conditionStatus(conditions, conditionType);
    if (status === undefined) {
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    } else if (status !== 'True') {
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${status}`);
    }
  }
  if (messages.length === 0) return TRUE;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

/** Names of the containers whose status fails the test. */
function namesOf(
  containers: readonly Container[],
  statuses: readonly ContainerStatus[],
  passes: (container: Container, status: ContainerStatus) => boolean,
): string[] {
  const names: string[] = [];
  for (const [index, container] of containers.entries()) {
    const status = statuses[index]?.name === container.name ? statuses[index] : undefined;
    const found = status ?? statuses.find(({ name }) => name === container.name);
    if (found === undefined || !passes(container, found)) names.push(container.name);
  }
  return names;
}
