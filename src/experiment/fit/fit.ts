import type { Node } from '../../cluster/api/objects/node.js';
import { MAXIMUM_NODES } from '../../cluster/nodes/addresses.js';
import { storageNodeOf } from '../../cluster/controllers/storage-driver/storage-nodes.js';
import { nodeObject, type NodePool, nodeSpecs } from '../../cluster/nodes/node-objects.js';
import { type ClusterState, CPU, MEMORY } from '../../cluster/scheduler/cluster.js';
import { addNode, removeNode } from '../../cluster/scheduler/cluster-nodes.js';
import { podClassOf } from '../../cluster/scheduler/pod-class.js';
import { profileNamed } from '../../cluster/scheduler/profile.js';
import type { Scenario } from '../../scenario/types.js';
import { clusterParameters } from '../parameters.js';
import { createFitWorld, type FitWorld } from './fit-world.js';
import { place, placeAll, reasonOf, remember, takeBack, type Wanted } from './placing.js';
import { type PodSource, podSources } from './pod-sources.js';

/** More replicas of each workload are counted up to this, unless one is asked for by name. */
const COUNTED_MORE = 1_000;
/** No cluster is asked for more of a workload than this. */
const MOST_MORE = 1_000_000;

export interface FitOptions {
  /** Workloads (`deployment/web`) whose further replicas are counted to the end; empty: all, up to a thousand each. */
  readonly more: readonly string[];
}

/** Does a set of manifests fit a cluster? */
export interface Fit {
  readonly fits: boolean;
  readonly pods: number;
  /** Pods without a node. */
  readonly left: number;
  readonly nodes: number;
  readonly pools: readonly PoolUse[];
  readonly workloads: readonly WorkloadFit[];
  /** Nodes that would have to come, by pool, each pool alone; without pools that help nobody. */
  readonly missing: readonly MissingNodes[];
  /** Nodes of several pools, one after the other, where none of them takes all pods alone. */
  readonly together: readonly MissingNodes[];
  /** Objects that the API server refuses. */
  readonly refused: readonly string[];
  /** What the answer leaves out. */
  readonly notes: readonly string[];
}

/** What the pods that fit ask of a pool. Amounts in thousandths of a core, bytes and pods. */
export interface PoolUse {
  readonly pool: string;
  readonly nodes: number;
  readonly pods: Share;
  readonly milliCpu: Share;
  readonly memoryBytes: Share;
}

export interface Share {
  readonly requested: number;
  readonly allocatable: number;
}

export interface WorkloadFit {
  readonly workload: string;
  readonly pods: number;
  readonly placed: number;
  /** Why the others have no node; empty if all have one. */
  readonly reason: string;
  /** So many more pods of it would find a node beside all that fits; null: it cannot have more, or nobody asked. */
  readonly more: number | null;
  /** The count ended there: there may be room for more. */
  readonly isMoreCut: boolean;
}

export interface MissingNodes {
  readonly pool: string;
  /** Nodes to add until all that they can take is placed. */
  readonly nodes: number;
  /** Of the pods without a node so many would have one then. */
  readonly takes: number;
}

/** Answers without a clock: pods are placed one after the other by the scheduler's own code. */
export function fit(scenario: Scenario, options: FitOptions): Fit {
  const world = createFitWorld(scenario);
  const { cluster } = world;
  const sources = podSources(world, scenario);
  const demand = demandOf(cluster, sources);
  const left = placeAll(cluster, inQueueOrder(demand.wanted));
  const workloads = sources.map((source, index) => workloadFit(cluster, source, index, demand, left));
  const pools = scenario.cluster.pools.map((pool) => poolUse(cluster, pool));
  const pods = workloads.reduce((sum, one) => sum + one.pods, 0);
  const placed = workloads.reduce((sum, one) => sum + one.placed, 0);
  return {
    fits: placed === pods && world.refused.length === 0,
    pods,
    left: pods - placed,
    nodes: cluster.nodeCount,
    pools,
    workloads: workloads.map((one, index) => ({ ...one, ...moreOf(world, sources[index]!, one, options.more) })),
    ...missingNodes(world, scenario, sources, left),
    refused: world.refused,
    notes: notesOf(scenario, demand),
  };
}

