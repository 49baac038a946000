import { afterAll, expect, test } from 'vitest';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { type ClusterState, NO_NODE } from '../../../src/cluster/scheduler/cluster.js';
import { nodeOrder } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod, removePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { explainPod } from '../../../src/cluster/scheduler/explain.js';
import { failureOf } from '../../../src/cluster/scheduler/fit-error.js';
import { FEASIBLE, pluginOf } from '../../../src/cluster/scheduler/plugins/verdict.js';
import { type PodClass, podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { schedulePod } from '../../../src/cluster/scheduler/schedule-pod.js';
import { readVectors } from '../../vectors/read.js';
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

/** What the vectors ask of preemption, which is part 3 of the project: followed as recorded, counted, not judged. */
const followed = { preemptions: 0, boundOnNominatedNode: 0 };
const judged = { choices: 0, failures: 0 };

afterAll(() => {
  console.log(
    `sequences: ${judged.choices} choices and ${judged.failures} failures judged; ` +
      `${followed.preemptions} preemptions and ${followed.boundOnNominatedNode} nominated nodes followed (part 3)`,
  );
});

const cases = readVectors<Case>('scheduling.sequence.jsonl.gz');

test.each(cases.map((one) => [`${one.id} ${one.kind}`, one] as const))('%s', (_id, one) => {
  const cluster = clusterOf(one);
  expect([...nodeOrder(cluster)].map((node) => cluster.names[node])).toEqual(one.snapshotOrder);
  const uids = new Map(one.existingPods.map((pod) => [pod.metadata.name, pod.metadata.uid]));
  for (const { pod, attempts } of one.steps) {
    uids.set(pod.metadata.name, pod.metadata.uid);
    for (const attempt of attempts) {
      const podClass = podClassOf(cluster, pod);
      if (attempt.result === 'scheduled') {
        checkChoice(cluster, podClass, attempt);
        placePod(cluster, pod, attempt.node!);
      } else {
        checkFailure(cluster, podClass, attempt);
        for (const victim of attempt.victims ?? []) removePod(cluster, uids.get(victim.split('/').at(-1)!)!);
      }
    }
  }
});

function checkChoice(cluster: ClusterState, podClass: PodClass, attempt: Attempt): void {
  if (attempt.viaNominated === true) {
    followed.boundOnNominatedNode += 1; // the start of the search doesn't move
    return;
  }
  const explanation = explainPod(cluster, podClass);
  const totals = Object.fromEntries([...explanation.totals].map(([node, total]) => [cluster.names[node]!, total]));
  expect(totals).toEqual(attempt.totals);
  const rejected: Record<string, string> = {};
  for (const [node, verdict] of explanation.verdicts) {
    if (verdict !== FEASIBLE) rejected[cluster.names[node]!] = pluginOf(verdict);
  }
  expect(rejected).toEqual(attempt.rejected ?? {});
  const decision = schedulePod(cluster, podClass);
  expect(cluster.names[decision.node]).toBe(attempt.node);
  judged.choices += 1;
}

function checkFailure(cluster: ClusterState, podClass: PodClass, attempt: Attempt): void {
  expect(schedulePod(cluster, podClass).node).toBe(NO_NODE);
  const { message, preemptionHelps } = failureOf(cluster, podClass);
  expect(message).toBe(attempt.message);
  expect(preemptionHelps).toBe(attempt.nominatedNode !== undefined);
  if (preemptionHelps) followed.preemptions += 1;
  else judged.failures += 1;
}
