import type { Pod } from '../../cluster/api/objects/pod.js';
import { profileNamed } from '../../cluster/scheduler/profile.js';
import type { Scenario } from '../../scenario/types.js';
import { createFitWorld, type FitWorld } from './fit-world.js';
import { lineOf, placeAll, type PodLine } from './placing.js';
import { podSources } from './pod-sources.js';

/** The pods of a scenario, placed as far as its nodes go. */
export interface Plan {
  readonly fitted: FitWorld;
  /** By workload, in the order of the manifests. */
  readonly lines: readonly PodLine[];
  /** Pods that nobody tries, as they are another scheduler's or gated. */
  readonly outside: ReadonlySet<PodLine>;
  /** What it took, in attempts to place a pod. */
  readonly cost: number;
}

export function planOf(scenario: Scenario): Plan {
  const fitted = createFitWorld(scenario);
  const { cluster } = fitted;
  const lines = podSources(fitted, scenario).map(lineOf);
  const outside = new Set(lines.filter((line) => isOutside(fitted, line)));
  const ours = lines.filter((line) => !outside.has(line) && line.waiting.length > 0);
  return { fitted, lines, outside, cost: placeAll(cluster, inQueueOrder(ours)) };
}

function isOutside({ cluster }: FitWorld, { waiting }: PodLine): boolean {
  if (waiting.length === 0 || namesNode(waiting[0]!.pod)) return false;
  const { schedulerName, schedulingGates } = waiting[0]!.pod.spec;
  return profileNamed(cluster.profiles, schedulerName) === undefined || (schedulingGates?.length ?? 0) > 0;
}

/** Nobody schedules such a pod. */
function namesNode({ spec: { nodeName = '' } }: Pod): boolean {
  return nodeName !== '';
}

/**
 * Pods that name their nodes are there before any is taken from the queue. Then higher priority first, as in the queue. Of equals the pods of DaemonSets, as controllers make the pods of all workloads
 * side by side and the few of a DaemonSet are soon made; then in the order of the manifests.
 */
function inQueueOrder(lines: readonly PodLine[]): readonly PodLine[] {
  const priorityOf = ({ waiting }: PodLine): number => waiting[0]!.pod.spec.priority ?? 0;
  const isDaemonSet = ({ source }: PodLine): number => (source.nodeNames === undefined ? 0 : 1);
  const isNamed = ({ waiting }: PodLine): number => Number(namesNode(waiting[0]!.pod));
  return lines.toSorted(
    (left, right) =>
      isNamed(right) - isNamed(left) || priorityOf(right) - priorityOf(left) || isDaemonSet(right) - isDaemonSet(left),
  );
}

/** Pods that a workload asks for. */
export function podsOf({ outside }: Plan, line: PodLine): number {
  return outside.has(line) ? 0 : line.source.replicas;
}

/** Those that have no node. */
export function leftOf(plan: Plan, line: PodLine): number {
  return podsOf(plan, line) - line.placed;
}
