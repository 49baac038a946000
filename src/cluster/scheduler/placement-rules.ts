import { matchesNodeAffinity } from '../api/node-affinity.js';
import type { Node } from '../api/objects/node.js';
import type { PodSpec } from '../api/objects/pod.js';
import { hasUntoleratedTaint } from '../api/tolerations.js';
import { type ClusterState, type NodeIndex } from './cluster.js';
import { longerInt32, longerUint8 } from './longer-arrays.js';
import { filterNodeAffinity, preferredTerms, scoreNodeAffinity, withoutNodeNames } from './plugins/node-affinity.js';
import { filterNodeName } from './plugins/node-name.js';
import { filterUnschedulable } from './plugins/node-unschedulable.js';
import { filterTaints, scoreTaints } from './plugins/taint-toleration.js';
import { FEASIBLE, type Verdict } from './plugins/verdict.js';
import type { PlacementWish, PodClass } from './pod-class.js';
import { type FilterPlugin, isInUsualOrder, type SchedulingProfile } from './profile.js';

/**
 * What names, labels, taints and cordons of the nodes mean for pods of one kind: shared by all classes with the same
 * selector, affinity and tolerations, and worked out anew only for nodes whose labels or taints changed. They hold for a class
 * on its `nodeNames` alone.
 */
export interface PlacementRules {
  readonly key: string;
  readonly wish: PlacementWish;
  /** By node: first of the filters below (NodeObjectFilter) that rejects. */
  verdicts: Uint8Array;
  /** The profile's filters have the order of the default profile. */
  readonly inUsualOrder: boolean;
  /** By node: SELECTED, TOLERATED or both: what topology spreading asks. */
  inclusion: Uint8Array;
  taintScores: Int32Array;
  affinityScores: Int32Array;
  /** Whether any node has a taint score above 0: if not, every node gets the full score. */
  hasTaintScores: boolean;
  /** PreScore of NodeAffinity: without preferred terms it has nothing to add. */
  readonly scoresAffinity: boolean;
  /** `placementVersion` of the cluster up to which this holds. */
  version: number;
}

/** The node matches nodeSelector and required node affinity. */
export const SELECTED = 1;
/** All its NoSchedule and NoExecute taints are tolerated. */
export const TOLERATED = 2;

/** What the rules of a pod go by; names of nodes are looked at by themselves where NodeAffinity narrows the search to them. */
export function placementWishOf(profile: SchedulingProfile, spec: PodSpec, wantedNodeName: string): PlacementWish {
  return { profile, wantedNodeName, spec: narrowsByName(profile) ? withoutNodeNames(spec) : spec };
}

export function narrowsByName({ filters }: SchedulingProfile): boolean {
  return filters.includes('NodeAffinity');
}

export function placementKeyOf({ profile, spec, wantedNodeName }: PlacementWish): string {
  const { schedulerName } = profile;
  return JSON.stringify([
    schedulerName,
    wantedNodeName,
    spec.nodeSelector,
    spec.affinity?.nodeAffinity,
    spec.tolerations,
  ]);
}

export function placementRulesOf(cluster: ClusterState, wish: PlacementWish, key: string): PlacementRules {
  let rules = cluster.placementRules.get(key);
  if (rules === undefined) {
    const { profile, spec } = wish;
    rules = {
      key,
      wish,
      verdicts: new Uint8Array(0),
      inUsualOrder: isInUsualOrder(profile),
      inclusion: new Uint8Array(0),
      taintScores: new Int32Array(0),
      affinityScores: new Int32Array(0),
      hasTaintScores: false,
      scoresAffinity: preferredTerms(spec, profile).length > 0,
      version: -1,
    };
    cluster.placementRules.set(key, rules);
  }
  return rules;
}

/** Brings the rules up to date with labels and taints of all nodes. */
export function refreshPlacement(cluster: ClusterState, pod: PodClass): void {
  const rules = pod.placement;
  if (rules.version === cluster.placementVersion) return;
  if (rules.verdicts.length < cluster.capacity) {
    rules.verdicts = longerUint8(rules.verdicts, cluster.capacity);
    rules.inclusion = longerUint8(rules.inclusion, cluster.capacity);
    rules.taintScores = longerInt32(rules.taintScores, cluster.capacity);
    rules.affinityScores = longerInt32(rules.affinityScores, cluster.capacity);
  }
  rules.hasTaintScores = false;
  for (let node = 0; node < cluster.indexes; node++) {
    if (cluster.nodes[node] === undefined) continue;
    if (cluster.placementGenerations[node]! > rules.version) refreshNode(cluster, rules, node);
    if (rules.taintScores[node]! > 0) rules.hasTaintScores = true;
  }
  rules.version = cluster.placementVersion;
}

/** SELECTED, TOLERATED or both. */
function inclusionOf({ spec }: PlacementWish, node: Node): number {
  return (
    (matchesNodeAffinity(spec, node) ? SELECTED : 0) |
    (hasUntoleratedTaint(node.spec.taints, spec.tolerations) ? 0 : TOLERATED)
  );
}

/** `inclusion` of every node, asked anew. */
export function askInclusion(cluster: ClusterState, pod: PodClass): Uint8Array {
  const inclusion = new Uint8Array(cluster.capacity);
  for (const [index, node] of cluster.nodes.entries()) {
    if (node !== undefined) inclusion[index] = inclusionOf(pod, node);
  }
  return inclusion;
}

function refreshNode(cluster: ClusterState, rules: PlacementRules, index: NodeIndex): void {
  const { wish } = rules;
  rules.verdicts[index] = filterPlacement(cluster, wish, index);
  rules.inclusion[index] = inclusionOf(wish, cluster.nodes[index]!);
  rules.taintScores[index] = scoreTaints(cluster, wish, index);
  rules.affinityScores[index] = scoreNodeAffinity(cluster, wish, index);
}

/** Filters that look at nothing but the node object, as far as the pod's profile has them, in its order. */
function filterPlacement(cluster: ClusterState, pod: PlacementWish, node: NodeIndex): Verdict {
  for (const plugin of pod.profile.filters) {
    if (!isNodeObjectFilter(plugin)) continue;
    const verdict = filterNodeObject(plugin, cluster, pod, node);
    if (verdict !== FEASIBLE) return verdict;
  }
  return FEASIBLE;
}

type NodeObjectFilter = 'NodeUnschedulable' | 'NodeName' | 'TaintToleration' | 'NodeAffinity';

const NODE_OBJECT_FILTERS: readonly FilterPlugin[] = [
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeAffinity',
];

function isNodeObjectFilter(plugin: FilterPlugin): plugin is NodeObjectFilter {
  return NODE_OBJECT_FILTERS.includes(plugin);
}

export function filterNodeObject(
  plugin: NodeObjectFilter,
  cluster: ClusterState,
  pod: PlacementWish,
  node: NodeIndex,
): Verdict {
  switch (plugin) {
    case 'NodeUnschedulable':
      return filterUnschedulable(cluster, pod, node);
    case 'NodeName':
      return filterNodeName(cluster, pod, node);
    case 'TaintToleration':
      return filterTaints(cluster, pod, node);
    case 'NodeAffinity':
      return filterNodeAffinity(cluster, pod, node);
  }
}
