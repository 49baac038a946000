import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { HorizontalPodAutoscaler } from '../cluster/api/objects/autoscaling.js';
import { shown } from './diagnostics.js';
import type { Scope } from './scope.js';
import type { ManifestObject, Scenario } from './types.js';

/**
 * Notes where an autoscaler and somebody else set the replicas of one workload: what the manifest, an override or a
 * command says holds only until the autoscaler's next decision.
 */
export function noteAutoscaled(scope: Scope, { manifests, timeline }: Scenario): void {
  for (const { object, origin } of manifests) {
    if (object.kind !== 'HorizontalPodAutoscaler') continue;
    const { spec, metadata } = object as HorizontalPodAutoscaler;
    const { kind, name } = spec.scaleTargetRef;
    const isTarget = (other: { readonly kind: string; readonly namespace: string; readonly name: string }): boolean =>
      other.kind === kind && other.name === name && other.namespace === metadata.namespace;
    const target = manifests.find((other) => isTarget({ kind: other.object.kind, ...other.object.metadata }));
    const commands = timeline.flatMap(({ text, command }) =>
      command.do === 'scale' && command.target.by === 'name' && command.target.references.some(isTarget) ? [text] : [],
    );
    const setters = [...replicasOf(target), ...commands.map(shown)];
    if (setters.length === 0) continue;
    const message =
      `HorizontalPodAutoscaler ${shown(metadata.name)} sets the replicas of ${kind.toLowerCase()}/${name}` +
      ` (${spec.minReplicas ?? 1} to ${spec.maxReplicas}): ${setters.join(' and ')} ${setters.length === 1 ? 'holds' : 'hold'} only until its next decision`;
    scope.report.diagnostics.push({
      code: 'semantic',
      severity: 'warning',
      path: origin.file,
      line: origin.line,
      column: origin.column,
      length: 1,
      field: '',
      message,
      hint: '',
    });
  }
}

/** `replicas: 4`, if the manifest or an override says so. */
function replicasOf(target: ManifestObject | undefined): string[] {
  const { spec } = (target?.object ?? {}) as KubernetesObject & { readonly spec?: { readonly replicas?: number } };
  return spec?.replicas === undefined ? [] : [`replicas: ${spec.replicas}`];
}
