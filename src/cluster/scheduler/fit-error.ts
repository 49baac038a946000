import type { ClusterState } from './cluster.js';
import { codeOf, pluginOf, reasonsOf, type Verdict } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import { verdictsOf } from './schedule-pod.js';

/** kubernetes v1.36.3 pkg/scheduler/framework/preemption: what the nodes say that preemption can't help or tried in vain. */
const NO_VICTIMS = 'No preemption victims found for incoming pod';
const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
/** The DynamicResources plugin speaks before preemption does. */
const NO_CLAIMS = 'no new claims to deallocate';
const NEVER = 'preemption: not eligible due to preemptionPolicy=Never.';

/** NodeAffinity's PreFilter: required terms that name no node in common. */
const CONFLICT = 'pod affinity terms conflict';
/** Then DynamicResources finds no state of its PreFilter, and preemption is not asked. */
const STATE_NOT_FOUND = 'not found';

/** Why an attempt failed. */
export interface Failure {
  /** As in the event FailedScheduling and the condition PodScheduled, uncut. */
  readonly message: string;
  /** Names of the plugins that rejected: they know which events may help. In the order of their verdicts. */
  readonly plugins: readonly string[];
}

/** The schedule's own words when there is no node at all: an error, not a rejection (schedule_one.go: ErrNoNodesAvailable). */
export const NO_NODES_AVAILABLE = 'no nodes available to schedule pods';

/** kubernetes v1.36.3 pkg/scheduler/framework/types.go: FitError.Error, with what PostFilter has to say. */
export function failureOf(cluster: ClusterState, pod: PodClass): Failure {
  const prefix = `0/${cluster.nodeCount} nodes are available:`;
  if (pod.nodeNames?.size === 0) {
    return { message: `${prefix} ${CONFLICT}. ${STATE_NOT_FOUND}`, plugins: ['NodeAffinity'] };
  }
  const counts = verdictCounts(cluster, pod);
  const reasons = fitMessage(cluster, counts);
  return { message: `${prefix}${reasons} ${postFilter(cluster, pod, counts)}`, plugins: pluginsOf(counts) };
}

/** The message without what PostFilter adds. */
export function fitErrorOf(cluster: ClusterState, pod: PodClass): string {
  if (pod.nodeNames?.size === 0) return `0/${cluster.nodeCount} nodes are available: ${CONFLICT}.`;
  return `0/${cluster.nodeCount} nodes are available:${fitMessage(cluster, verdictCounts(cluster, pod))}`;
}

function verdictCounts(cluster: ClusterState, pod: PodClass): Map<Verdict, number> {
  const counts = new Map<Verdict, number>();
  verdictsOf(cluster, pod, (verdict) => counts.set(verdict, (counts.get(verdict) ?? 0) + 1));
  return counts;
}

function fitMessage(cluster: ClusterState, counts: ReadonlyMap<Verdict, number>): string {
  const byReason = new Map<string, number>();
  for (const [verdict, count] of counts) {
    for (const reason of reasonsOf(cluster, verdict)) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  }
  return histogram(byReason);
}

/** Sorted by bytes of the whole text, number and all: "1 ..." < "12 ..." < "2 ...". */
function histogram(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`);
  parts.sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  return parts.length === 0 ? '' : ` ${parts.join(', ')}.`;
}

function pluginsOf(counts: ReadonlyMap<Verdict, number>): string[] {
  const plugins = new Set<string>();
  for (const verdict of counts.keys()) plugins.add(pluginOf(verdict));
  return [...plugins];
}

/**
 * What DynamicResources and DefaultPreemption report when they can't help. Preemption itself is part 3 of the project:
 * until then no victim is ever found, also where a pod of lower priority could make room.
 */
function postFilter(cluster: ClusterState, pod: PodClass, counts: ReadonlyMap<Verdict, number>): string {
  if (pod.spec.preemptionPolicy === 'Never') return `${NO_CLAIMS}, ${NEVER}`;
  let tried = 0;
  for (const [verdict, count] of counts) if (codeOf(verdict) === 'Unschedulable') tried += count;
  const nodes = new Map<string, number>();
  if (tried > 0) nodes.set(NO_VICTIMS, tried);
  if (tried < cluster.nodeCount) nodes.set(NOT_HELPFUL, cluster.nodeCount - tried);
  return `${NO_CLAIMS}, preemption: 0/${cluster.nodeCount} nodes are available:${histogram(nodes)}`;
}
