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
import { keyOf, type ObjectKey } from '../../api/store.js';
import { send, type Story, type StoryEvent, tellAll } from '../../api/sync-story.js';
import type { Census } from './census.js';

/** A pod let go that is not being deleted after so long is counted again (disruption.go: DeletionTimeout). */
const DELETION_TIMEOUT_US = 2 * MINUTE_US;

/** How many pods the controller of a pod is to keep; a text says why nobody knows. */
export type Scale = { readonly uid: string; readonly replicas: number } | string;

/** What one sync of a budget looks at. */
export interface BudgetView {
  readonly budget: PodDisruptionBudget;
  /** The pods that it selects, by key; and the same in numbers. */
  readonly pods: ReadonlyMap<ObjectKey, Pod>;
  readonly census: Census;
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
  const { budget, pods, census, now } = view;
  const events: Omit<StoryEvent, 'about'>[] = [];
  if (pods.size === 0) events.push({ type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
  const wanted = healthyWanted(view);
  if (typeof wanted === 'string') {
    const message = `Failed to calculate the number of expected pods: ${wanted}`;
    events.push({ type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message });
    return { status: withSyncFailure(budget.status, wanted, now), events };
  }
  if (wanted.hasUnmanaged) events.push(unmanagedPods(budget.spec.selector));
  const { kept, nextAt, healthyYetGoing } = stillDisrupted(view);
  const currentHealthy = census.healthy - healthyYetGoing;
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
function healthyWanted(view: BudgetView): HealthyWanted | string {
  const { minAvailable, maxUnavailable } = view.budget.spec;
  const share = maxUnavailable ?? minAvailable;
  if (share === undefined) return { expected: 0, healthy: 0, hasUnmanaged: false };
  if (maxUnavailable === undefined && typeof share === 'number') {
    return { expected: view.pods.size, healthy: share, hasUnmanaged: false };
  }
  const scale = expectedScale(view);
  if (typeof scale === 'string') return scale;
  const scaled = scaledValue(share, scale.expected, true);
  if (!scaled.ok) return scaled.error;
  const healthy = maxUnavailable === undefined ? scaled.value : Math.max(scale.expected - scaled.value, 0);
  return { ...scale, healthy };
}

/** The pods that the controllers of these pods are to keep, all together. Source: disruption.go: getExpectedScale. */
function expectedScale(view: BudgetView): Pick<HealthyWanted, 'expected' | 'hasUnmanaged'> | string {
  const { census, scales } = view;
  const replicas = new Map<string, number>();
  for (const uid of census.controllers.keys()) {
    const scale = scales.get(uid);
    if (scale === undefined || typeof scale === 'string') return firstWithoutScale(view);
    replicas.set(scale.uid, scale.replicas);
  }
  let expected = 0;
  for (const count of replicas.values()) expected += count;
  return { expected, hasUnmanaged: census.unmanaged > 0 };
}

/** What is said of the first pod whose scale nobody knows. */
function firstWithoutScale({ pods, scales }: BudgetView): string {
  const isUnknown = (pod: Pod): boolean => {
    const controller = controllerOf(pod);
    return controller !== undefined && typeof (scales.get(controller.uid) ?? '') === 'string';
  };
  const pod = [...pods.values()].find(isUnknown)!;
  const scale = scales.get(controllerOf(pod)!.uid) ?? `found no controllers for pod "${pod.metadata.name}"`;
  return scale as string;
}

interface Disrupted {
  readonly kept: Record<string, Micros>;
  readonly nextAt?: Micros;
  /** Those of them that look healthy still. */
  readonly healthyYetGoing: number;
}

/** Pods that were let go and still are to be deleted. Source: disruption.go: buildDisruptedPodMap, countHealthyPods. */
function stillDisrupted({ budget, pods, now }: BudgetView): Disrupted {
  const kept: Record<string, Micros> = {};
  let nextAt: Micros | undefined;
  let healthyYetGoing = 0;
  for (const [name, since] of Object.entries(budget.status.disruptedPods ?? {})) {
    const pod = pods.get(keyOf(budget.metadata.namespace, name));
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const until = since + DELETION_TIMEOUT_US;
    if (until < now) continue;
    kept[name] = since;
    nextAt = Math.min(until, nextAt ?? until);
    if (until > now && isReady(pod)) healthyYetGoing += 1;
  }
  return { kept, healthyYetGoing, ...(nextAt === undefined ? {} : { nextAt }) };
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
