import { draws } from '../../kernel/random.js';
import { MILLISECOND_US } from '../../kernel/time.js';
import type { ApiRequest, ApiResult, NextStep, Pending } from './calls.js';
import { deleteObject } from './delete.js';
import { withDisruptionCondition } from './disruption-condition.js';
import type { Pod } from './objects/pod.js';
import type { PodDisruptionBudget } from './objects/policy.js';
import { isReady, isTerminal, podCondition } from './pod-predicates.js';
import { notFound } from './refusals.js';
import { matchesSelector } from './selectors.js';
import { collection, keyOf, type ObjectKey, stored } from './store.js';
import type { ApiWorld } from './world.js';
import { replaceObject } from './writes.js';

/** How far an eviction has come. */
export type EvictionStep =
  /** Takes one from the budget, if that still is at the version at which it was read; `tries` so far. */
  | { readonly step: 'budget'; readonly budget: ObjectKey; readonly resourceVersion: number; readonly tries: number }
  /** Looks at the budget again. */
  | { readonly step: 'retry'; readonly budget: ObjectKey; readonly tries: number }
  /** Looks at the pod again. */
  | { readonly step: 'again' }
  /** Says in the pod why it goes; `resourceVersion`: unless it has changed. */
  | { readonly step: 'condition'; readonly budget?: ObjectKey; readonly resourceVersion?: number }
  | { readonly step: 'delete' };

/** Tries against an update of the budget by somebody else, and the time between them (eviction.go: EvictionsRetry). */
const TRIES = 20;
const RETRY_US = 500 * MILLISECOND_US;
const RETRY_JITTER = 0.1;
/** Pods let go that the controller has not seen yet (eviction.go: MaxDisruptedPodSize). */
const DISRUPTED_MAXIMUM = 2_000;
/** A budget that its controller has not looked at yet may be asked again after so long (eviction.go). */
const NOT_OBSERVED_RETRY_SECONDS = 10;
const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";
const TWO_BUDGETS = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';

/**
 * The first look of an eviction, or the look at the budget after a conflict.
 * Source: kubernetes v1.36.3 pkg/registry/core/pod/storage/eviction.go: EvictionREST.Create; reference/workloads.md section 8.
 */
export function beginEviction(world: ApiWorld, request: ApiRequest, next: NextStep | undefined): ApiResult | Pending {
  if (next?.step === 'retry') {
    const budget = stored<PodDisruptionBudget>(world, 'PodDisruptionBudget', next.budget);
    if (budget !== undefined) return askBudget(budget, next.budget, next.tries);
    return notFound({ ...request, kind: 'PodDisruptionBudget', name: next.budget.slice(next.budget.indexOf('/') + 1) });
  }
  const pod = stored<Pod>(world, 'Pod', keyOf(request.namespace, request.name));
  if (pod === undefined) return notFound(request);
  const { deletionTimestamp, resourceVersion } = pod.metadata;
  if (isTerminal(pod) || deletionTimestamp !== undefined) return { next: { step: 'condition' } };
  if (pod.status.phase === 'Pending') return { next: { step: 'condition', resourceVersion } };
  const budgets = budgetsOf(world, pod);
  if (budgets.length > 1) return { status: 500, reason: '', message: TWO_BUDGETS };
  const [entry] = budgets;
  if (entry === undefined) return { next: { step: 'condition' } };
  const [key, budget] = entry;
  if (!isReady(pod) && mayGoUnready(budget)) return { next: { step: 'condition', budget: key, resourceVersion } };
  return askBudget(budget, key, 0);
}

/** The budgets that guard a pod. One with an empty selector guards nothing here. */
export function budgetsOf(world: ApiWorld, pod: Pod): [ObjectKey, PodDisruptionBudget][] {
  const { namespace, labels } = pod.metadata;
  return [...collection<PodDisruptionBudget>(world, 'PodDisruptionBudget')].filter(([, { metadata, spec }]) => {
    const { matchLabels = {}, matchExpressions = [] } = spec.selector ?? {};
    const isEmpty = Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
    return metadata.namespace === namespace && !isEmpty && matchesSelector(spec.selector, labels);
  });
}

