import type { ClusterState, NodeIndex } from './cluster.js';
import { pluginOf, reasonsOf, type Verdict } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import { dryRunPreemption, NO_VICTIMS_FOUND, UNRESOLVABLE } from './preemption-dry-run.js';
import { refusalOf } from './refusal.js';
import { verdictsOf } from './schedule-pod.js';

/** kubernetes v1.36.3 pkg/scheduler/framework/preemption: what the nodes say that preemption can't help or tried in vain. */
const NO_VICTIMS = 'No preemption victims found for incoming pod';
const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
/** The DynamicResources plugin speaks before preemption does. */
const NO_CLAIMS = 'no new claims to deallocate';
const NEVER = 'preemption: not eligible due to preemptionPolicy=Never.';

/** After a refusal as a whole DynamicResources finds no state of its PreFilter, and preemption is not asked. */
const STATE_NOT_FOUND = 'not found';

/** Why an attempt failed. */
export interface Failure {
  /** As in the event FailedScheduling and the condition PodScheduled, uncut. */
  readonly message: string;
  /** Names of the plugins that rejected: they know which events may help. In the order of their verdicts. */
  readonly plugins: readonly string[];
  /** Pods of lower priority could make room. */
  readonly preemptionHelps: boolean;
}

/** No plugin rejected, so the queue takes it for an error (schedule_one.go: ErrNoNodesAvailable). */
const NO_NODES_AVAILABLE = 'no nodes available to schedule pods';

/** kubernetes v1.36.3 pkg/scheduler/framework/types.go: FitError.Error, with what PostFilter has to say. */
export function failureOf(cluster: ClusterState, pod: PodClass): Failure {
  if (cluster.nodeCount === 0) return { message: NO_NODES_AVAILABLE, plugins: [], preemptionHelps: false };
  const prefix = `0/${cluster.nodeCount} nodes are available:`;
  const refusal = refusalOf(cluster, pod);
  if (refusal !== undefined) {
    const message = `${prefix} ${refusal.message}. ${STATE_NOT_FOUND}`;
    return { message, plugins: [refusal.plugin], preemptionHelps: false };
  }
  const verdicts = verdictsOf(cluster, pod);
  const narrowing = pod.nodeNames === undefined ? [] : ['NodeAffinity'];
  const plugins = [...new Set([...narrowing, ...[...verdicts.values()].map(pluginOf)])];
  const reasons = `${prefix}${rejections(cluster, verdicts.values())}`;
  const after = postFilter(cluster, pod, verdicts);
  if (after === undefined) return { message: reasons, plugins, preemptionHelps: true };
  return { message: `${reasons} ${NO_CLAIMS}, ${after}`, plugins, preemptionHelps: false };
}

/** The message without what PostFilter adds. */
export function fitErrorOf(cluster: ClusterState, pod: PodClass): string {
  const prefix = `0/${cluster.nodeCount} nodes are available:`;
  const refusal = refusalOf(cluster, pod);
  if (refusal !== undefined) return `${prefix} ${refusal.message}.`;
  return `${prefix}${rejections(cluster, verdictsOf(cluster, pod).values())}`;
}

function rejections(cluster: ClusterState, verdicts: Iterable<Verdict>): string {
  const byVerdict = new Map<Verdict, number>();
  for (const verdict of verdicts) count(byVerdict, verdict, 1);
  const byReason = new Map<string, number>();
  for (const [verdict, nodes] of byVerdict) {
    for (const reason of reasonsOf(cluster, verdict)) count(byReason, reason, nodes);
  }
  return histogram(byReason);
}

/** What DefaultPreemption reports; undefined if it would find victims (their eviction is part 3 of the project). */
function postFilter(
  cluster: ClusterState,
  pod: PodClass,
  verdicts: ReadonlyMap<NodeIndex, Verdict>,
): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return NEVER;
  const outcomes = dryRunPreemption(cluster, pod, verdicts);
  if (outcomes === undefined) return undefined;
  const byReason = new Map<string, number>();
  for (const [outcome, nodes] of outcomes) {
    const reasons =
      outcome === NO_VICTIMS_FOUND
        ? [NO_VICTIMS]
        : outcome === UNRESOLVABLE
          ? [NOT_HELPFUL]
          : reasonsOf(cluster, outcome);
    for (const reason of reasons) count(byReason, reason, nodes);
  }
  return `preemption: 0/${cluster.nodeCount} nodes are available:${histogram(byReason)}`;
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
