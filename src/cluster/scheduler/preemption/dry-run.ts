import { invariant } from '../../../kernel/invariant.js';
import type { ClusterState, NodeIndex, PlacedPod } from '../cluster.js';
import type { Filters } from '../filter-node.js';
import { FEASIBLE, type Verdict } from '../plugins/verdict.js';
import { type Candidate, harmOf } from './choose-node.js';
import { overdrawing } from './disruption-budgets.js';
import { byImportance } from './importance.js';
import { addToTrial, beginTrial, removeFromTrial, stillFits, type Trial, verdictOfTrial } from './trial.js';

/** The node has no pods that may be evicted. */
export const NO_VICTIMS_FOUND = -1;

/**
 * Whom a pod would have to evict from one node: all pods of lower priority leave, and then, from the most important on, each comes
 * back that leaves the pod enough room. Gives the verdict that stays where even that is not enough. The cluster is afterwards as before.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go: SelectVictimsOnNode.
 */
export function dryRun(
  cluster: ClusterState,
  filters: Filters,
  uid: string,
  node: NodeIndex,
): Candidate | Verdict | typeof NO_VICTIMS_FOUND {
  const { priority } = filters.pod;
  const lower = cluster.podsOnNode[node]!.filter(({ podClass }) => podClass.priority < priority);
  if (lower.length === 0) return NO_VICTIMS_FOUND;
  const trial = beginTrial(cluster, filters, uid, node);
  for (const placed of lower) removeFromTrial(cluster, trial, placed);
  const verdict = verdictOfTrial(cluster, trial);
  if (verdict !== FEASIBLE) {
    for (const placed of lower) addToTrial(cluster, trial, placed);
    return verdict;
  }
  lower.sort(byImportance);
  const violating = overdrawing(cluster, lower);
  const victims = lower.filter((placed) => violating.has(placed) && !isReprieved(cluster, trial, placed));
  const violations = victims.length;
  for (const placed of lower) {
    if (!violating.has(placed) && !isReprieved(cluster, trial, placed)) victims.push(placed);
  }
  if (violating.size > 0 && violating.size < lower.length) victims.sort(byImportance);
  for (const placed of victims) addToTrial(cluster, trial, placed);
  invariant(victims.length > 0, `pod ${uid} fits on node ${cluster.names[node]!} although it was rejected there`);
  const passes = lower.length + 1;
  return { node, victims, violations, passes, harm: harmOf(victims, violations), isLocal: trial.isLocal };
}

/** The pod may stay: then it counts again from here on. */
function isReprieved(cluster: ClusterState, trial: Trial, placed: PlacedPod): boolean {
  addToTrial(cluster, trial, placed);
  if (stillFits(cluster, trial)) return true;
  removeFromTrial(cluster, trial, placed);
  return false;
}
