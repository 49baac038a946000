import { expect, test } from 'vitest';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { ClusterState } from '../../../src/cluster/scheduler/cluster.js';
import { nodeOrder } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { type Explanation, explainPod, type ScorePlugin } from '../../../src/cluster/scheduler/explain.js';
import { fitErrorOf } from '../../../src/cluster/scheduler/fit-error.js';
import { codeOf, FEASIBLE, pluginOf, reasonsOf, Rejection } from '../../../src/cluster/scheduler/plugins/verdict.js';
import { type PodClass, podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { schedulePod } from '../../../src/cluster/scheduler/schedule-pod.js';
import { readVectors } from '../../vectors/read.js';
import { clusterOf, type VectorCluster } from './vector-cluster.js';

interface ExpectedNode {
  readonly feasible: boolean;
  readonly plugin?: string;
  readonly code?: string;
  readonly reasons?: readonly string[];
  readonly raw?: Readonly<Record<string, number>>;
  readonly normalized?: Readonly<Record<string, number>>;
  readonly total?: number;
}

interface Case extends VectorCluster {
  readonly pod: Pod;
  readonly expected: {
    readonly snapshotOrder: readonly string[];
    readonly preFilter?: { readonly code: string; readonly nodeNames?: readonly string[] };
    readonly nodes?: Readonly<Record<string, ExpectedNode>>;
    readonly feasibleCount: number;
    readonly scored: boolean;
    readonly topNodes: readonly string[];
    readonly firstTopNode?: string;
    readonly fitError?: string;
    readonly skippedScorePlugins?: readonly string[];
  };
}

const cases = readVectors<Case>('scheduling.filter-score.jsonl.gz');

test('there are 900 cases, and none is left out', () => expect(cases).toHaveLength(900));

test.each(cases.map((one) => [one.id, one] as const))('%s', (_id, one) => {
  const cluster = clusterOf(one);
  const { expected } = one;
  expect([...nodeOrder(cluster)].map((node) => cluster.names[node])).toEqual(expected.snapshotOrder);
  const pod = podClassOf(cluster, one.pod, one.pod.spec.nodeName);
  if (expected.nodes !== undefined) {
    expect(judged(cluster, explainPod(cluster, pod), expected.scored)).toEqual(sorted(expected.nodes));
  }
  checkDecision(cluster, pod, expected);
});

/** The explanation in the words of the vectors. */
function judged(cluster: ClusterState, explanation: Explanation, _scored: boolean): Record<string, ExpectedNode> {
  const nodes: Record<string, ExpectedNode> = {};
  for (const [node, verdict] of explanation.verdicts) {
    const name = cluster.names[node]!;
    if (verdict !== FEASIBLE) {
      nodes[name] = {
        feasible: false,
        ...(verdict === Rejection.NodeSet ? {} : { plugin: pluginOf(verdict) }),
        code: codeOf(verdict),
        reasons: reasonsOf(cluster, verdict).toSorted(),
      };
      continue;
    }
    const raw: Partial<Record<ScorePlugin, number>> = {};
    const normalized: Partial<Record<ScorePlugin, number>> = {};
    for (const [plugin, scores] of explanation.scores) {
      raw[plugin] = scores.raw.get(node)!;
      normalized[plugin] = scores.normalized.get(node)!;
    }
    nodes[name] = { feasible: true, raw, normalized, total: explanation.totals.get(node)! };
  }
  return sorted(nodes);
}

function sorted(nodes: Readonly<Record<string, ExpectedNode>>): Record<string, ExpectedNode> {
  const entries = Object.entries(nodes).map(([name, node]) => [
    name,
    node.reasons === undefined ? node : { ...node, reasons: node.reasons.toSorted() },
  ]);
  return Object.fromEntries(entries);
}

/** The fast way agrees too, twice: the second time from what it remembers. */
function checkDecision(cluster: ClusterState, pod: PodClass, expected: Case['expected']): void {
  for (let round = 0; round < 2; round++) {
    cluster.nextStart = 0;
    const decision = schedulePod(cluster, pod);
    expect(decision.feasible).toBe(expected.feasibleCount);
    if (expected.fitError !== undefined) expect(fitErrorOf(cluster, pod)).toBe(expected.fitError);
    if (expected.firstTopNode !== undefined) expect(cluster.names[decision.node]).toBe(expected.firstTopNode);
    else if (expected.feasibleCount > 0) expect(expected.topNodes).toContain(cluster.names[decision.node]);
    for (let index = 0; expected.scored && index < decision.feasible; index++) {
      const name = cluster.names[cluster.feasible[index]!]!;
      const constant = pod.placement.hasTaintScores ? 0 : 300; // full marks for all: left out of the fast totals
      expect([name, cluster.totals[index]! + constant]).toEqual([name, expected.nodes![name]!.total]);
    }
  }
}
