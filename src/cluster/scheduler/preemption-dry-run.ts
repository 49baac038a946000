import type { ClusterState, NodeIndex, PlacedPod } from './cluster.js';
import { putOnNode, takeOffNode } from './cluster-pods.js';
import { codeOf, FEASIBLE, type Verdict } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import { verdictOf } from './schedule-pod.js';

/** Outcomes of a node beside the verdict that stays when its pods of lower priority are gone. */
export const NO_VICTIMS_FOUND = -1;
/** No eviction can help there. */
export const UNRESOLVABLE = -2;

/**
 * Would the pod fit somewhere if all pods of lower priority left? The first half of DefaultPreemption (reference/
 * scheduling.md 5, step 4 a and b); choosing and evicting victims comes with part 3 of the project.
 * Gives how many nodes have which outcome, or undefined if there is a node where it would fit.
 */
export function dryRunPreemption(
  cluster: ClusterState,
  pod: PodClass,
  verdicts: ReadonlyMap<NodeIndex, Verdict>,
): Map<number, number> | undefined {
  const lower = lowerPriorityPods(cluster, pod.priority);
  const outcomes = new Map<number, number>();
  for (const [node, verdict] of verdicts) {
    const outcome =
      codeOf(verdict) === 'UnschedulableAndUnresolvable' ? UNRESOLVABLE : without(cluster, pod, node, lower.get(node));
    if (outcome === FEASIBLE) return undefined;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return outcomes;
}

function lowerPriorityPods(cluster: ClusterState, priority: number): Map<NodeIndex, PlacedPod[]> {
  const lower = new Map<NodeIndex, PlacedPod[]>();
  if (![...cluster.podsByPriority.keys()].some((other) => other < priority)) return lower;
  for (const placed of cluster.pods.values()) {
    if (placed.podClass.priority >= priority) continue;
    const others = lower.get(placed.node);
    if (others === undefined) lower.set(placed.node, [placed]);
    else others.push(placed);
  }
  return lower;
}

/** The verdict on the node without these pods; they are back afterwards. */
function without(
  cluster: ClusterState,
  pod: PodClass,
  node: NodeIndex,
  victims: readonly PlacedPod[] | undefined,
): number {
  if (victims === undefined) return NO_VICTIMS_FOUND;
  for (const victim of victims) takeOffNode(cluster, victim);
  const verdict = verdictOf(cluster, pod, node);
  for (const victim of victims) putOnNode(cluster, victim);
  return verdict;
}
