import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { ClusterState } from '../../../src/cluster/scheduler/cluster.js';
import { nodeOrder } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { type Explanation, explainPod } from '../../../src/cluster/scheduler/explain.js';
import { fitErrorOf } from '../../../src/cluster/scheduler/fit-error.js';
import { codeOf, FEASIBLE, pluginOf, reasonsOf, Rejection } from '../../../src/cluster/scheduler/plugins/verdict.js';
import { type PodClass, podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import type { ScorePlugin } from '../../../src/cluster/scheduler/profile.js';
import { schedulePod } from '../../../src/cluster/scheduler/schedule-pod.js';
import { type Checker, difference } from './checker.js';
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

/** The explanation in the words of the vectors. */
function judged(cluster: ClusterState, explanation: Explanation): Record<string, ExpectedNode> {
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
function* decisionDifferences(cluster: ClusterState, pod: PodClass, expected: Case['expected']): Generator<string> {
  for (let round = 1; round <= 2; round++) {
    cluster.nextStart = 0;
    const decision = schedulePod(cluster, pod);
    const chosen = decision.feasible === 0 ? undefined : cluster.names[decision.node];
    const constant = pod.placement.hasTaintScores ? 0 : 300; // full marks for all: left out of the fast totals
    const found = expected.scored ? decision.feasible : 0;
    const names = Array.from({ length: found }, (_, index) => cluster.names[cluster.feasible[index]!]!);
    const isTop = chosen !== undefined && expected.topNodes.includes(chosen);
    const ours = {
      feasible: decision.feasible,
      fitError: expected.fitError === undefined ? undefined : fitErrorOf(cluster, pod),
      chosen: expected.firstTopNode === undefined && isTop ? 'one of the best' : chosen,
      totals: names.map((name, index) => [name, cluster.totals[index]! + constant]),
    };
    const anyOfTheBest = expected.feasibleCount > 0 ? 'one of the best' : undefined;
    const real = {
      feasible: expected.feasibleCount,
      fitError: expected.fitError,
      chosen: expected.firstTopNode ?? anyOfTheBest,
      totals: names.map((name) => [name, expected.nodes?.[name]?.total]),
    };
    const words = difference(ours, real);
    if (words !== undefined) yield `fast way, round ${round}\n${words}`;
  }
}

function* differencesOf(given: Case): Generator<string> {
  const cluster = clusterOf(given);
  const { pod, expected } = given;
  const order = difference(
    [...nodeOrder(cluster)].map((node) => cluster.names[node]),
    expected.snapshotOrder,
  );
  if (order !== undefined) yield `order of nodes\n${order}`;
  const podClass = podClassOf(cluster, pod, pod.spec.nodeName);
  if (expected.nodes !== undefined) {
    const verdicts = difference(judged(cluster, explainPod(cluster, podClass)), sorted(expected.nodes));
    if (verdicts !== undefined) yield `verdicts\n${verdicts}`;
  }
  yield* decisionDifferences(cluster, podClass, expected);
}

/** `scheduling.filter-score`: one pod against one cluster. */
export const filterScore: Checker = {
  kind: 'scheduling.filter-score',
  check: (given: Case) => [...differencesOf(given)].join('\n') || undefined,
};
