import { type ApiResult, succeeded } from '../../api/calls.js';
import { type Controllers, enqueueAfter, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { HorizontalPodAutoscaler, MetricSpec } from '../../api/objects/autoscaling.js';
import type { LabelSelector, StringMap } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { Deployment, ReplicaSet } from '../../api/objects/workload.js';
import { matchesSelector } from '../../api/selectors.js';
import { keyOf, type ObjectKey, objectKey } from '../../api/store.js';
import { beginStory, resumeStory, type StoryTeller } from '../../api/sync-story.js';
import { applyDecision, type HpaOutcome, type MissingTarget, NEXT_SYNC, reportMissingTarget } from './apply.js';
import { type Calm, isSettled, isSteady, renewed, sameSight } from './calm.js';
import { decide } from './decide.js';
import type { HpaMemory } from './memory.js';
import type { MetricReading, PodMetricsSource } from './metrics.js';
import { SYNC_PERIOD_US } from './parameters.js';

/** kubernetes v1.36.3 pkg/controller/podautoscaler/config/v1alpha1/defaults.go */
const WORKERS = 5;

/** The controller's own memory, by key of the autoscaler. */
export interface HorizontalPodAutoscalerState {
  readonly memories: Map<ObjectKey, HpaMemory>;
  readonly calms: Map<ObjectKey, Calm>;
}

export interface HorizontalPodAutoscalerWorld extends KcmWorld {
  readonly controllers: { readonly horizontalPodAutoscaler: HorizontalPodAutoscalerState };
}

export function createHorizontalPodAutoscalerState(): HorizontalPodAutoscalerState {
  return { memories: new Map(), calms: new Map() };
}

/** What can be scaled in this part. */
type ScaleTarget = Deployment | ReplicaSet;

/** Between the requests of a sync: what they were for, and what is known so far. */
type Stage =
  | { readonly stage: 'scale'; readonly hpa: HorizontalPodAutoscaler }
  | { readonly stage: 'metrics'; readonly hpa: HorizontalPodAutoscaler; readonly target: ScaleTarget }
  | { readonly stage: 'apply' | 'missing'; readonly story: unknown };

/** The code that a sync is made of. */
interface Loop<W extends HorizontalPodAutoscalerWorld> {
  readonly metrics: PodMetricsSource<W>;
  readonly applier: StoryTeller<W, HpaOutcome>;
  readonly reporter: StoryTeller<W, MissingTarget>;
}

/**
 * The HorizontalPodAutoscaler controller: a look at each autoscaler 15 s after its creation and 15 s after the end of each
 * look; nothing hastens it. Source: kubernetes v1.36.3 pkg/controller/podautoscaler; reference/autoscaling.md section 2.
 */
export function registerHorizontalPodAutoscaler<W extends HorizontalPodAutoscalerWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
  metrics: PodMetricsSource<W>,
): void {
  const controllerId = controllers.add({
    name: 'horizontal-pod-autoscaler',
    workers: WORKERS,
    sync: (world, key) => look(world, key, metrics),
    resume: (world, _key, memory, results) => proceed(world, loop, memory as Stage, results),
  });
  const loop: Loop<W> = {
    metrics,
    applier: { controllerId, story: applyDecision, onNote: keepMemory },
    reporter: { controllerId, story: reportMissingTarget },
  };
  listeners.on<HorizontalPodAutoscaler>(KCM, 'HorizontalPodAutoscaler', (world, { type, object }) => {
    const key = objectKey(object);
    if (type !== 'deleted') {
      enqueueAfter(world, controllerId, key, SYNC_PERIOD_US);
      return;
    }
    const { memories, calms } = world.controllers.horizontalPodAutoscaler;
    memories.delete(key);
    calms.delete(key);
  });
}

function look<W extends HorizontalPodAutoscalerWorld>(
  world: W,
  key: ObjectKey,
  metrics: PodMetricsSource<W>,
): SyncStep {
  const hpa = kcmLister<HorizontalPodAutoscaler>(world, 'HorizontalPodAutoscaler').get(key);
  if (hpa === undefined) return SYNC_DONE;
  if (isUndisturbed(world, hpa, metrics)) return { requests: [], outcome: NEXT_SYNC };
  const { kind, name } = hpa.spec.scaleTargetRef;
  const memory: Stage = { stage: 'scale', hpa };
  return { requests: [{ verb: 'get', kind, namespace: hpa.metadata.namespace, name }], memory };
}

function proceed<W extends HorizontalPodAutoscalerWorld>(
  world: W,
  loop: Loop<W>,
  memory: Stage,
  results: readonly ApiResult[],
): SyncStep {
  switch (memory.stage) {
    case 'scale': {
      const { hpa } = memory;
      const result = results[0]!;
      if (succeeded(result)) return readMetrics(world, loop, hpa, result.object as ScaleTarget);
      const missing = { hpa, error: result.message, now: world.kernel.now };
      return inStage('missing', beginStory(world, loop.reporter, missing));
    }
    case 'metrics':
      return conclude(world, loop, memory.hpa, memory.target);
    case 'apply':
      return inStage('apply', resumeStory(world, loop.applier, memory.story, results));
    case 'missing':
      return inStage('missing', resumeStory(world, loop.reporter, memory.story, results));
  }
}

