import type { Taint } from './objects/node.js';
import type { Toleration } from './objects/pod.js';

/** kubernetes v1.36.3 k8s.io/api core/v1/toleration.go: ToleratesTaint. Operators Gt and Lt are behind a gate that is off. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { effect = '', key = '', operator = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === '' || operator === 'Equal') && (toleration.value ?? '') === (taint.value ?? '');
}

/** Is there a NoSchedule or NoExecute taint that the pod doesn't tolerate? */
export function hasUntoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
): boolean {
  for (const taint of taints ?? []) {
    if (taint.effect === 'PreferNoSchedule') continue;
    if (tolerations?.some((toleration) => tolerates(toleration, taint)) !== true) return true;
  }
  return false;
}
