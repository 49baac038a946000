import type { Condition } from '../../api/objects/meta.js';
import type { JobSpec, PodFailurePolicyRule } from '../../api/objects/batch.js';
import type { ContainerStatus, Pod } from '../../api/objects/pod.js';

/** What a Job's policy makes of a pod that has failed. */
export interface FailureVerdict {
  /** Does it count against the back-off limit? */
  readonly isCounted: boolean;
  readonly action?: PodFailurePolicyRule['action'];
  /** Why the whole Job fails, if it does. */
  readonly failsJob?: string;
}

/** The first rule that matches decides; without one the failure counts. Source: pod_failure_policy.go: matchPodFailurePolicy. */
export function judgeFailure({ podFailurePolicy }: JobSpec, pod: Pod): FailureVerdict {
  for (const [index, rule] of (podFailurePolicy?.rules ?? []).entries()) {
    const cause = causeOf(rule, pod);
    if (cause === undefined) continue;
    const { action } = rule;
    if (action === 'Ignore') return { isCounted: false, action };
    if (action !== 'FailJob') return { isCounted: true, action };
    return { isCounted: true, action, failsJob: `${cause} matching ${action} rule at index ${index}` };
  }
  return { isCounted: true };
}

/** Why a rule matches, in the words of the condition's message; undefined if it does not. */
function causeOf(
  { onExitCodes, onPodConditions }: PodFailurePolicyRule,
  { metadata, status }: Pod,
): string | undefined {
  const pod = `${metadata.namespace}/${metadata.name}`;
  if (onExitCodes !== undefined) {
    const ended = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find((container) =>
      matchesExitCode(onExitCodes, container),
    );
    if (ended === undefined) return undefined;
    return `Container ${ended.name} for pod ${pod} failed with exit code ${ended.state.terminated!.exitCode}`;
  }
  const condition = (status.conditions ?? []).find((candidate) => matchesCondition(onPodConditions ?? [], candidate));
  return condition === undefined ? undefined : `Pod ${pod} has condition ${condition.type}`;
}

function matchesExitCode(
  { containerName, operator, values }: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  { name, state }: ContainerStatus,
): boolean {
  const exitCode = state.terminated?.exitCode ?? 0;
  if (exitCode === 0 || (containerName !== undefined && containerName !== name)) return false;
  return values.includes(exitCode) === (operator === 'In');
}

function matchesCondition(
  patterns: NonNullable<PodFailurePolicyRule['onPodConditions']>,
  { type, status }: Condition,
): boolean {
  return patterns.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === status);
}
