import type { LabelSelector } from '../api/objects/meta.js';
import { matchesSelector } from '../api/selectors.js';
import { type ClusterState, NO_NODE, NO_VALUE, type NodeIndex } from './cluster.js';
import { longerUint16 } from './longer-arrays.js';
import type { PodClass } from './pod-class.js';
import { classesUnder, fileCounter } from './spread-index.js';
import { domainValue, MORE_THAN_ANY } from './plugins/pod-topology-spread.js';
import { constraintsOf, type SpreadConstraint } from './plugins/pod-topology-spread-constraints.js';
import { askInclusion, type PlacementRules, refreshPlacement, SELECTED } from './placement-rules.js';

/** Pods by node that one selector matches in one namespace, kept up to date with every pod that comes or goes. */
export interface SpreadCounter {
  readonly namespace: string;
  /** Undefined matches nothing. */
  readonly selector: LabelSelector | undefined;
  /** By node: matching pods that are not being deleted. */
  counts: Uint16Array;
  /** All sums that go by it. */
  readonly sums: Map<string, DomainSums>;
  /** Those of them that each pod changes. */
  readonly followers: DomainSums[];
}

/** One constraint with the counts by topology value over all eligible nodes, for all classes that share placement rules. */
export interface DomainSums {
  readonly key: string;
  /** Classes that have it. */
  users: number;
  readonly constraint: SpreadConstraint;
  readonly counter: SpreadCounter;
  readonly placement: PlacementRules;
  /** The only nodes that may match the class's selector and affinity; undefined = any. */
  readonly nodeNames: ReadonlySet<string> | undefined;
  /** A node must have all of these keys to be eligible. */
  readonly neededTopologies: readonly number[];
  /** By topology value: matching pods on eligible nodes, and eligible nodes. */
  matching: Int32Array;
  nodes: Int32Array;
  /** Marks of the values met in this round: room to count distinct values without clearing. */
  seen: Int32Array;
  round: number;
  /** The fewest matching pods that a value with an eligible node has, and how many have so few; 0 = not known. */
  least: number;
  valuesAtLeast: number;
  /** Values with an eligible node: no feasible node has another. */
  domains: number;
  /** `placementVersion` of the cluster for which the sums hold; else they are counted again before they are used. */
  version: number;
}

/** What PodTopologySpread needs for one pod class. */
export interface ClassSpread {
  readonly hard: readonly DomainSums[];
  readonly soft: readonly DomainSums[];
  /** Nodes that lack a key of a soft constraint score 0, rather than nothing for that constraint. */
  readonly requiresAllKeys: boolean;
  /** `soft` is the system's default: hostname, then zone. */
  readonly isSystemDefault: boolean;
  /** Text of the constraints: default ones change with Services. */
  readonly signature: string;
  /** Services and the owner's selector for which the constraints hold. */
  selectorVersion: number;
  ownerSelector: LabelSelector | undefined;
}

/** Brings constraints and counts of a class up to date. */
export function refreshSpread(cluster: ClusterState, pod: PodClass): ClassSpread {
  let spread = pod.spread;
  const isCurrent =
    spread?.selectorVersion === cluster.selectorVersion &&
    spread.ownerSelector === cluster.ownerSelectors.get(pod.owner);
  if (spread === undefined || !isCurrent) {
    spread = pod.spread = rebuild(cluster, pod, spread);
  }
  if (spread.hard.length + spread.soft.length === 0) return spread;
  refreshPlacement(cluster, pod);
  for (const sums of spread.hard) refreshSums(cluster, sums);
  for (const sums of spread.soft) refreshSums(cluster, sums);
  return spread;
}

function rebuild(cluster: ClusterState, pod: PodClass, before: ClassSpread | undefined): ClassSpread {
  if (before !== undefined) {
    if (before.signature === JSON.stringify(constraintsOf(cluster, pod).constraints)) {
      before.selectorVersion = cluster.selectorVersion;
      before.ownerSelector = cluster.ownerSelectors.get(pod.owner);
      return before;
    }
    leaveSums(before);
  }
  return compose(cluster, pod, (...asked) => follow(cluster, pod, ...asked));
}

/** The class asks for none of this any more. */
export function leaveSums({ hard, soft }: ClassSpread): void {
  for (const sums of [...hard, ...soft]) {
    sums.users -= 1;
    if (sums.users > 0) continue;
    const { followers } = sums.counter;
    sums.counter.sums.delete(sums.key);
    if (followers.includes(sums)) followers.splice(followers.indexOf(sums), 1);
  }
}

