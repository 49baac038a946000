import type { ResourceClaim } from '../api/objects/devices.js';
import type { ClusterState } from './cluster.js';
import type { Filters } from './filter-node.js';
import { type KnownVerdicts, knownVerdicts } from './known-verdicts.js';
import { claimToFree } from './plugins/dynamic-resources.js';
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
const STILL_UNSCHEDULABLE = 'still not schedulable';
const DEALLOCATED = 'deallocation of ResourceClaim completed';

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
  /** The attempt ended with an error instead of a rejection. */
  readonly isError?: true;
  /** A claim that is of no use as it is, and gives its devices back. */
  readonly freed?: ResourceClaim;
  /** How often a node was filtered in the search for victims. */
  readonly passes: number;
}

/** No plugin rejected, so the queue takes it for an error (schedule_one.go: ErrNoNodesAvailable). */
const NO_NODES_AVAILABLE = 'no nodes available to schedule pods';

/** A plugin met with an error: nothing is tried to make room (schedule_one.go: handleSchedulingFailure). */
export function errorFailure(message: string): Failure {
  return { message, plugins: [], nomination: '', isError: true, passes: 0 };
}

/** kubernetes v1.36.3 pkg/scheduler/framework/types.go: FitError.Error, with what PostFilter has to say. */
export function failureOf(cluster: ClusterState, pod: PodClass, incoming: Incoming): Failure {
  if (cluster.nodeCount === 0) return { message: NO_NODES_AVAILABLE, plugins: [], nomination: '', passes: 0 };
  const prefix = `0/${cluster.nodeCount} nodes are available:`;
  const refusal = refusalOf(cluster, pod);
  if (refusal !== undefined) {
    const hasState = refusal.plugin === 'DynamicResources';
    const said = hasState ? NO_CLAIMS : undefined;
    const after = postFilter(cluster, pod, { said }, () => refusedVictims(pod));
    return { plugins: [refusal.plugin], ...after, message: `${prefix} ${refusal.message}.${after.message}` };
  }
  const filters = prepare(cluster, pod);
  const known = knownVerdicts(cluster, filters, incoming.uid);
  const counts = countVerdicts(known);
  const narrowing = pod.nodeNames === undefined ? [] : ['NodeAffinity'];
  const plugins = [...new Set([...narrowing, ...[...counts.keys()].map(pluginOf)])];
  const claims = claimsAfter(cluster, filters, incoming.uid);
  const after = postFilter(cluster, pod, claims, () => findVictims(cluster, filters, incoming, known));
  return { plugins, ...after, message: `${prefix}${rejections(cluster, counts)}${after.message}` };
}

/** What DynamicResources comes to after an attempt in vain. */
interface ClaimsAfter {
  /** Undefined: it finds no state of its PreFilter. */
  readonly said: string | undefined;
  readonly freed?: ResourceClaim;
}

/** Source: kubernetes v1.36.3 plugins/dynamicresources/dynamicresources.go: PostFilter. */
function claimsAfter(cluster: ClusterState, { devices }: Filters, uid: string): ClaimsAfter {
  if (devices === undefined) return { said: NO_CLAIMS };
  const freed = claimToFree(cluster, devices, uid);
  return freed === undefined ? { said: STILL_UNSCHEDULABLE } : { said: DEALLOCATED, freed };
}

/** What PostFilter comes to: a failure without those who rejected. */
type AfterFilter = Omit<Failure, 'plugins' | 'isError'>;

/** kubernetes v1.36.3 pkg/scheduler/framework/runtime/framework.go: RunPostFilterPlugins; schedule_one.go: schedulingCycle. */
function postFilter(
  cluster: ClusterState,
  pod: PodClass,
  { said: saidOfClaims, freed }: ClaimsAfter,
  preempt: () => Preemption,
): AfterFilter {
  const { postFilters } = pod.profile;
  const said: string[] = [];
  let passes = 0;
  let nomination: AfterFilter['nomination'] = postFilters.length === 0 ? '' : undefined;
  let freeing: Pick<AfterFilter, 'freed'> = {};
  for (const plugin of postFilters) {
    if (plugin === 'DynamicResources') {
      if (saidOfClaims === undefined) return { message: ` ${STATE_NOT_FOUND}`, nomination, passes };
      said.push(saidOfClaims);
      if (freed !== undefined) freeing = { freed };
      continue;
    }
    const preemption = preempt();
    if (preemption.kind === 'found') {
      const { candidate, candidates } = preemption;
      const nominated = cluster.names[candidate.node]!;
      const found = { message: '', nomination: nominated, candidate, candidates };
      return { ...found, ...freeing, passes: preemption.passes };
    }
    if (preemption.kind === 'in-vain') {
      nomination = '';
      passes = preemption.passes;
    }
    const why = preemption.kind === 'in-vain' ? dryRunResults(cluster, preemption.outcomes) : preemption.why;
    said.push(`preemption: ${why}`);
  }
  return { message: said.length === 0 ? '' : ` ${said.join(', ')}`, nomination, ...freeing, passes };
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
