import { SECOND_US, type Micros } from '../../../kernel/time.js';
import type { HorizontalPodAutoscaler } from '../../api/objects/autoscaling.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { HpaDecision } from './decide.js';
import type { HpaMemory } from './memory.js';
import type { MetricReading } from './metrics.js';
import { CPU_INITIALIZATION_US, DOWNSCALE_STABILIZATION_US, SYNC_PERIOD_US } from './parameters.js';

/**
 * What an autoscaler saw when it last had nothing to do. While it sees the same again, a look needs no request to the API
 * server: quiet time is (nearly) free. Such looks do not appear in the counts of requests.
 */
export interface Calm {
  readonly hpa: HorizontalPodAutoscaler;
  readonly target: KubernetesObject;
  /** Newest pod that the informer had seen. */
  readonly podVersion: number;
  readonly readings: readonly MetricReading[];
  /** Since when it has seen just this. */
  readonly since: Micros;
}

/** By then no rule that depends on a pod's or a metric's age can change its mind. */
const SETTLED_US = CPU_INITIALIZATION_US + SYNC_PERIOD_US;

/** Did the decision change nothing, with nothing remembered that could change it later? */
export function isSteady(
  { spec }: HorizontalPodAutoscaler,
  { scaleTo, warnings, memory }: HpaDecision,
  now: Micros,
): boolean {
  if (scaleTo !== undefined || warnings.length > 0) return false;
  const { scaleUp, scaleDown } = spec.behavior ?? {};
  const windows = [scaleUp, scaleDown].map((rules) => (rules?.stabilizationWindowSeconds ?? 0) * SECOND_US);
  const cutoff = now - Math.max(DOWNSCALE_STABILIZATION_US, ...windows);
  const counting = memory.recommendations.filter(({ at }) => at >= cutoff);
  return counting.every(({ replicas }) => replicas === counting[0]!.replicas);
}

/** Has it been the same for so long that looking again in full is needless? */
export function isSettled(calm: Calm, now: Micros): boolean {
  return now - calm.since >= SETTLED_US;
}

export function sameSight(left: Omit<Calm, 'since'>, right: Omit<Calm, 'since'>): boolean {
  return (
    left.hpa === right.hpa &&
    left.target === right.target &&
    left.podVersion === right.podVersion &&
    left.readings.length === right.readings.length &&
    left.readings.every((reading, index) => sameReading(reading, right.readings[index]!))
  );
}

function sameReading(left: MetricReading, right: MetricReading): boolean {
  if (left.type !== 'pods' || right.type !== 'pods' || left.pods.size !== right.pods.size) return false;
  for (const [name, { milli }] of left.pods) if (right.pods.get(name)?.milli !== milli) return false;
  return true;
}

/** The memory after a look that found the same: all recommendations are equal, so the newest one stands for them. */
export function renewed(memory: HpaMemory, now: Micros): HpaMemory {
  const newest = memory.recommendations.reduce((last, one) => (one.at > last.at ? one : last));
  return { ...memory, recommendations: [{ replicas: newest.replicas, at: now }] };
}
