import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { type ClusterState, NO_NODE } from '../../../src/cluster/scheduler/cluster.js';
import { nodeOrder } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod, removePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { explainPod } from '../../../src/cluster/scheduler/explain.js';
import { failureOf } from '../../../src/cluster/scheduler/fit-error.js';
import { FEASIBLE, pluginOf } from '../../../src/cluster/scheduler/plugins/verdict.js';
import { type PodClass, podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { schedulePod } from '../../../src/cluster/scheduler/schedule-pod.js';
import { type Checker, difference } from './checker.js';
import { clusterOf, type VectorCluster } from './vector-cluster.js';

interface Attempt {
  readonly result: 'scheduled' | 'unschedulable';
  readonly node?: string;
  readonly totals?: Readonly<Record<string, number>>;
  readonly scores?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly rejected?: Readonly<Record<string, string>>;
  readonly viaNominated?: boolean;
  readonly message?: string;
  readonly nominatedNode?: string;
  readonly victims?: readonly string[];
}

interface Case extends VectorCluster {
  readonly kind: string;
  readonly snapshotOrder: readonly string[];
  readonly steps: readonly { readonly pod: Pod; readonly attempts: readonly Attempt[] }[];
}

/**
 * How the first attempt that disagrees does so; placements, nominations and victims follow the recorded ones. Of a preemption
 * only the failure before it is judged.
 */
function firstDifference(given: Case): string | undefined {
  const cluster = clusterOf(given);
  const order = difference(
    [...nodeOrder(cluster)].map((node) => cluster.names[node]),
    given.snapshotOrder,
  );
  if (order !== undefined) return `order of nodes\n${order}`;
  const uids = new Map(given.existingPods.map((pod) => [pod.metadata.name, pod.metadata.uid]));
  for (const { pod, attempts } of given.steps) {
    uids.set(pod.metadata.name, pod.metadata.uid);
    for (const [index, attempt] of attempts.entries()) {
      const podClass = podClassOf(cluster, pod);
      const isScheduled = attempt.result === 'scheduled';
      const words = isScheduled ? choice(cluster, podClass, attempt) : failure(cluster, podClass, attempt);
      if (words !== undefined) return `pod ${pod.metadata.name}, attempt ${index + 1}\n${words}`;
      if (isScheduled) placePod(cluster, pod, attempt.node!);
      for (const victim of attempt.victims ?? []) removePod(cluster, uids.get(victim.split('/').at(-1)!)!);
    }
  }
  return undefined;
}

function choice(cluster: ClusterState, podClass: PodClass, attempt: Attempt): string | undefined {
  if (attempt.viaNominated === true) return undefined; // the start of the search doesn't move
  const { totals, verdicts } = explainPod(cluster, podClass);
  const rejected: Record<string, string> = {};
  for (const [node, verdict] of verdicts) {
    if (verdict !== FEASIBLE) rejected[cluster.names[node]!] = pluginOf(verdict);
  }
  const ours = {
    totals: Object.fromEntries([...totals].map(([node, total]) => [cluster.names[node]!, total])),
    rejected,
    node: cluster.names[schedulePod(cluster, podClass).node],
  };
  return difference(ours, { totals: attempt.totals, rejected: attempt.rejected ?? {}, node: attempt.node });
}

function failure(cluster: ClusterState, podClass: PodClass, attempt: Attempt): string | undefined {
  const { node } = schedulePod(cluster, podClass);
  const { message, preemptionHelps } = failureOf(cluster, podClass);
  return difference(
    { node: node === NO_NODE ? undefined : cluster.names[node], message, preemptionHelps },
    { message: attempt.message, preemptionHelps: attempt.nominatedNode !== undefined },
  );
}

/** Pods that had to go for another one. */
function preemptions({ steps }: Case): number {
  return steps.flatMap(({ attempts }) => attempts).filter(({ nominatedNode }) => nominatedNode !== undefined).length;
}

/** `scheduling.sequence`: pods that arrive one after another. */
export const sequences: Checker = {
  kind: 'scheduling.sequence',
  check(given: Case) {
    const words = firstDifference(given);
    if (words !== undefined) return words;
    const count = preemptions(given);
    return count === 0
      ? undefined
      : `all but ${count} preemptions agrees: whom to evict and from where is not decided here`;
  },
  known: (given: Case) => (firstDifference(given) === undefined ? 'part 3, preemption' : undefined),
};
