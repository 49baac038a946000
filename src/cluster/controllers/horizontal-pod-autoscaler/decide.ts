import type { Micros } from '../../../kernel/time.js';
import type { HorizontalPodAutoscaler, MetricSpec, ScalingRules } from '../../api/objects/autoscaling.js';
import type { Condition, ConditionStatus } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import { quantity } from '../../api/quantity.js';
import { type CompleteRules, type Limited, limitByBehavior, limitPlainly, type Sizes } from './limits.js';
import { firstMemory, type HpaMemory, rememberScaling } from './memory.js';
import type { MetricReading } from './metrics.js';
import { TOLERANCE } from './parameters.js';
import { INVALID_STATUS, type MetricStatus, type Proposal, propose } from './proposals.js';
import type { Tolerances } from './replica-calculator.js';

/** What one sync of an autoscaler looks at. */
export interface HpaView {
  readonly hpa: HorizontalPodAutoscaler;
  /** spec.replicas and status.replicas of the target's scale. */
  readonly specReplicas: number;
  readonly statusReplicas: number;
  /** Pods that the target's selector selects. */
  readonly pods: readonly Pod[];
  /** What the metrics APIs answered, in the order of spec.metrics. */
  readonly readings: readonly MetricReading[];
  /** Undefined at first sight. */
  readonly memory: HpaMemory | undefined;
  readonly now: Micros;
}

export interface HpaDecision {
  /** New spec.replicas of the target; undefined = it stays. */
  readonly scaleTo?: number;
  readonly rescaleReason: string;
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  /** undefined: no metric was looked at. */
  readonly currentMetrics: readonly MetricStatus[] | undefined;
  /** Conditions and memory when nothing is scaled, or when the scaling has succeeded. */
  readonly conditions: readonly Condition[];
  readonly memory: HpaMemory;
  /** The same if the scaling was refused. */
  readonly unscaled?: { readonly conditions: readonly Condition[]; readonly memory: HpaMemory };
  /** Warnings about metrics, as reason and message. */
  readonly warnings: readonly { readonly reason: string; readonly message: string }[];
  /** Why no size could be computed. */
  readonly error?: string;
}

/** Source: kubernetes v1.36.3 pkg/controller/podautoscaler/horizontal.go: reconcileAutoscaler; reference/autoscaling.md 3. */
export function decide(view: HpaView): HpaDecision {
  const { hpa, specReplicas, now } = view;
  const memory = view.memory ?? firstMemory(specReplicas, now);
  const message = "the HPA controller was able to get the target's current scale";
  const conditions = setCondition(
    hpa.status.conditions ?? [],
    now,
    'AbleToScale',
    'True',
    'SucceededGetScale',
    message,
  );
  const start: Step = { view, memory, conditions };
  const { minReplicas = 1, maxReplicas } = hpa.spec;
  if (specReplicas === 0 && minReplicas !== 0) return disabled(start);
  if (specReplicas > maxReplicas) {
    return rescaled(start, maxReplicas, 'Current number of replicas above Spec.MaxReplicas', undefined, []);
  }
  if (specReplicas < minReplicas) {
    return rescaled(start, minReplicas, 'Current number of replicas below Spec.MinReplicas', undefined, []);
  }
  return decideByMetrics(start);
}

/** A decision in the making. */
interface Step {
  readonly view: HpaView;
  readonly memory: HpaMemory;
  readonly conditions: readonly Condition[];
}

function disabled({ view, memory, conditions }: Step): HpaDecision {
  const message = 'scaling is disabled since the replica count of the target is zero';
  return {
    rescaleReason: '',
    currentReplicas: view.specReplicas,
    desiredReplicas: view.specReplicas,
    currentMetrics: undefined,
    conditions: setCondition(conditions, view.now, 'ScalingActive', 'False', 'ScalingDisabled', message),
    memory,
    warnings: [],
  };
}

function decideByMetrics(start: Step): HpaDecision {
  const { hpa, specReplicas, statusReplicas, pods, readings, now } = start.view;
  const specs = hpa.spec.metrics ?? [];
  const question = { hpa, specReplicas, statusReplicas, pods, tolerances: tolerancesOf(hpa), now };
  const proposals = specs.map((spec: MetricSpec, index) => propose(question, spec, readings[index]));
  const statuses = proposals.map((proposal) => (proposal.ok ? proposal.status : INVALID_STATUS));
  const verdict = largest(proposals, specReplicas);
  const warnings = proposals.flatMap((proposal) =>
    proposal.ok ? [] : [{ reason: proposal.reason, message: proposal.error }],
  );
  if (verdict.best === undefined) return undecided(start, verdict.invalid!, verdict.error!, statuses, warnings);
  const { name, replicas } = verdict.best;
  const message = `the HPA was able to successfully calculate a replica count from ${name}`;
  const conditions = setCondition(start.conditions, now, 'ScalingActive', 'True', 'ValidMetricFound', message);
  const limited = limit(start, replicas);
  const below = replicas < specReplicas ? 'All metrics below target' : '';
  const reason = replicas > specReplicas ? `${name} above target` : below;
  const step: Step = {
    view: start.view,
    memory: { ...start.memory, recommendations: limited.recommendations },
    conditions: limitConditions(conditions, limited, now),
  };
  if (limited.desired !== specReplicas) return rescaled(step, limited.desired, reason, statuses, warnings);
  return {
    rescaleReason: '',
    currentReplicas: specReplicas,
    desiredReplicas: specReplicas,
    currentMetrics: statuses,
    conditions: step.conditions,
    memory: step.memory,
    warnings,
  };
}

type Valid = Extract<Proposal, { readonly ok: true }>;
type Invalid = Extract<Proposal, { readonly ok: false }>;

