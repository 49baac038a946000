import type { ClusterState } from './cluster.js';
import { type KnownVerdicts, knownVerdicts } from './known-verdicts.js';
import { pluginOf, reasonsOf, type Verdict } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import type { Candidate } from './preemption/choose-node.js';
import { NO_VICTIMS_FOUND } from './preemption/dry-run.js';
import { findVictims, type Preemption, refusedVictims } from './preemption/find-victims.js';
import type { Incoming } from './preemption/nominations.js';
import { refusalOf } from './refusal.js';
import { prepare } from './schedule-pod.js';

/** kubernetes v1.36.3 pkg/scheduler/framework/preemption: what the nodes say that preemption can't help or tried in vain. */
const NO_VICTIMS = 'No preemption victims found for incoming pod';
const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
/** The DynamicResources plugin speaks before preemption does. */
const NO_CLAIMS = 'no new claims to deallocate';

/** After a refusal as a whole DynamicResources finds no state of its PreFilter, and preemption is not asked. */
const STATE_NOT_FOUND = 'not found';

/** Why an attempt failed. */
export interface Failure {
  /** As in the event FailedScheduling and the condition PodScheduled, uncut. */
  readonly message: string;
  /** Names of the plugins that rejected: they know which events may help. In the order of their verdicts. */
  readonly plugins: readonly string[];
  /** The node that the pod is to be nominated for from now on; empty: none; undefined: as before. */
  readonly nomination: string | undefined;
  /** Who is to be evicted for the pod. */
  readonly candidate?: Candidate;
  /** All nodes where evictions would help, as far as was looked, that one among them. */
  readonly candidates?: readonly Candidate[];
  /** How often a node was filtered in the search for victims. */
  readonly passes: number;
}

/** No plugin rejected, so the queue takes it for an error (schedule_one.go: ErrNoNodesAvailable). */
const NO_NODES_AVAILABLE = 'no nodes available to schedule pods';

/** kubernetes v1.36.3 pkg/scheduler/framework/types.go: FitError.Error, with what PostFilter has to say. */
export function failureOf(cluster: ClusterState, pod: PodClass, incoming: Incoming): Failure {
  if (cluster.nodeCount === 0) return { message: NO_NODES_AVAILABLE, plugins: [], nomination: '', passes: 0 };
  const prefix = `0/${cluster.nodeCount} nodes are available:`;
  const refusal = refusalOf(cluster, pod);
  if (refusal !== undefined) {
    const after = postFilter(cluster, pod, true, () => refusedVictims(pod));
    return { plugins: [refusal.plugin], ...after, message: `${prefix} ${refusal.message}.${after.message}` };
  }
  const filters = prepare(cluster, pod);
  const known = knownVerdicts(cluster, filters, incoming.uid);
  const counts = countVerdicts(known);
  const narrowing = pod.nodeNames === undefined ? [] : ['NodeAffinity'];
  const plugins = [...new Set([...narrowing, ...[...counts.keys()].map(pluginOf)])];
  const after = postFilter(cluster, pod, false, () => findVictims(cluster, filters, incoming, known));
  return { plugins, ...after, message: `${prefix}${rejections(cluster, counts)}${after.message}` };
}

/** kubernetes v1.36.3 pkg/scheduler/framework/runtime/framework.go: RunPostFilterPlugins; schedule_one.go: schedulingCycle. */
function postFilter(
  cluster: ClusterState,
  pod: PodClass,
  isRefused: boolean,
  preempt: () => Preemption,
): Omit<Failure, 'plugins'> {
  const { postFilters } = pod.profile;
  const said: string[] = [];
  let passes = 0;
  let nomination = postFilters.length === 0 ? '' : undefined;
  for (const plugin of postFilters) {
    if (plugin === 'DynamicResources') {
      if (isRefused) return { message: ` ${STATE_NOT_FOUND}`, nomination, passes };
      said.push(NO_CLAIMS);
      continue;
    }
    const preemption = preempt();
    if (preemption.kind === 'found') {
      const { candidate, candidates } = preemption;
      const nominated = cluster.names[candidate.node]!;
      return { message: '', nomination: nominated, candidate, candidates, passes: preemption.passes };
    }
    if (preemption.kind === 'in-vain') {
      nomination = '';
      passes = preemption.passes;
    }
    const why = preemption.kind === 'in-vain' ? dryRunResults(cluster, preemption.outcomes) : preemption.why;
    said.push(`preemption: ${why}`);
  }
  return { message: said.length === 0 ? '' : ` ${said.join(', ')}`, nomination, passes };
}

/** The message without what PostFilter adds. */
export function fitErrorOf(cluster: ClusterState, pod: PodClass): string {
  const prefix = `0/${cluster.nodeCount} nodes are available:`;
  const refusal = refusalOf(cluster, pod);
  if (refusal !== undefined) return `${prefix} ${refusal.message}.`;
  return `${prefix}${rejections(cluster, countVerdicts(knownVerdicts(cluster, prepare(cluster, pod), '')))}`;
}

/** Nodes by what the filters say of them, in the order in which they are first said. */
function countVerdicts({ order, verdicts }: KnownVerdicts): ReadonlyMap<Verdict, number> {
  const counts = new Map<Verdict, number>();
  let last: Verdict | undefined;
  let inRow = 0;
  for (let position = 0; position < order.length; position++) {
    const verdict = verdicts[order[position]!]!;
    if (verdict !== last && last !== undefined) {
      count(counts, last, inRow);
      inRow = 0;
    }
    last = verdict;
    inRow += 1;
  }
  if (last !== undefined) count(counts, last, inRow);
  return counts;
}

function rejections(cluster: ClusterState, byVerdict: ReadonlyMap<Verdict, number>): string {
  const byReason = new Map<string, number>();
  for (const [verdict, nodes] of byVerdict) {
    for (const reason of reasonsOf(cluster, verdict)) count(byReason, reason, nodes);
  }
  return histogram(byReason);
}

/** What the nodes say after a search for victims in vain. */
function dryRunResults(cluster: ClusterState, outcomes: ReadonlyMap<number, number>): string {
  const byReason = new Map<string, number>();
  let tried = 0;
  for (const [outcome, nodes] of outcomes) {
    tried += nodes;
    const reasons = outcome === NO_VICTIMS_FOUND ? [NO_VICTIMS] : reasonsOf(cluster, outcome);
    for (const reason of reasons) count(byReason, reason, nodes);
  }
  if (tried < cluster.nodeCount) count(byReason, NOT_HELPFUL, cluster.nodeCount - tried);
  return `0/${cluster.nodeCount} nodes are available:${histogram(byReason)}`;
}

function count<Key>(counts: Map<Key, number>, key: Key, difference: number): void {
  counts.set(key, (counts.get(key) ?? 0) + difference);
}

/** Sorted by bytes of the whole text, number and all: "1 ..." < "12 ..." < "2 ...". */
function histogram(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].map(([reason, nodes]) => `${nodes} ${reason}`);
  parts.sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  return parts.length === 0 ? '' : ` ${parts.join(', ')}.`;
}
