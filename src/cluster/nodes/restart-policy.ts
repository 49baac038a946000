import type { Container, PodSpec } from '../api/objects/pod.js';

/** Rules by exit code that a container may carry (kubernetes v1.36.3, gate ContainerRestartRules, beta and on). */
export interface ContainerRestartRule {
  readonly action: 'Restart' | 'RestartAllContainers';
  readonly exitCodes?: { readonly operator: 'In' | 'NotIn'; readonly values: readonly number[] };
}

type RuledContainer = Container & { readonly restartPolicyRules?: readonly ContainerRestartRule[] };

/** Is a container that ended with this exit code started again? kubernetes v1.36.3 pkg/api/v1/pod/util.go: ContainerShouldRestart */
export function shouldRestart(container: RuledContainer, spec: PodSpec, exitCode: number): boolean {
  for (const { exitCodes } of container.restartPolicyRules ?? []) {
    if (exitCodes === undefined) continue;
    if (exitCodes.values.includes(exitCode) === (exitCodes.operator === 'In')) return true;
  }
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** An init container that runs beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}