interface Demand {
  readonly wanted: readonly Wanted[];
  /** By place of the workload: why the API server refuses its pods. */
  readonly refusals: ReadonlyMap<number, string>;
  /** By place of the workload: its pods that nobody tries, as they are another scheduler's or gated. */
  readonly outside: ReadonlyMap<number, number>;
}

function demandOf(cluster: ClusterState, sources: readonly PodSource[]): Demand {
  const wanted: Wanted[] = [];
  const refusals = new Map<number, string>();
  const outside = new Map<number, number>();
  for (const [source, { replicas, pod: make }] of sources.entries()) {
    for (let index = 0; index < replicas; index++) {
      const pod = make(index);
      if (typeof pod === 'string') {
        refusals.set(source, pod);
        break; // the others are refused for the same reason
      }
      const isOurs = profileNamed(cluster.profiles, pod.spec.schedulerName) !== undefined;
      if (isOurs && (pod.spec.schedulingGates?.length ?? 0) === 0) wanted.push({ pod, source });
      else outside.set(source, (outside.get(source) ?? 0) + 1);
    }
  }
  return { wanted, refusals, outside };
}

/** As the scheduler's queue has them: higher priority first, then in the order of the manifests. */
function inQueueOrder(wanted: readonly Wanted[]): readonly Wanted[] {
  const byPriority = new Map<number, Wanted[]>();
  for (const one of wanted) {
    const { priority = 0 } = one.pod.spec;
    const equals = byPriority.get(priority);
    if (equals === undefined) byPriority.set(priority, [one]);
    else equals.push(one);
  }
  return [...byPriority].sort(([left], [right]) => right - left).flatMap(([, equals]) => equals);
}

function workloadFit(
  cluster: ClusterState,
  { workload, replicas }: PodSource,
  source: number,
  { refusals, outside }: Demand,
  left: readonly Wanted[],
): WorkloadFit {
  const own = left.filter((one) => one.source === source);
  const refusal = refusals.get(source);
  const reason = refusal ?? (own.length === 0 ? '' : reasonOf(cluster, own[0]!.pod));
  const pods = replicas - (outside.get(source) ?? 0);
  const placed = refusal === undefined ? pods - own.length : 0;
  return { workload, pods, placed, reason, more: null, isMoreCut: false };
}

/** Places further pods of a workload until one finds no node, and takes them back. */
function moreOf(
  { cluster }: FitWorld,
  source: PodSource,
  { placed, pods }: WorkloadFit,
  asked: readonly string[],
): Pick<WorkloadFit, 'more' | 'isMoreCut'> {
  const isAsked = asked.length === 0 || asked.includes(source.workload);
  if (!source.grows || !isAsked) return { more: null, isMoreCut: false };
  if (placed < pods) return { more: 0, isMoreCut: false };
  const limit = asked.length === 0 ? COUNTED_MORE : MOST_MORE;
  const before = remember(cluster);
  let more = 0;
  for (; more < limit; more++) {
    const pod = source.pod(source.replicas + more);
    if (typeof pod === 'string' || !place(cluster, pod, podClassOf(cluster, pod))) break;
  }
  takeBack(cluster, before);
  return { more, isMoreCut: more === limit };
}

/** What every pool would have to add by itself; and all together, if none of them takes all alone. */
function missingNodes(
  fitted: FitWorld,
  scenario: Scenario,
  sources: readonly PodSource[],
  pending: readonly Wanted[],
): Pick<Fit, 'missing' | 'together'> {
  if (pending.length === 0) return { missing: [], together: [] };
  const { pools } = scenario.cluster;
  const grow: Growth = { fitted, scenario, sources };
  const missing = pools.map((pool) => tryNodes(grow, pool, pending)).filter(({ takes }) => takes > 0);
  if (missing.length < 2 || missing.some(({ takes }) => takes === pending.length)) return { missing, together: [] };
  const { cluster } = fitted;
  const before = remember(cluster);
  const together: MissingNodes[] = [];
  const added: string[] = [];
  let left = pending;
  for (const pool of pools) {
    const { nodes } = tryNodes(grow, pool, left);
    const after = addNodes(grow, pool, left, nodes, added).left;
    if (nodes > 0) together.push({ pool: pool.pool, nodes, takes: left.length - after.length });
    left = after;
  }
  takeBack(cluster, before);
  for (const name of added) removeNode(cluster, name);
  return { missing, together };
}

