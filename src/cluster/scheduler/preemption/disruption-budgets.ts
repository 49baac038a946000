import { isEmptySelector, matchesSelector } from '../../api/selectors.js';
import type { ClusterState, PlacedPod } from '../cluster.js';

/**
 * Which of the pods cannot leave, in this order, without a disruption budget being overdrawn, and the names of those budgets. They
 * say what their status says, and preemption may overdraw them all the same.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go: filterPodsWithPDBViolation.
 */
export function overdrawing(
  { budgets }: ClusterState,
  pods: readonly PlacedPod[],
): ReadonlyMap<PlacedPod, readonly string[]> {
  const violating = new Map<PlacedPod, string[]>();
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
      if (allowed - 1 >= 0) continue;
      const budgetNames = violating.get(placed);
      if (budgetNames === undefined) violating.set(placed, [budget.metadata.name]);
      else budgetNames.push(budget.metadata.name);
    }
  }
  return violating;
}
