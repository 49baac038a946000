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

/** Conditions of a pod, without times: `stampConditions` adds those. kubernetes v1.36.3 pkg/kubelet/status/generate.go */
export function podConditions(
  pod: Pod,
  before: PodStatus,
  phase: PodPhase,
  isSandboxReady: boolean,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Condition[] {
  const kept = (pod.status.conditions ?? []).filter(({ type }) => !OWN_CONDITIONS.includes(type));
  const containersReady = judgeContainers(pod, phase, initStatuses, statuses);
  const observedGeneration = pod.metadata.generation;
  const own = (type: string, verdict: Verdict): Condition => ({ type, observedGeneration, ...verdict });
  return [
    ...kept,
    own('PodReadyToStartContainers', { status: isSandboxReady ? 'True' : 'False' }),
    own('Initialized', judgeInitialisation(pod, before, phase, initStatuses, statuses)),
    own('Ready', containersReady.status === 'True' ? judgeGates(pod, kept) : containersReady),
    own('ContainersReady', containersReady),
    own('PodScheduled', { status: 'True' }),
  ];
}

/** Gives each condition the time of its last change of status. kubernetes v1.36.3 status_manager.go: updateLastTransitionTime */
export function stampConditions(
  conditions: readonly Condition[],
  before: readonly Condition[],
  now: number,
): Condition[] {
  return conditions.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const isSame = old !== undefined && old.status === condition.status;
    return { ...condition, lastTransitionTime: (isSame ? old.lastTransitionTime : undefined) ?? now };
  });
}

export function conditionStatus(
  conditions: readonly Condition[] | undefined,
  type: string,
): ConditionStatus | undefined {
  return conditions?.find((condition) => condition.type === type)?.status;
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
    return { status: 'True' };
  }
  const incomplete = namesOf(spec.initContainers ?? [], initStatuses, (container, status) =>
    isSidecar(container) ? status.started === true : status.ready,
  );
  if (incomplete.length === 0) return { status: 'True' };
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
  if (unready.length === 0) return { status: 'True' };
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
  if (messages.length === 0) return { status: 'True' };
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