/** `position` tells a constraint from an equal one that the pod has besides. */
type MakeSums = (constraint: SpreadConstraint, neededTopologies: readonly number[], position: number) => DomainSums;

function compose(cluster: ClusterState, pod: PodClass, make: MakeSums): ClassSpread {
  const { constraints, requiresAllKeys } = constraintsOf(cluster, pod);
  const sumsOf = (kind: readonly SpreadConstraint[], needsKeys: boolean): DomainSums[] => {
    const keys = needsKeys ? kind.map((constraint) => constraint.topology) : [];
    return kind.map((constraint, position) => make(constraint, keys, position));
  };
  return {
    hard: sumsOf(
      constraints.filter((constraint) => constraint.hard),
      true,
    ),
    soft: sumsOf(
      constraints.filter((constraint) => !constraint.hard),
      requiresAllKeys,
    ),
    requiresAllKeys,
    isSystemDefault: !requiresAllKeys && constraints.length > 0,
    signature: JSON.stringify(constraints),
    selectorVersion: cluster.selectorVersion,
    ownerSelector: cluster.ownerSelectors.get(pod.owner),
  };
}

/** The same for one attempt, with every pod counted and every node asked anew: the definition of what is kept up to date. */
export function countSpread(cluster: ClusterState, pod: PodClass): ClassSpread {
  const placement = { ...pod.placement, inclusion: askInclusion(cluster, pod) };
  return compose(cluster, pod, (constraint, keys) => {
    const { namespace } = pod;
    const counter = {
      namespace,
      selector: constraint.counted,
      counts: new Uint16Array(cluster.capacity),
      sums: new Map(),
      followers: [],
    };
    for (const { podClass, node, terminating } of cluster.pods.values()) {
      if (!terminating && countsClass(counter, podClass)) counter.counts[node]! += 1;
    }
    const sums = emptySums('', constraint, counter, { placement, nodeNames: undefined }, keys);
    refreshSums(cluster, sums);
    return sums;
  });
}

/** Do pods of this class count? */
export function countsClass({ namespace, selector }: SpreadCounter, other: PodClass): boolean {
  return selector !== undefined && namespace === other.namespace && matchesSelector(selector, other.labels);
}

function follow(
  cluster: ClusterState,
  pod: PodClass,
  constraint: SpreadConstraint,
  neededTopologies: readonly number[],
  position: number,
): DomainSums {
  const counter = counterOf(cluster, pod.namespace, constraint.counted);
  const names = narrows(constraint) && pod.nodeNames !== undefined ? [...pod.nodeNames] : undefined;
  const key = JSON.stringify([pod.placement.key, names, neededTopologies, position, constraint]);
  let sums = counter.sums.get(key);
  if (sums === undefined) {
    sums = emptySums(key, constraint, counter, pod, neededTopologies);
    counter.sums.set(key, sums);
    if (needsSums(sums)) counter.followers.push(sums);
  }
  sums.users += 1;
  return sums;
}

/** Only nodes that the pod may go to are eligible. */
function narrows({ inclusion }: SpreadConstraint): boolean {
  return (inclusion & SELECTED) !== 0;
}

function emptySums(
  key: string,
  constraint: SpreadConstraint,
  counter: SpreadCounter,
  { placement, nodeNames }: Pick<PodClass, 'placement' | 'nodeNames'>,
  neededTopologies: readonly number[],
): DomainSums {
  return {
    key,
    users: 0,
    constraint,
    counter,
    placement,
    nodeNames: narrows(constraint) ? nodeNames : undefined,
    neededTopologies,
    matching: new Int32Array(0),
    nodes: new Int32Array(0),
    seen: new Int32Array(0),
    round: 0,
    least: 0,
    valuesAtLeast: 0,
    domains: 0,
    version: -1,
  };
}

function counterOf(cluster: ClusterState, namespace: string, selector: LabelSelector | undefined): SpreadCounter {
  const key = JSON.stringify([namespace, selector]);
  let counter = cluster.spreadCounterByKey.get(key);
  if (counter !== undefined) return counter;
  counter = { namespace, selector, counts: new Uint16Array(cluster.capacity), sums: new Map(), followers: [] };
  cluster.spreadCounterByKey.set(key, counter);
  if (selector === undefined) return counter;
  fileCounter(cluster.spreadIndex, counter, selector);
  for (const podClass of classesUnder(cluster.spreadIndex, namespace, selector)) {
    if (!matchesSelector(selector, podClass.labels)) continue;
    podClass.counters.push(counter);
    for (const member of podClass.members) if (!member.terminating) counter.counts[member.node]! += 1;
  }
  return counter;
}

