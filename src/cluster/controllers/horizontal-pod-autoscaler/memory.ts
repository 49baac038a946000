import { SECOND_US, type Micros } from '../../../kernel/time.js';
import type { ScalingPolicy } from '../../api/objects/autoscaling.js';

/** A size that the metrics asked for, before limits. */
export interface Recommendation {
  readonly replicas: number;
  readonly at: Micros;
}

/** A scaling that this autoscaler did. */
export interface ScaleEvent {
  /** By how many replicas, whatever the direction. */
  readonly change: number;
  readonly at: Micros;
}

/** What the controller remembers of one autoscaler: lost when it restarts. */
export interface HpaMemory {
  readonly recommendations: readonly Recommendation[];
  readonly scaleUps: readonly ScaleEvent[];
  readonly scaleDowns: readonly ScaleEvent[];
}

/** At first sight the current size is the first recommendation. */
export function firstMemory(current: number, now: Micros): HpaMemory {
  return { recommendations: [{ replicas: current, at: now }], scaleUps: [], scaleDowns: [] };
}

/** Puts an entry in the place of the last one that is too old, or at the end. */
export function remember<T>(entries: readonly T[], entry: T, isTooOld: (entry: T) => boolean): readonly T[] {
  const old = entries.findLastIndex(isTooOld);
  return old < 0 ? [...entries, entry] : entries.with(old, entry);
}

/** Replicas changed within the policy's period. Source: horizontal.go: getReplicasChangePerPeriod. */
export function changeWithin(events: readonly ScaleEvent[], { periodSeconds }: ScalingPolicy, now: Micros): number {
  const cutoff = now - periodSeconds * SECOND_US;
  return events.reduce((sum, { change, at }) => (at > cutoff ? sum + change : sum), 0);
}

/** Notes a scaling. Source: horizontal.go: storeScaleEvent. */
export function rememberScaling(
  events: readonly ScaleEvent[],
  change: number,
  policies: readonly ScalingPolicy[],
  now: Micros,
): readonly ScaleEvent[] {
  const longest = policies.reduce((max, { periodSeconds }) => Math.max(max, periodSeconds), 0);
  const cutoff = now - longest * SECOND_US;
  return remember(events, { change, at: now }, ({ at }) => at < cutoff);
}
