import { isEmptySelector, matchesSelector } from '../../api/selectors.js';
import type { ClusterState, PlacedPod } from '../cluster.js';

/**
 * Which of the pods cannot leave, in this order, without a disruption budget being overdrawn. Budgets say what their status says, and
 * preemption may overdraw them all the same.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go: filterPodsWithPDBViolation.
 */
export function overdrawing({ budgets }: ClusterState, pods: readonly PlacedPod[]): ReadonlySet<PlacedPod> {
  const violating = new Set<PlacedPod>();
  if (budgets.size === 0) return violating;
  const left = new Map([...budgets.values()].map((budget) => [budget, budget.status.disruptionsAllowed] as const));
  for (const placed of pods) {
    const { name, namespace, labels } = placed.pod.metadata;
    for (const [budget, allowed] of left) {
      const { selector = {} } = budget.spec;
      // The empty selector matches nothing here.
      if (budget.metadata.namespace !== namespace || isEmptySelector(selector)) continue;
      if (!matchesSelector(selector, labels)) continue;
      // Its eviction has been allowed already.
      if (budget.status.disruptedPods?.[name] !== undefined) continue;
      left.set(budget, allowed - 1);
      if (allowed - 1 < 0) violating.add(placed);
    }
  }
  return violating;
}
