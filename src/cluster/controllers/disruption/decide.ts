import { MINUTE_US, type Micros } from '../../../kernel/time.js';
import {
  isDisruptionConditionCurrent,
  withDisruptionCondition,
  withSyncFailure,
} from '../../api/disruption-condition.js';
import { scaledValue } from '../../api/int-or-percent.js';
import type { LabelSelector, StringMap } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../api/objects/policy.js';
import { controllerOf } from '../../api/owner-references.js';
import { sameData } from '../../api/patch.js';
import { isReady } from '../../api/pod-predicates.js';
import { statusRequest } from '../../api/status-request.js';
import { send, type Story, type StoryEvent, tellAll } from '../../api/sync-story.js';

/** A pod let go that is not being deleted after so long is counted again (disruption.go: DeletionTimeout). */
const DELETION_TIMEOUT_US = 2 * MINUTE_US;

/** How many pods the controller of a pod is to keep; a text says why nobody knows. */
export type Scale = { readonly uid: string; readonly replicas: number } | string;

/** What one sync of a budget looks at. */
export interface BudgetView {
  readonly budget: PodDisruptionBudget;
  /** The pods that it selects. */
  readonly pods: readonly Pod[];
  /** Scale by uid of the pods' controllers. */
  readonly scales: ReadonlyMap<string, Scale>;
  readonly now: Micros;
}

/** What a sync comes to. */
export interface BudgetVerdict {
  readonly status: PodDisruptionBudgetStatus;
  readonly events: readonly Omit<StoryEvent, 'about'>[];
  /** A pod that was let go is looked at again then. */
  readonly afterUs?: Micros;
}

/**
 * The status of a budget.
 * Source: kubernetes v1.36.3 pkg/controller/disruption/disruption.go: trySync, failSafe; reference/workloads.md section 8.
 */
export function judgeBudget(view: BudgetView): BudgetVerdict {
  const { budget, pods, now } = view;
  const events: Omit<StoryEvent, 'about'>[] = [];
  if (pods.length === 0) events.push({ type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
  const wanted = healthyWanted(view);
  if (typeof wanted === 'string') {
    const message = `Failed to calculate the number of expected pods: ${wanted}`;
    events.push({ type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message });
    return { status: withSyncFailure(budget.status, wanted, now), events };
  }
  if (wanted.hasUnmanaged) events.push(unmanagedPods(budget.spec.selector));
  const { kept, nextAt } = stillDisrupted(view);
  const currentHealthy = pods.filter((pod) => isHealthy(pod, kept, now)).length;
  const spare = currentHealthy - wanted.healthy;
  const counted: PodDisruptionBudgetStatus = {
    ...(budget.status.conditions === undefined ? {} : { conditions: budget.status.conditions }),
    observedGeneration: budget.metadata.generation,
    ...(Object.keys(kept).length === 0 ? {} : { disruptedPods: kept }),
    disruptionsAllowed: wanted.expected <= 0 || spare <= 0 ? 0 : spare,
    currentHealthy,
    desiredHealthy: wanted.healthy,
    expectedPods: wanted.expected,
  };
  const isCurrent = isDisruptionConditionCurrent(counted);
  const status = isCurrent ? counted : withDisruptionCondition(counted, now);
  return { status, events, ...(nextAt === undefined ? {} : { afterUs: Math.max(nextAt - now, 0) }) };
}

interface HealthyWanted {
  readonly expected: number;
  readonly healthy: number;
  readonly hasUnmanaged: boolean;
}

/** Source: disruption.go: getExpectedPodCount. */
function healthyWanted({ budget, pods, scales }: BudgetView): HealthyWanted | string {
  const { minAvailable, maxUnavailable } = budget.spec;
  const share = maxUnavailable ?? minAvailable;
  if (share === undefined) return { expected: 0, healthy: 0, hasUnmanaged: false };
  if (maxUnavailable === undefined && typeof share === 'number') {
    return { expected: pods.length, healthy: share, hasUnmanaged: false };
  }
  const scale = expectedScale(pods, scales);
  if (typeof scale === 'string') return scale;
  const scaled = scaledValue(share, scale.expected, true);
  if (!scaled.ok) return scaled.error;
  const healthy = maxUnavailable === undefined ? scaled.value : Math.max(scale.expected - scaled.value, 0);
  return { ...scale, healthy };
}

/** The pods that the controllers of these pods are to keep, all together. Source: disruption.go: getExpectedScale. */
function expectedScale(
  pods: readonly Pod[],
  scales: BudgetView['scales'],
): Pick<HealthyWanted, 'expected' | 'hasUnmanaged'> | string {
  const replicas = new Map<string, number>();
  let hasUnmanaged = false;
  for (const pod of pods) {
    const controller = controllerOf(pod);
    if (controller === undefined) {
      hasUnmanaged = true;
      continue;
    }
    const scale = scales.get(controller.uid) ?? `found no controllers for pod "${pod.metadata.name}"`;
    if (typeof scale === 'string') return scale;
    replicas.set(scale.uid, scale.replicas);
  }
  let expected = 0;
  for (const count of replicas.values()) expected += count;
  return { expected, hasUnmanaged };
}

/** Pods that were let go and still are to be deleted. Source: disruption.go: buildDisruptedPodMap. */
function stillDisrupted({ budget, pods, now }: BudgetView): { kept: Record<string, Micros>; nextAt?: Micros } {
  const disrupted = budget.status.disruptedPods;
  const kept: Record<string, Micros> = {};
  if (disrupted === undefined) return { kept };
  let nextAt: Micros | undefined;
  for (const { metadata } of pods) {
    const since = disrupted[metadata.name];
    if (since === undefined || metadata.deletionTimestamp !== undefined) continue;
    const until = since + DELETION_TIMEOUT_US;
    if (until < now) continue;
    kept[metadata.name] = since;
    if (nextAt === undefined || until < nextAt) nextAt = until;
  }
  return nextAt === undefined ? { kept } : { kept, nextAt };
}

function isHealthy(pod: Pod, disrupted: Readonly<Record<string, Micros>>, now: Micros): boolean {
  const { name, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return false;
  const since = disrupted[name];
  if (since !== undefined && since + DELETION_TIMEOUT_US > now) return false;
  return isReady(pod);
}

function unmanagedPods(selector: LabelSelector | undefined): Omit<StoryEvent, 'about'> {
  const message =
    `Pods selected by this PodDisruptionBudget (selector: ${printedSelector(selector)}) were found to be unmanaged. ` +
    'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
    'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';
  return { type: 'Warning', reason: 'UnmanagedPods', message };
}

/** As Go prints it. */
function printedSelector(selector: LabelSelector = {}): string {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const labels = printedLabels(matchLabels);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],}`,
  );
  const list = expressions.map((text) => `${text},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${list}},}`;
}

function printedLabels(labels: StringMap): string {
  return Object.keys(labels)
    .sort()
    .map((key) => `${key}: ${labels[key]},`)
    .join('');
}

/** What the loop keeps of a sync. */
export interface BudgetSync {
  readonly budget: PodDisruptionBudget;
  readonly verdict: BudgetVerdict;
}

/** Writes what was found out. */
export function* writeBudget({ budget, verdict }: BudgetSync): Story {
  const { status, events, afterUs } = verdict;
  yield* tellAll(() => events.map((event) => ({ about: budget, ...event })));
  if (!sameData(status, budget.status)) yield* send(statusRequest({ ...budget, status }));
  return afterUs === undefined ? {} : { afterUs };
}
