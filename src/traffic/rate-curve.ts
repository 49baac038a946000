import { invariant } from '../kernel/invariant.js';
import { type Micros, SECOND_US } from '../kernel/time.js';
import type { RateCurve } from './model.js';

/** The piece of a rate curve in which a source is: linear between its ends. Rates are per microsecond. */
export interface Segment {
  startUs: Micros;
  endUs: Micros;
  rate: number;
  /** Rise of the rate per microsecond. */
  slope: number;
}

export const NEVER = Infinity;

/** Reads the piece of the curve that holds `at` into `segment`. */
export function loadSegment(curve: RateCurve, at: Micros, segment: Segment): void {
  const { points, periodUs } = curve;
  const base = periodUs > 0 ? Math.floor(at / periodUs) * periodUs : 0;
  const within = at - base;
  const index = lastAtOrBefore(points, within);
  const before = points[index];
  const after = points[index + 1];
  const first = points[0]!;
  const last = points[points.length - 1]!;
  if (periodUs > 0) {
    const from = before ?? { ...last, atUs: last.atUs - periodUs };
    const to = after ?? { ...first, atUs: first.atUs + periodUs };
    setSegment(segment, curve, base + from.atUs, base + to.atUs, from.perSecond, to.perSecond);
  } else if (before === undefined) {
    setSegment(segment, curve, 0, first.atUs, first.perSecond, first.perSecond);
  } else if (after === undefined) {
    setSegment(segment, curve, last.atUs, NEVER, last.perSecond, last.perSecond);
  } else {
    setSegment(segment, curve, before.atUs, after.atUs, before.perSecond, after.perSecond);
  }
}

function setSegment(
  segment: Segment,
  curve: RateCurve,
  startUs: Micros,
  endUs: Micros,
  from: number,
  to: number,
): void {
  invariant(from >= 0 && to >= 0 && endUs > startUs, `rates ${from} to ${to} between ${startUs} and ${endUs} us`);
  segment.startUs = startUs;
  segment.endUs = endUs;
  segment.rate = from / SECOND_US;
  segment.slope = curve.interpolation === 'step' || to === from ? 0 : (to - from) / SECOND_US / (endUs - startUs);
}

/** Index of the last point at or before `at`, -1 if all are later. */
function lastAtOrBefore(points: RateCurve['points'], at: Micros): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (points[middle]!.atUs <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * When the rate, added up from `from` on, has reached `requests`; NEVER if not before `until`. `segment` is the piece that
 * holds `from`, and afterwards the one that holds the answer.
 */
export function timeOfRequests(
  curve: RateCurve,
  segment: Segment,
  from: number,
  requests: number,
  until: Micros,
): number {
  let at = from;
  let left = requests;
  while (at < until) {
    if (at >= segment.endUs) loadSegment(curve, at, segment);
    const { slope, endUs } = segment;
    const rate = segment.rate + slope * (at - segment.startUs);
    const span = endUs - at;
    const area = endUs === NEVER ? (rate > 0 ? NEVER : 0) : (rate + (slope * span) / 2) * span;
    if (left <= area) {
      // The root of rate * x + slope * x^2 / 2 = left that stays exact as the slope goes to 0.
      const x =
        slope === 0 ? left / rate : (2 * left) / (rate + Math.sqrt(Math.max(0, rate * rate + 2 * slope * left)));
      return at + Math.min(x, span);
    }
    left -= area;
    at = endUs;
  }
  return NEVER;
}