/** One request to the metrics API for each metric that comes from there. */
function readMetrics<W extends HorizontalPodAutoscalerWorld>(
  world: W,
  loop: Loop<W>,
  hpa: HorizontalPodAutoscaler,
  target: ScaleTarget,
): SyncStep {
  const { namespace } = hpa.metadata;
  const read = needsMetrics(hpa, target) ? (hpa.spec.metrics ?? []).filter(isPodCpu) : [];
  if (read.length === 0) return conclude(world, loop, hpa, target);
  const memory: Stage = { stage: 'metrics', hpa, target };
  return { requests: read.map(() => ({ verb: 'list', kind: 'PodMetrics', namespace, name: '' })), memory };
}

function conclude<W extends HorizontalPodAutoscalerWorld>(
  world: W,
  { metrics, applier }: Loop<W>,
  hpa: HorizontalPodAutoscaler,
  target: ScaleTarget,
): SyncStep {
  const { now } = world.kernel;
  const { selector, replicas = 1 } = target.spec;
  const readings = readingsOf(world, metrics, hpa, target);
  const decision = decide({
    hpa,
    specReplicas: replicas,
    statusReplicas: target.status.replicas ?? 0,
    pods: selectedPods(world, hpa.metadata.namespace, selector),
    readings,
    memory: world.controllers.horizontalPodAutoscaler.memories.get(objectKey(hpa)),
    now,
  });
  const sight = { hpa, target, podVersion: world.kcm.owned.Pod.seenVersion, readings };
  rememberSight(world, sight, isSteady(hpa, decision, now));
  return inStage('apply', beginStory(world, applier, { hpa, decision, now }));
}

/** Does it see what it has seen for long, with nothing to do? */
function isUndisturbed<W extends HorizontalPodAutoscalerWorld>(
  world: W,
  hpa: HorizontalPodAutoscaler,
  metrics: PodMetricsSource<W>,
): boolean {
  const { calms, memories } = world.controllers.horizontalPodAutoscaler;
  const key = objectKey(hpa);
  const calm = calms.get(key);
  if (calm === undefined || !isSettled(calm, world.kernel.now)) return false;
  const { kind, name } = hpa.spec.scaleTargetRef;
  const target = kcmLister<ScaleTarget>(world, kind).get(keyOf(hpa.metadata.namespace, name));
  if (target === undefined) return false;
  const readings = readingsOf(world, metrics, hpa, target);
  if (!sameSight(calm, { hpa, target, podVersion: world.kcm.owned.Pod.seenVersion, readings })) return false;
  memories.set(key, renewed(memories.get(key)!, world.kernel.now));
  return true;
}

function readingsOf<W extends HorizontalPodAutoscalerWorld>(
  world: W,
  metrics: PodMetricsSource<W>,
  { metadata, spec }: HorizontalPodAutoscaler,
  target: ScaleTarget,
): MetricReading[] {
  return (spec.metrics ?? []).map((metric): MetricReading => {
    if (!isPodCpu(metric)) return { type: 'error', error: `${metric.type} metrics of this kind are not simulated` };
    const pods = metrics.podCpu(world, metadata.namespace, target.spec.selector);
    // Source: kubernetes v1.36.3 pkg/controller/podautoscaler/metrics/client.go: GetResourceMetric.
    if (pods.size === 0) return { type: 'error', error: 'no metrics returned from resource metrics API' };
    return { type: 'pods', pods };
  });
}

function keepMemory(world: HorizontalPodAutoscalerWorld, { hpa }: HpaOutcome, memory: unknown): void {
  world.controllers.horizontalPodAutoscaler.memories.set(objectKey(hpa), memory as HpaMemory);
}

function rememberSight(world: HorizontalPodAutoscalerWorld, sight: Omit<Calm, 'since'>, isSteadyNow: boolean): void {
  const { calms } = world.controllers.horizontalPodAutoscaler;
  const key = objectKey(sight.hpa);
  const calm = calms.get(key);
  if (!isSteadyNow) calms.delete(key);
  else if (calm === undefined || !sameSight(calm, sight)) calms.set(key, { ...sight, since: world.kernel.now });
}

function inStage(stage: 'apply' | 'missing', step: SyncStep): SyncStep {
  return step.memory === undefined ? step : { ...step, memory: { stage, story: step.memory } satisfies Stage };
}

function isPodCpu({ type, resource }: MetricSpec): boolean {
  return type === 'Resource' && resource?.name === 'cpu';
}

/** A size outside the limits is put right without looking at a metric. */
function needsMetrics({ spec }: HorizontalPodAutoscaler, target: ScaleTarget): boolean {
  const { replicas = 1 } = target.spec;
  return replicas !== 0 && replicas >= (spec.minReplicas ?? 1) && replicas <= spec.maxReplicas;
}

function selectedPods(world: KcmWorld, namespace: string, selector: LabelSelector): Pod[] {
  const pods: Pod[] = [];
  // Pods of one template share their labels object: one look at it tells for all of them.
  let last: StringMap | undefined;
  let isSelected = false;
  for (const pod of kcmLister<Pod>(world, 'Pod').values()) {
    const { labels } = pod.metadata;
    if (labels !== last) {
      last = labels;
      isSelected = matchesSelector(selector, labels);
    }
    if (isSelected && pod.metadata.namespace === namespace) pods.push(pod);
  }
  return pods;
}