/** A pod that is not ready counts for nothing in a budget that is met. */
function mayGoUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0;
}

/** Source: eviction.go: checkAndDecrement. */
function askBudget(budget: PodDisruptionBudget, key: ObjectKey, tries: number): ApiResult | Pending {
  const { metadata, status } = budget;
  if ((status.observedGeneration ?? 0) < metadata.generation) return tooMany(NOT_OBSERVED_RETRY_SECONDS);
  if (Object.keys(status.disruptedPods ?? {}).length > DISRUPTED_MAXIMUM) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    const message = `poddisruptionbudget.policy "${metadata.name}" is forbidden: ${why}`;
    return { status: 403, reason: 'Forbidden', message };
  }
  if (status.disruptionsAllowed === 0) return tooMany(0);
  return {
    pauseUs: 'request',
    next: { step: 'budget', budget: key, resourceVersion: metadata.resourceVersion, tries },
  };
}

function tooMany(retryAfterSeconds: number): ApiResult {
  const retry = retryAfterSeconds === 0 ? {} : { retryAfterSeconds };
  return { status: 429, reason: 'TooManyRequests', message: VIOLATES, ...retry };
}

/** The writes of an eviction, one after the other. */
export function continueEviction(world: ApiWorld, request: ApiRequest, next: EvictionStep): ApiResult | Pending {
  if (next.step === 'budget') return takeFromBudget(world, request, next);
  const pod = stored<Pod>(world, 'Pod', keyOf(request.namespace, request.name));
  if (pod === undefined) return notFound(request);
  if (next.step === 'condition') return explain(world, pod, next);
  deleteObject(world, request, pod);
  return { status: 201, reason: '', message: '' };
}

function takeFromBudget(
  world: ApiWorld,
  request: ApiRequest,
  { budget: key, resourceVersion, tries }: Extract<EvictionStep, { readonly step: 'budget' }>,
): ApiResult | Pending {
  const budget = stored<PodDisruptionBudget>(world, 'PodDisruptionBudget', key);
  if (budget?.metadata.resourceVersion !== resourceVersion) {
    if (tries + 1 >= TRIES) {
      const message = `couldn't update PodDisruptionBudget "${key.slice(key.indexOf('/') + 1)}" due to conflicts`;
      return { status: 504, reason: 'Timeout', message };
    }
    const jitter = 1 + RETRY_JITTER * draws(world, world.api.streams.server)();
    return { pauseUs: Math.round(RETRY_US * jitter), next: { step: 'retry', budget: key, tries: tries + 1 } };
  }
  const { now } = world.kernel;
  const { disruptedPods = {}, disruptionsAllowed } = budget.status;
  const status = {
    ...budget.status,
    disruptionsAllowed: disruptionsAllowed - 1,
    disruptedPods: { ...disruptedPods, [request.name]: now },
  };
  const isUsedUp = status.disruptionsAllowed === 0;
  replaceObject(world, budget, { ...budget, status: isUsedUp ? withDisruptionCondition(status, now) : status });
  return { next: { step: 'condition' } };
}

/** Source: eviction.go: addConditionAndDeletePod. */
function explain(
  world: ApiWorld,
  pod: Pod,
  { budget, resourceVersion }: Extract<EvictionStep, { readonly step: 'condition' }>,
): ApiResult | Pending {
  if (resourceVersion !== undefined && resourceVersion !== pod.metadata.resourceVersion) {
    // The pod may be ready by now: its budget has to be asked after all.
    if (budget !== undefined) return tooMany(NOT_OBSERVED_RETRY_SECONDS);
    return { pauseUs: RETRY_US, next: { step: 'again' } };
  }
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: world.kernel.now,
  } as const;
  const before = podCondition(pod, condition.type);
  if (before?.status === condition.status && before.reason === condition.reason) return { next: { step: 'delete' } };
  const others = (pod.status.conditions ?? []).filter(({ type }) => type !== condition.type);
  replaceObject(world, pod, { ...pod, status: { ...pod.status, conditions: [...others, condition] } });
  return { next: { step: 'delete' } };
}