/** A pod of this class has come to the node (+1) or left it (-1). */
export function countPod(cluster: ClusterState, pod: PodClass, node: NodeIndex, difference: 1 | -1): void {
  for (const counter of pod.counters) {
    if (counter.counts.length < cluster.capacity) counter.counts = longerUint16(counter.counts, cluster.capacity);
    counter.counts[node]! += difference;
    for (const sums of counter.followers) {
      if (sums.version !== cluster.placementVersion || !isEligible(cluster, sums, node)) continue;
      countDomain(sums, domainOf(cluster, sums, node), difference);
    }
  }
}

/** Scores by hostname ask for the pods of the node itself, and every node is a value: no need for so many sums. */
function needsSums({ constraint }: DomainSums): boolean {
  return constraint.hard || !constraint.isHostname;
}

function countDomain(sums: DomainSums, value: number, difference: 1 | -1): void {
  const before = sums.matching[value]!;
  sums.matching[value] = before + difference;
  if (sums.valuesAtLeast === 0) return;
  if (before + difference < sums.least) {
    sums.least = before + difference;
    sums.valuesAtLeast = 1;
  } else if (before + difference === sums.least) {
    sums.valuesAtLeast += 1;
  } else if (before === sums.least) {
    sums.valuesAtLeast -= 1; // when none is left, the next attempt looks
  }
}

/** As `leastMatching`, without a look at all values each time. */
export function currentLeast(sums: DomainSums): number {
  if (sums.valuesAtLeast === 0) findLeast(sums);
  return sums.domains < sums.constraint.minDomains ? 0 : sums.least;
}

function findLeast(sums: DomainSums): void {
  const { matching, nodes } = sums;
  sums.least = MORE_THAN_ANY;
  for (let value = 0; value < nodes.length; value++) {
    if (nodes[value] === 0 || matching[value]! > sums.least) continue;
    if (matching[value]! < sums.least) sums.valuesAtLeast = 0;
    sums.least = matching[value]!;
    sums.valuesAtLeast += 1;
  }
}

function refreshSums(cluster: ClusterState, sums: DomainSums): void {
  if (sums.version === cluster.placementVersion) return;
  sums.version = cluster.placementVersion;
  const { counter, constraint } = sums;
  if (counter.counts.length < cluster.capacity) counter.counts = longerUint16(counter.counts, cluster.capacity);
  if (!needsSums(sums)) return;
  const values = cluster.topologies[constraint.topology]!.values.size;
  if (sums.matching.length < values) {
    sums.matching = new Int32Array(values);
    sums.nodes = new Int32Array(values);
    sums.seen = new Int32Array(values);
    sums.round = 0;
  } else {
    sums.matching.fill(0);
    sums.nodes.fill(0);
  }
  if (sums.nodeNames === undefined) {
    for (let node = 0; node < cluster.indexes; node++) addNodeTo(cluster, sums, node);
  } else {
    for (const name of sums.nodeNames) addNodeTo(cluster, sums, cluster.indexByName.get(name) ?? NO_NODE);
  }
  sums.domains = 0;
  for (const nodes of sums.nodes) if (nodes > 0) sums.domains += 1;
  sums.valuesAtLeast = 0;
}

function addNodeTo(cluster: ClusterState, sums: DomainSums, node: NodeIndex): void {
  if (!isEligible(cluster, sums, node)) return;
  const value = domainOf(cluster, sums, node);
  sums.matching[value]! += sums.counter.counts[node]!;
  sums.nodes[value]! += 1;
}

/** kubernetes v1.36.3 podtopologyspread/common.go: matchNodeInclusionPolicies, and the keys the node must have. */
export function isEligible(cluster: ClusterState, sums: DomainSums, node: NodeIndex): boolean {
  if (cluster.nodes[node] === undefined) return false;
  const { inclusion } = sums.constraint;
  if ((sums.placement.inclusion[node]! & inclusion) !== inclusion) return false;
  if (sums.nodeNames?.has(cluster.names[node]!) === false) return false;
  for (const topology of sums.neededTopologies) {
    if (cluster.topologies[topology]!.valueOf[node] === NO_VALUE) return false;
  }
  return true;
}

function domainOf(cluster: ClusterState, sums: DomainSums, node: NodeIndex): number {
  return domainValue(cluster.topologies[sums.constraint.topology]!.valueOf[node]!);
}
