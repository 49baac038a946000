import { SECOND_US, type Micros } from '../../../kernel/time.js';
import type { ScalingPolicy, ScalingRules } from '../../api/objects/autoscaling.js';
import { changeWithin, type HpaMemory, type Recommendation, remember, type ScaleEvent } from './memory.js';
import { DOWNSCALE_STABILIZATION_US, SCALE_UP_LIMIT_FACTOR, SCALE_UP_LIMIT_MINIMUM } from './parameters.js';

/** Between what the metrics ask for and the size that is set. */
export interface Sizes {
  readonly current: number;
  /** What the metrics ask for. */
  readonly raw: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface Limited {
  readonly desired: number;
  /** Conditions AbleToScale and ScalingLimited, by reason and message. */
  readonly ableToScale: Explanation;
  readonly scalingLimited: Explanation & { readonly isLimited: boolean };
  readonly recommendations: readonly Recommendation[];
}

export interface Explanation {
  readonly reason: string;
  readonly message: string;
}

const READY: Explanation = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const SCALE_DOWN_STABILIZED: Explanation = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const SCALE_UP_STABILIZED: Explanation = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const WITHIN_RANGE: Explanation = {
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};
const TOO_FEW: Explanation = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const TOO_MANY: Explanation = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const SCALE_UP_LIMIT: Explanation = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const SCALE_DOWN_LIMIT: Explanation = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

/** Without `spec.behavior`. Source: horizontal.go: normalizeDesiredReplicas; reference/autoscaling.md section 5. */
export function limitPlainly(sizes: Sizes, memory: HpaMemory, now: Micros): Limited {
  const cutoff = now - DOWNSCALE_STABILIZATION_US;
  let stabilized = sizes.raw;
  for (const { replicas, at } of memory.recommendations) if (at >= cutoff) stabilized = Math.max(stabilized, replicas);
  const recommendation = { replicas: sizes.raw, at: now };
  return {
    ...clamped(stabilized, plainBound(stabilized, sizes)),
    ableToScale: stabilized === sizes.raw ? READY : SCALE_DOWN_STABILIZED,
    recommendations: remember(memory.recommendations, recommendation, ({ at }) => at < cutoff),
  };
}

interface Bound {
  readonly desired: number;
  readonly because: Explanation;
}

function clamped(wanted: number, { desired, because }: Bound): Pick<Limited, 'desired' | 'scalingLimited'> {
  return { desired, scalingLimited: { ...because, isLimited: desired !== wanted } };
}

/** Source: horizontal.go: convertDesiredReplicasWithRules. */
function plainBound(wanted: number, { current, minimum, maximum }: Sizes): Bound {
  if (wanted < minimum) return { desired: minimum, because: TOO_FEW };
  const limit = Math.max(SCALE_UP_LIMIT_FACTOR * current, SCALE_UP_LIMIT_MINIMUM);
  const allowed = Math.min(limit, maximum);
  if (wanted > allowed) return { desired: allowed, because: maximum > limit ? SCALE_UP_LIMIT : TOO_MANY };
  return { desired: wanted, because: WITHIN_RANGE };
}

/** Rules of one direction with every default filled in. */
export type CompleteRules = Required<Pick<ScalingRules, 'stabilizationWindowSeconds' | 'selectPolicy' | 'policies'>>;

/** With `spec.behavior`. Source: horizontal.go: normalizeDesiredReplicasWithBehaviors; reference/autoscaling.md section 6. */
export function limitByBehavior(
  sizes: Sizes,
  scaleUp: CompleteRules,
  scaleDown: CompleteRules,
  memory: HpaMemory,
  now: Micros,
): Limited {
  const upCutoff = now - scaleUp.stabilizationWindowSeconds * SECOND_US;
  const downCutoff = now - scaleDown.stabilizationWindowSeconds * SECOND_US;
  let lowest = sizes.raw;
  let highest = sizes.raw;
  for (const { replicas, at } of memory.recommendations) {
    if (at > upCutoff) lowest = Math.min(lowest, replicas);
    if (at > downCutoff) highest = Math.max(highest, replicas);
  }
  const stabilized = Math.min(Math.max(sizes.current, lowest), highest);
  const recommendation = { replicas: sizes.raw, at: now };
  const isTooOld = ({ at }: Recommendation): boolean => at < upCutoff && at < downCutoff;
  const held = sizes.raw >= sizes.current ? SCALE_UP_STABILIZED : SCALE_DOWN_STABILIZED;
  return {
    ...clamped(stabilized, behaviorBound(stabilized, sizes, scaleUp, scaleDown, memory, now)),
    ableToScale: stabilized === sizes.raw ? READY : held,
    recommendations: remember(memory.recommendations, recommendation, isTooOld),
  };
}

/** Source: horizontal.go: convertDesiredReplicasWithBehaviorRate. */
function behaviorBound(
  wanted: number,
  { current, minimum, maximum }: Sizes,
  scaleUp: CompleteRules,
  scaleDown: CompleteRules,
  memory: HpaMemory,
  now: Micros,
): Bound {
  if (wanted > current) {
    const limit = Math.max(current, rateLimit('up', current, scaleUp, memory, now));
    const allowed = Math.min(maximum, limit);
    if (wanted > allowed) return { desired: allowed, because: maximum > limit ? SCALE_UP_LIMIT : TOO_MANY };
  } else if (wanted < current) {
    const limit = Math.min(current, rateLimit('down', current, scaleDown, memory, now));
    const allowed = Math.max(minimum, limit);
    if (wanted < allowed) return { desired: allowed, because: minimum < limit ? SCALE_DOWN_LIMIT : TOO_FEW };
  }
  return { desired: wanted, because: WITHIN_RANGE };
}

/** Source: horizontal.go: calculateScaleUpLimitWithScalingRules, calculateScaleDownLimitWithBehaviors. */
function rateLimit(
  direction: 'up' | 'down',
  current: number,
  { selectPolicy, policies }: CompleteRules,
  { scaleUps, scaleDowns }: HpaMemory,
  now: Micros,
): number {
  if (selectPolicy === 'Disabled') return current;
  const proposals = policies.map((policy) => {
    const start = startOfPeriod(current, scaleUps, scaleDowns, policy, now);
    return direction === 'up' ? grown(start, policy) : shrunk(start, policy);
  });
  const isLargest = (selectPolicy === 'Max') === (direction === 'up');
  return isLargest ? Math.max(...proposals) : Math.min(...proposals);
}

function startOfPeriod(
  current: number,
  scaleUps: readonly ScaleEvent[],
  scaleDowns: readonly ScaleEvent[],
  policy: ScalingPolicy,
  now: Micros,
): number {
  return current - changeWithin(scaleUps, policy, now) + changeWithin(scaleDowns, policy, now);
}

function grown(start: number, { type, value }: ScalingPolicy): number {
  return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
}

function shrunk(start: number, { type, value }: ScalingPolicy): number {
  return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
}
