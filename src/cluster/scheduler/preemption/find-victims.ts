import type { Pod } from '../../api/objects/pod.js';
import { podCondition } from '../../api/pod-predicates.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import { passesRest } from '../filter-known.js';
import type { Filters } from '../filter-node.js';
import type { KnownVerdicts } from '../known-verdicts.js';
import type { PodClass } from '../pod-class.js';
import { codeOf } from '../plugins/verdict.js';
import { type Candidate, chooseNode } from './choose-node.js';
import { dryRun, NO_VICTIMS_FOUND } from './dry-run.js';
import type { Incoming } from './nominations.js';

/** What the search for victims comes to. `passes`: how often a node was filtered on the way. */
export type Preemption =
  | {
      readonly kind: 'found';
      readonly candidate: Candidate;
      readonly candidates: readonly Candidate[];
      readonly passes: number;
    }
  /** Nobody may be evicted for the pod; what it is nominated for stays. */
  | { readonly kind: 'not-eligible'; readonly why: string }
  /** Nodes by what they said, those left out where no eviction can help. */
  | { readonly kind: 'in-vain'; readonly outcomes: ReadonlyMap<number, number>; readonly passes: number };

const NEVER = 'not eligible due to preemptionPolicy=Never.';
const TERMINATING = 'not eligible due to a terminating pod on the nominated node.';

/**
 * DefaultPreemption: the node where evictions do the least harm, after an attempt that gave these verdicts.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/preemption/preemption.go: Preempt; reference/scheduling.md 5.
 */
export function findVictims(
  cluster: ClusterState,
  filters: Filters,
  incoming: Incoming,
  known: KnownVerdicts,
): Preemption {
  const { pod } = filters;
  if (pod.spec.preemptionPolicy === 'Never') return { kind: 'not-eligible', why: NEVER };
  if (isWaitingForVictims(cluster, filters, incoming, known)) return { kind: 'not-eligible', why: TERMINATING };
  const potential = known.order.filter((node) => codeOf(known.verdicts[node]!) === 'Unschedulable');
  if (!hasLowerPriority(cluster, pod)) {
    const outcomes = new Map(potential.length === 0 ? [] : [[NO_VICTIMS_FOUND, potential.length]]);
    return { kind: 'in-vain', outcomes, passes: 0 };
  }
  const wanted = candidatesWanted(filters, potential.length);
  const harmless: Candidate[] = [];
  const violating: Candidate[] = [];
  const outcomes = new Map<number, number>();
  let passes = 0;
  for (const node of potential) {
    const remembered = known.outcomes[node];
    const holds = remembered !== undefined && (!known.isFleeting || stillHolds(cluster, filters, node, remembered));
    const outcome = holds ? remembered : dryRun(cluster, filters, incoming.uid, node);
    known.outcomes[node] = outcome;
    passes += typeof outcome === 'number' ? (outcome === NO_VICTIMS_FOUND ? 0 : 1) : outcome.passes;
    if (typeof outcome === 'number') outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    else if (outcome.violations === 0) harmless.push(outcome);
    else if (violating.length < wanted) violating.push(outcome);
    if (harmless.length > 0 && harmless.length + violating.length >= wanted) break;
  }
  const candidates = [...harmless, ...violating];
  const candidate = chooseNode(candidates);
  return candidate === undefined
    ? { kind: 'in-vain', outcomes, passes }
    : { kind: 'found', candidate, candidates, passes };
}

/** Filters look beyond the node: is its outcome still right although it was found before other nodes changed? */
function stillHolds(cluster: ClusterState, filters: Filters, node: NodeIndex, outcome: Candidate | number): boolean {
  if (typeof outcome === 'number') return outcome === NO_VICTIMS_FOUND;
  return outcome.isLocal && !cluster.nominations.has(cluster.names[node]!) && passesRest(cluster, filters, node);
}

/** Is there anybody to evict at all? */
function hasLowerPriority({ podsByPriority }: ClusterState, { priority }: PodClass): boolean {
  for (const other of podsByPriority.keys()) if (other < priority) return true;
  return false;
}

/** For a pod that no node is to blame for: nobody's end would help it. */
export function refusedVictims({ spec }: PodClass): Preemption {
  if (spec.preemptionPolicy === 'Never') return { kind: 'not-eligible', why: NEVER };
  return { kind: 'in-vain', outcomes: new Map(), passes: 0 };
}

/** How many candidates are enough (default_preemption.go: calculateNumCandidates). */
function candidatesWanted({ pod }: Filters, nodes: number): number {
  const { minCandidateNodesPercentage, minCandidateNodesAbsolute } = pod.profile.args;
  const share = Math.trunc((nodes * minCandidateNodesPercentage) / 100);
  return Math.min(nodes, Math.max(share, minCandidateNodesAbsolute));
}

/** Has the pod preempted others on its nominated node, which are still there? (PodEligibleToPreemptOthers) */
function isWaitingForVictims(
  cluster: ClusterState,
  { pod }: Filters,
  { nominatedNodeName }: Incoming,
  { verdicts }: KnownVerdicts,
): boolean {
  const node = nominatedNodeName === '' ? undefined : cluster.indexByName.get(nominatedNodeName);
  if (node === undefined || cluster.nodes[node] === undefined) return false;
  if (codeOf(verdicts[node]!) === 'UnschedulableAndUnresolvable') return false;
  return cluster.podsOnNode[node]!.some((placed) => {
    return placed.podClass.priority < pod.priority && placed.terminating && isPreempted(placed.pod);
  });
}

function isPreempted(pod: Pod): boolean {
  const condition = podCondition(pod, 'DisruptionTarget');
  return condition?.status === 'True' && condition.reason === PREEMPTED;
}

/** Reason of the condition DisruptionTarget of a victim (k8s.io/api core/v1: PodReasonPreemptionByScheduler). */
export const PREEMPTED = 'PreemptionByScheduler';