/**
 * The largest proposal; none if no metric is valid, or if one is missing and the others ask for fewer replicas.
 * Source: horizontal.go: computeReplicasForMetrics.
 */
function largest(
  proposals: readonly Proposal[],
  current: number,
): { readonly best?: Valid; readonly invalid?: Invalid; readonly error?: string } {
  let best: Valid | undefined;
  const invalid: Invalid[] = [];
  for (const proposal of proposals) {
    if (!proposal.ok) invalid.push(proposal);
    else if (best === undefined || best.replicas === 0 || proposal.replicas > best.replicas) best = proposal;
  }
  const first = invalid[0];
  if (first === undefined) return best === undefined ? {} : { best };
  const cause = `${first.context}: ${first.error}`;
  const error = `invalid metrics (${invalid.length} invalid out of ${proposals.length}), first error is: ${cause}`;
  if (best === undefined || best.replicas < current) return { invalid: first, error };
  return { best, invalid: first, error };
}

function undecided(
  { view, memory, conditions }: Step,
  { reason, error }: Invalid,
  whole: string,
  currentMetrics: readonly MetricStatus[],
  warnings: HpaDecision['warnings'],
): HpaDecision {
  const message = `the HPA was unable to compute the replica count: ${error}`;
  return {
    rescaleReason: '',
    currentReplicas: view.specReplicas,
    desiredReplicas: view.hpa.status.desiredReplicas,
    currentMetrics,
    conditions: setCondition(conditions, view.now, 'ScalingActive', 'False', reason, message),
    memory,
    warnings: [...warnings, { reason: 'FailedComputeMetricsReplicas', message: whole }],
    error: whole,
  };
}

function limit({ view, memory }: Step, raw: number): Limited {
  const { minReplicas = 1, maxReplicas, behavior } = view.hpa.spec;
  const sizes: Sizes = { current: view.specReplicas, raw, minimum: minReplicas, maximum: maxReplicas };
  if (behavior === undefined) return limitPlainly(sizes, memory, view.now);
  const scaleUp = completeRules(behavior.scaleUp, SCALE_UP_DEFAULTS);
  const scaleDown = completeRules(behavior.scaleDown, SCALE_DOWN_DEFAULTS);
  return limitByBehavior(sizes, scaleUp, scaleDown, memory, view.now);
}

/** kubernetes v1.36.3 pkg/apis/autoscaling/v2/defaults.go; the window of scaleDown is the controller's. */
const SCALE_UP_DEFAULTS: CompleteRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const SCALE_DOWN_DEFAULTS: CompleteRules = {
  stabilizationWindowSeconds: 300,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

function completeRules(rules: ScalingRules = {}, defaults: CompleteRules): CompleteRules {
  return {
    stabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? defaults.stabilizationWindowSeconds,
    selectPolicy: rules.selectPolicy ?? defaults.selectPolicy,
    policies: rules.policies ?? defaults.policies,
  };
}

const NANO = 1e9;

function tolerancesOf({ spec }: HorizontalPodAutoscaler): Tolerances {
  const toleranceOf = (rules: ScalingRules | undefined): number =>
    rules?.tolerance === undefined ? TOLERANCE : Number(quantity(rules.tolerance).nano) / NANO;
  return { scaleUp: toleranceOf(spec.behavior?.scaleUp), scaleDown: toleranceOf(spec.behavior?.scaleDown) };
}

function limitConditions(
  conditions: readonly Condition[],
  { ableToScale, scalingLimited }: Limited,
  now: Micros,
): readonly Condition[] {
  const able = setCondition(conditions, now, 'AbleToScale', 'True', ableToScale.reason, ableToScale.message);
  const status = scalingLimited.isLimited ? 'True' : 'False';
  return setCondition(able, now, 'ScalingLimited', status, scalingLimited.reason, scalingLimited.message);
}

function rescaled(
  { view, memory, conditions }: Step,
  scaleTo: number,
  rescaleReason: string,
  currentMetrics: readonly MetricStatus[] | undefined,
  warnings: HpaDecision['warnings'],
): HpaDecision {
  const { specReplicas, now, hpa } = view;
  const message = `the HPA controller was able to update the target scale to ${scaleTo}`;
  return {
    scaleTo,
    rescaleReason,
    currentReplicas: specReplicas,
    desiredReplicas: scaleTo,
    currentMetrics,
    conditions: setCondition(conditions, now, 'AbleToScale', 'True', 'SucceededRescale', message),
    memory: withScaling(memory, hpa, scaleTo - specReplicas, now),
    unscaled: { conditions, memory },
    warnings,
  };
}

function withScaling(memory: HpaMemory, { spec }: HorizontalPodAutoscaler, change: number, now: Micros): HpaMemory {
  if (spec.behavior === undefined) return memory;
  if (change > 0) {
    const { policies } = completeRules(spec.behavior.scaleUp, SCALE_UP_DEFAULTS);
    return { ...memory, scaleUps: rememberScaling(memory.scaleUps, change, policies, now) };
  }
  const { policies } = completeRules(spec.behavior.scaleDown, SCALE_DOWN_DEFAULTS);
  return { ...memory, scaleDowns: rememberScaling(memory.scaleDowns, -change, policies, now) };
}

/** Sets a condition in its place, or as the last; the time of transition moves only with the status. */
export function setCondition(
  conditions: readonly Condition[],
  now: Micros,
  type: string,
  status: ConditionStatus,
  reason: string,
  message: string,
): readonly Condition[] {
  const index = conditions.findIndex((condition) => condition.type === type);
  const known = conditions[index];
  const since = known?.status === status ? known.lastTransitionTime : now;
  const condition: Condition = { type, status, lastTransitionTime: since ?? now, reason, message };
  return known === undefined ? [...conditions, condition] : conditions.with(index, condition);
}