interface Growth {
  readonly fitted: FitWorld;
  readonly scenario: Scenario;
  readonly sources: readonly PodSource[];
}

/** Adds nodes of one pool as long as that helps pods that have none, and takes all back. */
function tryNodes(grow: Growth, pool: NodePool, pending: readonly Wanted[]): MissingNodes {
  const { cluster } = grow.fitted;
  const before = remember(cluster);
  const added: string[] = [];
  const { nodes, left } = addNodes(grow, pool, pending, MAXIMUM_NODES, added);
  takeBack(cluster, before);
  for (const name of added) removeNode(cluster, name);
  return { pool: pool.pool, nodes, takes: pending.length - left.length };
}

/** Gives how many of the nodes it took until nothing was left, or nothing helped any more; `added`: all that it tried. */
function addNodes(
  { fitted, scenario, sources }: Growth,
  pool: NodePool,
  pending: readonly Wanted[],
  limit: number,
  added: string[],
): { readonly nodes: number; readonly left: readonly Wanted[] } {
  const { world, cluster } = fitted;
  // Each node but those of a round through the zones takes a pod: one in another zone may help where one here does not.
  const most = Math.min(limit, MAXIMUM_NODES - cluster.nodeCount, (pending.length + 1) * pool.zones.length);
  const { nodes: parameters, storage } = clusterParameters(scenario.cluster);
  const objects = scenario.manifests.map(({ object }) => object);
  const specs = nodeSpecs([{ ...pool, count: pool.count + most }], parameters).slice(pool.count);
  let left = pending;
  let nodes = 0;
  for (const [index, spec] of specs.entries()) {
    if (left.length === 0 || index - nodes >= pool.zones.length) break;
    const node = nodeObject(world, spec, cluster.nodeCount);
    addNode(cluster, node);
    const storageNode = storageNodeOf(world, node, objects, storage);
    if (storageNode !== undefined) cluster.storageNodes.set(spec.name, storageNode);
    added.push(spec.name);
    placeAll(cluster, daemonsOn(sources, node));
    const after = placeAll(cluster, left);
    if (after.length < left.length) nodes = index + 1;
    left = after;
  }
  return { nodes, left };
}

function daemonsOn(sources: readonly PodSource[], node: Node): Wanted[] {
  return sources.flatMap(({ daemonPod }, source) => {
    const pod = daemonPod?.(node);
    return pod === undefined || typeof pod === 'string' ? [] : [{ pod, source }];
  });
}

function poolUse(cluster: ClusterState, { pool, count }: NodePool): PoolUse {
  const sum = (amounts: ArrayLike<number>): number => {
    let total = 0;
    for (let index = 1; index <= count; index++) total += amounts[cluster.indexByName.get(`${pool}-${index}`)!]!;
    return total;
  };
  const share = (resource: number): Share => ({
    requested: sum(cluster.requested[resource]!),
    allocatable: sum(cluster.allocatable[resource]!),
  });
  return {
    pool,
    nodes: count,
    pods: { requested: sum(cluster.podCounts), allocatable: sum(cluster.allowedPods) },
    milliCpu: share(CPU),
    memoryBytes: share(MEMORY),
  };
}

/** What a scheduler does not look at, as far as the scenario has it, and what no clock can tell. */
function notesOf({ manifests, timeline, traffic }: Scenario, { outside }: Demand): string[] {
  const has = (kind: string): boolean => manifests.some(({ object }) => object.kind === kind);
  const notes = ['requests are counted, not what pods use; nobody is evicted to make room'];
  if (has('HorizontalPodAutoscaler')) notes.push('autoscaled workloads have the replicas of their manifests');
  if (has('CronJob')) notes.push('of each CronJob one run is counted');
  if (has('Job')) notes.push('of each Job the pods that run at the same time are counted');
  if (has('ResourceQuota')) notes.push('quotas refuse nothing here');
  if (timeline.length > 0) notes.push('the timeline is not played: the manifests as they are');
  if (traffic.length > 0) notes.push('load is not played: see wavetank run');
  const left = [...outside.values()].reduce((sum, pods) => sum + pods, 0);
  if (left > 0) notes.push(`${left} pods are left out: they have scheduling gates or another scheduler`);
  return notes;
}
