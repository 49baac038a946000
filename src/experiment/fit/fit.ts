import { isScalarResource } from '../../cluster/api/pod-resources.js';
import type { NodePool } from '../../cluster/nodes/node-objects.js';
import { type ClusterState, CPU, MEMORY } from '../../cluster/scheduler/cluster.js';
import { podClassOf } from '../../cluster/scheduler/pod-class.js';
import type { Scenario } from '../../scenario/types.js';
import { type MissingNodes, missingNodes } from './missing-nodes.js';
import { place, type PodLine, reasonOf, remember, roomForMore, takeBack } from './placing.js';
import { leftOf, type Plan, planOf, podsOf } from './plan.js';

/** More replicas of each workload are placed up to this, where it takes placing to count them and none is asked for by name. */
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
  /** Nodes of several pools, one after the other, where that takes more pods than any pool alone. */
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
  /** Extended resources and huge pages that its nodes have, by name. */
  readonly extended: readonly NamedShare[];
  /** Devices of its nodes, by driver. */
  readonly devices: readonly NamedShare[];
}

export interface NamedShare extends Share {
  readonly name: string;
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

/** Answers without a clock: pods are placed one after the other by the scheduler's own code. */
export function fit(scenario: Scenario, options: FitOptions): Fit {
  const plan = planOf(scenario);
  const { cluster, refused } = plan.fitted;
  const workloads = plan.lines.map((line) => workloadFit(plan, line));
  const pools = scenario.cluster.pools.map((pool) => poolUse(cluster, pool));
  const pods = workloads.reduce((sum, one) => sum + one.pods, 0);
  const placed = workloads.reduce((sum, one) => sum + one.placed, 0);
  return {
    fits: placed === pods && refused.length === 0,
    pods,
    left: pods - placed,
    nodes: cluster.nodeCount,
    pools,
    workloads: workloads.map((one, index) => ({ ...one, ...moreOf(plan, plan.lines[index]!, options.more) })),
    ...missingNodes(scenario, plan),
    refused,
    notes: notesOf(scenario, plan),
  };
}

function workloadFit(plan: Plan, line: PodLine): WorkloadFit {
  const { source, placed, refusal, waiting } = line;
  const pods = podsOf(plan, line);
  const why = (): string => (placed === pods ? '' : reasonOf(plan.fitted.cluster, waiting[0]!.pod));
  const reason = refusal === '' ? why() : refusal;
  return { workload: source.workload, pods, placed, reason, more: null, isMoreCut: false };
}

/** Counts the room for further pods of a workload, or places them until one finds no node and takes them back. */
function moreOf(plan: Plan, line: PodLine, asked: readonly string[]): Pick<WorkloadFit, 'more' | 'isMoreCut'> {
  const { source } = line;
  const { cluster } = plan.fitted;
  const isAsked = asked.length === 0 || asked.includes(source.workload);
  if (!source.grows || !isAsked || plan.outside.has(line)) return { more: null, isMoreCut: false };
  if (leftOf(plan, line) > 0) return { more: 0, isMoreCut: false };
  const limit = asked.length === 0 ? COUNTED_MORE : MOST_MORE;
  const before = remember(cluster);
  let next = source.pod(source.replicas);
  const room = typeof next === 'string' ? 0 : roomForMore(cluster, next, podClassOf(cluster, next));
  let more = room ?? 0;
  while (room === undefined && more < limit) {
    if (typeof next === 'string' || !place(cluster, next, podClassOf(cluster, next))) break;
    more += 1;
    next = source.pod(source.replicas + more);
  }
  takeBack(cluster, before);
  return { more, isMoreCut: room === undefined && more === limit };
}

function poolUse(cluster: ClusterState, { pool, count }: NodePool): PoolUse {
  const names = Array.from({ length: count }, (_, index) => `${pool}-${index + 1}`);
  const nodes = names.map((name) => cluster.indexByName.get(name)!);
  const sum = (amounts: ArrayLike<number>): number => nodes.reduce((total, node) => total + amounts[node]!, 0);
  const share = (resource: number): Share => ({
    requested: sum(cluster.requested[resource]!),
    allocatable: sum(cluster.allocatable[resource]!),
  });
  const extended = cluster.resources
    .map((name, resource) => ({ name, ...share(resource) }))
    .filter(({ name, allocatable }) => isScalarResource(name) && allocatable > 0);
  return {
    pool,
    nodes: count,
    pods: { requested: sum(cluster.podCounts), allocatable: sum(cluster.allowedPods) },
    milliCpu: share(CPU),
    memoryBytes: share(MEMORY),
    extended,
    devices: deviceUse(cluster, names),
  };
}

/** Devices that stand on these nodes, and those of them that claims have, by driver. */
function deviceUse({ devices }: ClusterState, nodes: readonly string[]): NamedShare[] {
  const taken = new Set<string>();
  for (const { status } of devices.claims.values()) {
    for (const { driver, pool, device } of status?.allocation?.devices.results ?? []) {
      taken.add(`${driver}/${pool}/${device}`);
    }
  }
  const byDriver = new Map<string, NamedShare>();
  for (const node of nodes) {
    for (const { spec } of devices.slicesByNode.get(node)?.values() ?? []) {
      const { driver, pool, devices: own = [] } = spec;
      const { requested, allocatable } = byDriver.get(driver) ?? { requested: 0, allocatable: 0 };
      const used = own.filter(({ name }) => taken.has(`${driver}/${pool.name}/${name}`)).length;
      const share = { name: driver, requested: requested + used, allocatable: allocatable + own.length };
      byDriver.set(driver, share);
    }
  }
  return [...byDriver.values()];
}

/** What a scheduler does not look at, as far as the scenario has it, and what no clock can tell. */
function notesOf({ manifests, timeline, traffic }: Scenario, plan: Plan): string[] {
  const has = (kind: string): boolean => manifests.some(({ object }) => object.kind === kind);
  const notes = ['requests are counted, not what pods use; nobody is evicted to make room'];
  if (has('HorizontalPodAutoscaler')) notes.push('autoscaled workloads have the replicas of their manifests');
  if (has('CronJob')) notes.push('of each CronJob one run is counted');
  if (has('Job')) notes.push('of each Job the pods that run at the same time are counted');
  if (has('ResourceQuota')) notes.push('quotas refuse nothing here');
  if (timeline.length > 0) notes.push('the timeline is not played: the manifests as they are');
  if (traffic.length > 0) notes.push('load is not played: see wavetank run');
  const left = [...plan.outside].reduce((sum, { source }) => sum + source.replicas, 0);
  if (left > 0) notes.push(`${left} pods are left out: they have scheduling gates or another scheduler`);
  return notes;
}
