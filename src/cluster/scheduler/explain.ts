import type { ClusterState, NodeIndex } from './cluster.js';
import { nodeOrder } from './cluster-nodes.js';
import { filterNode, prepareFilters } from './filter-node.js';
import { prepareDevices, scoreDevices } from './plugins/dynamic-resources.js';
import { scoreImages } from './plugins/image-locality.js';
import { normalizeAffinity, prepareAffinityScore, scoreAffinity } from './plugins/inter-pod-affinity.js';
import { preferredTerms, scoreNodeAffinity } from './plugins/node-affinity.js';
import { scoreBalanceOf, skipsBalancedAllocation } from './plugins/node-resources-balanced-allocation.js';
import { scoreByStrategy } from './plugins/node-resources-fit.js';
import { isIgnored, normalizeSpread, scoreSpread, topologyWeight } from './plugins/pod-topology-spread.js';
import { scoreTaints } from './plugins/taint-toleration.js';
import { FEASIBLE, Rejection, type Verdict } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import type { ScorePlugin } from './profile.js';
import { countSpread } from './spread-counts.js';

/** Raw and normalised scores of one plugin by node; the plugin is absent where it was skipped. */
interface PluginScores {
  readonly raw: ReadonlyMap<NodeIndex, number>;
  readonly normalized: ReadonlyMap<NodeIndex, number>;
}

/** All that the plugins say of a pod, node by node: plain, complete and slow. */
export interface Explanation {
  /** Every node in search order. */
  readonly verdicts: ReadonlyMap<NodeIndex, Verdict>;
  readonly scores: ReadonlyMap<ScorePlugin, PluginScores>;
  readonly totals: ReadonlyMap<NodeIndex, number>;
}

/**
 * Asks every plugin about every node, straight from the cluster and with nothing remembered of earlier attempts: the definition that `schedulePod` must agree with. Scores are those
 * among all feasible nodes, or among those that a search of a large cluster `found`.
 */
export function explainPod(cluster: ClusterState, pod: PodClass, found?: readonly NodeIndex[]): Explanation {
  const verdicts = filterAll(cluster, pod);
  const feasible = found ?? [...verdicts.keys()].filter((node) => verdicts.get(node) === FEASIBLE);
  return { verdicts, ...scorePod(cluster, pod, feasible) };
}

/** PreScore, Score, NormalizeScore and the weighted totals. */
export function scorePod(
  cluster: ClusterState,
  pod: PodClass,
  feasible: readonly NodeIndex[],
): Pick<Explanation, 'scores' | 'totals'> {
  const scores = scoreAll(cluster, pod, feasible);
  const totals = new Map<NodeIndex, number>();
  for (const node of feasible) {
    let total = 0;
    for (const [plugin, { normalized }] of scores) total += pod.profile.weights[plugin] * normalized.get(node)!;
    totals.set(node, total);
  }
  return { scores, totals };
}

function filterAll(cluster: ClusterState, pod: PodClass): Map<NodeIndex, Verdict> {
  const filters = prepareFilters(cluster, pod);
  const verdicts = new Map<NodeIndex, Verdict>();
  for (const node of nodeOrder(cluster)) {
    const isCandidate = pod.nodeNames === undefined || pod.nodeNames.has(cluster.names[node]!);
    verdicts.set(node, isCandidate ? filterNode(cluster, filters, node) : Rejection.NodeSet);
  }
  return verdicts;
}

function scoreAll(
  cluster: ClusterState,
  pod: PodClass,
  feasible: readonly NodeIndex[],
): ReadonlyMap<ScorePlugin, PluginScores> {
  const { weights } = pod.profile;
  const scores = new Map<ScorePlugin, PluginScores>();
  const add = (
    plugin: ScorePlugin,
    score: (node: NodeIndex) => number,
    normalize: (raw: Scores) => Scores = asItIs,
  ): void => {
    if (weights[plugin] === 0) return;
    const raw = new Map(feasible.map((node) => [node, score(node)] as const));
    scores.set(plugin, { raw, normalized: normalize(raw) });
  };
  add('TaintToleration', (node) => scoreTaints(cluster, pod, node), byGreatestReversed);
  if (preferredTerms(pod.spec, pod.profile).length > 0) {
    add('NodeAffinity', (node) => scoreNodeAffinity(cluster, pod, node), byGreatest);
  }
  add('NodeResourcesFit', (node) => scoreByStrategy(cluster, pod, node));
  addSpread(cluster, pod, feasible, scores);
  const sums = prepareAffinityScore(cluster, pod);
  if (sums !== undefined) {
    add('InterPodAffinity', (node) => scoreAffinity(cluster, sums, node), betweenLeastAndGreatest);
  }
  const demand = prepareDevices(cluster, pod);
  add('DynamicResources', (node) => (demand === undefined ? 0 : scoreDevices(cluster, demand, node)), byGreatest);
  if (!skipsBalancedAllocation(pod.balancedResources)) {
    add('NodeResourcesBalancedAllocation', (node) => scoreBalanceOf(cluster, pod, node));
  }
  add('ImageLocality', (node) => scoreImages(cluster, pod, node));
  return scores;
}

function addSpread(
  cluster: ClusterState,
  pod: PodClass,
  feasible: readonly NodeIndex[],
  scores: Map<ScorePlugin, PluginScores>,
): void {
  const spread = countSpread(cluster, pod);
  if (spread.soft.length === 0) return;
  const counted = feasible.filter((node) => !isIgnored(cluster, spread, node));
  const weights = spread.soft.map((sums) => topologyWeight(cluster, sums, counted, counted.length));
  const raw = new Map<NodeIndex, number>(feasible.map((node) => [node, 0]));
  for (const node of counted) raw.set(node, scoreSpread(cluster, spread.soft, weights, node));
  const least = Math.min(...counted.map((node) => raw.get(node)!));
  const greatest = Math.max(0, ...counted.map((node) => raw.get(node)!));
  const normalized = new Map<NodeIndex, number>(feasible.map((node) => [node, 0]));
  for (const node of counted) normalized.set(node, normalizeSpread(raw.get(node)!, least, greatest));
  scores.set('PodTopologySpread', { raw, normalized });
}

type Scores = ReadonlyMap<NodeIndex, number>;

const asItIs = (raw: Scores): Scores => raw;

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/helper/normalize_score.go: DefaultNormalizeScore. */
function byGreatest(raw: Scores): Scores {
  const greatest = Math.max(0, ...raw.values());
  return mapped(raw, (score) => (greatest === 0 ? 0 : Math.trunc((100 * score) / greatest)));
}

function byGreatestReversed(raw: Scores): Scores {
  return mapped(byGreatest(raw), (score) => 100 - score);
}

function betweenLeastAndGreatest(raw: Scores): Scores {
  const least = Math.min(...raw.values());
  const greatest = Math.max(...raw.values());
  return mapped(raw, (score) => normalizeAffinity(score, least, greatest));
}

function mapped(scores: Scores, change: (score: number) => number): Scores {
  return new Map([...scores].map(([node, score]) => [node, change(score)]));
}
