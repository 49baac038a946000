import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { PodDisruptionBudget } from '../../../src/cluster/api/objects/policy.js';
import { objectKey } from '../../../src/cluster/api/store.js';
import { type ClusterState, NO_NODE, type NodeIndex, type PlacedPod } from '../../../src/cluster/scheduler/cluster.js';
import { nodeOrder } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod, removePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { decide } from '../../../src/cluster/scheduler/decide.js';
import { explainPod } from '../../../src/cluster/scheduler/explain.js';
import { codeOf, FEASIBLE, pluginOf } from '../../../src/cluster/scheduler/plugins/verdict.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { dryRun } from '../../../src/cluster/scheduler/preemption/dry-run.js';
import { denominate, incomingOf, nominate } from '../../../src/cluster/scheduler/preemption/nominations.js';
import { prepare } from '../../../src/cluster/scheduler/schedule-pod.js';
import { type Checker, difference } from './checker.js';
import { clusterOf, inMicros, type VectorCluster } from './vector-cluster.js';

interface Attempt {
  readonly result: 'scheduled' | 'unschedulable';
  readonly node?: string;
  readonly totals?: Readonly<Record<string, number>>;
  readonly rejected?: Readonly<Record<string, string>>;
  readonly viaNominated?: boolean;
  readonly message?: string;
  readonly nominatedNode?: string;
  readonly nominatedNodeSet?: readonly string[];
  readonly victims?: readonly string[];
  readonly candidates?: readonly CandidateRow[];
}

interface CandidateRow {
  readonly node: string;
  readonly victims: readonly string[];
  readonly pdbViolations: number;
}

interface Case extends VectorCluster {
  readonly kind: string;
  readonly snapshotOrder: readonly string[];
  readonly podDisruptionBudgets: readonly PodDisruptionBudget[];
  readonly steps: readonly { readonly pod: Pod; readonly attempts: readonly Attempt[] }[];
}

/** How the first attempt that disagrees does so; placements, nominations and victims follow the recorded ones. */
function firstDifference(given: Case): string | undefined {
  const cluster = clusterOf(given);
  for (const budget of given.podDisruptionBudgets) cluster.budgets.set(objectKey(budget), budget);
  const order = difference(
    [...nodeOrder(cluster)].map((node) => cluster.names[node]),
    given.snapshotOrder,
  );
  if (order !== undefined) return `order of nodes\n${order}`;
  for (const { pod, attempts } of given.steps) {
    let pending = pod;
    for (const [index, attempt] of attempts.entries()) {
      const words =
        attempt.result === 'scheduled' ? choice(cluster, pending, attempt) : failure(cluster, pending, attempt);
      if (words !== undefined) return `pod ${pod.metadata.name}, attempt ${index + 1}\n${words}`;
      pending = follow(cluster, pending, attempt);
    }
    denominate(cluster, pod.metadata.uid);
  }
  return undefined;
}

/** Does what the attempt came to; gives the pod as it is afterwards. */
function follow(cluster: ClusterState, pod: Pod, { result, node, nominatedNode, victims = [] }: Attempt): Pod {
  if (result === 'scheduled') {
    denominate(cluster, pod.metadata.uid);
    const startTime = inMicros(pod.metadata.creationTimestamp);
    placePod(cluster, { ...pod, status: { ...pod.status, phase: 'Running', startTime } }, node!);
    return pod;
  }
  for (const placed of cluster.pods.values()) if (victims.includes(nameOf(placed))) removePod(cluster, placed.uid);
  nominate(cluster, pod, nominatedNode ?? '');
  return { ...pod, status: { ...pod.status, nominatedNodeName: nominatedNode ?? '' } };
}

function choice(cluster: ClusterState, pod: Pod, attempt: Attempt): string | undefined {
  const podClass = podClassOf(cluster, pod);
  const { nextStart } = cluster;
  const { totals, verdicts } = explainPod(cluster, podClass);
  const rejected: Record<string, string> = {};
  for (const [node, verdict] of verdicts) {
    if (verdict !== FEASIBLE) rejected[cluster.names[node]!] = pluginOf(verdict);
  }
  const { node } = decide(cluster, podClass, incomingOf(pod));
  const isNominated = attempt.viaNominated === true;
  const ours = {
    totals: Object.fromEntries([...totals].map(([index, total]) => [cluster.names[index]!, total])),
    rejected,
    node: cluster.names[node],
    start: isNominated ? cluster.nextStart : undefined,
  };
  const start = isNominated ? nextStart : undefined;
  return difference(ours, {
    totals: attempt.totals,
    rejected: attempt.rejected ?? {},
    node: attempt.node,
    start,
  });
}

function failure(cluster: ClusterState, pod: Pod, attempt: Attempt): string | undefined {
  const podClass = podClassOf(cluster, pod);
  const { node, failure: found } = decide(cluster, podClass, incomingOf(pod));
  const candidate = found?.candidate;
  const nominated = candidate === undefined ? undefined : cluster.names[candidate.node]!;
  const rows = attempt.nominatedNode === undefined ? undefined : candidatesOf(cluster, pod);
  const mayBe = nominated !== undefined && attempt.nominatedNodeSet?.includes(nominated) === true;
  const recorded = attempt.candidates?.find((row) => row.node === nominated);
  return difference(
    {
      node: node === NO_NODE ? undefined : cluster.names[node],
      message: found?.message,
      candidates: rows,
      // Any of the set will do: the real choice among equals is random.
      nominatedNode: mayBe ? attempt.nominatedNode : nominated,
      victims: candidate?.victims.map(nameOf),
    },
    {
      message: attempt.message,
      candidates: attempt.candidates,
      nominatedNode: attempt.nominatedNode,
      victims: recorded?.victims,
    },
  );
}

/** Every node where preemption would work, in the order of the nodes. */
function candidatesOf(cluster: ClusterState, pod: Pod): CandidateRow[] {
  const podClass = podClassOf(cluster, pod);
  const { verdicts } = explainPod(cluster, podClass);
  const filters = prepare(cluster, podClass);
  const helps = (node: NodeIndex): boolean => codeOf(verdicts.get(node)!) === 'Unschedulable';
  const rows = [...verdicts.keys()].filter(helps).flatMap((node) => {
    const outcome = dryRun(cluster, filters, pod.metadata.uid, node);
    if (typeof outcome === 'number') return [];
    return { node: cluster.names[node]!, victims: outcome.victims.map(nameOf), pdbViolations: outcome.violations };
  });
  return rows.sort((left, right) => (left.node < right.node ? -1 : 1));
}

function nameOf({ pod }: PlacedPod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`;
}

/** `scheduling.sequence`: pods that arrive one after another. */
export const sequences: Checker = { kind: 'scheduling.sequence', check: firstDifference };
