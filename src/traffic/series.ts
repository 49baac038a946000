import { createHistogram, type Histogram, histogramMean, quantile, recordValue } from '../kernel/histogram.js';
import { recordRow } from '../kernel/probe.js';
import { type Micros, microsToSeconds } from '../kernel/time.js';
import { flushBalance } from './balance.js';
import { recordedCells } from './latency-rows.js';
import { LATENCY_TABLE, LOSS_TABLE, TRAFFIC_TABLE } from './tables.js';
import type { TrafficWorld } from './world.js';

// Why a request is lost: what a record's REASON and the losses table say.
export const LOSS_REASONS = ['refused', 'timeout', 'reset', 'queue-full', 'no-endpoints', 'upstream'] as const;
export const LOSS_REFUSED = 0;
export const LOSS_TIMEOUT = 1;
export const LOSS_RESET = 2;
export const LOSS_QUEUE_FULL = 3;
export const LOSS_NO_ENDPOINTS = 4;
export const LOSS_UPSTREAM = 5;

/** What one source sent or one service answered, by interval. */
export interface Series {
  readonly side: 'source' | 'service';
  readonly name: string;
  /** The interval under way, and the next: an answer that is on its way may end in it. */
  current: Interval;
  next: Interval;
}

export interface Interval {
  readonly latencies: Histogram;
  /** Latencies to be put into the histogram, many at a time: in one go they cost a third. */
  readonly pending: Float64Array;
  pendingCount: number;
  readonly losses: Float64Array;
  retries: number;
}

export function createSeries(side: Series['side'], name: string): Series {
  return { side, name, current: createInterval(), next: createInterval() };
}

function createInterval(): Interval {
  return {
    latencies: createHistogram(),
    pending: new Float64Array(PENDING),
    pendingCount: 0,
    losses: new Float64Array(LOSS_REASONS.length),
    retries: 0,
  };
}

const PENDING = 256;

function flush(interval: Interval): void {
  const { latencies, pending, pendingCount } = interval;
  for (let index = 0; index < pendingCount; index++) recordValue(latencies, pending[index]!);
  interval.pendingCount = 0;
}

/** Counts an answer that reaches its client at `endsAt` (now or soon), `latencyUs` after it was sent. */
export function recordAnswer(world: TrafficWorld, series: Series, endsAt: Micros, latencyUs: number): void {
  const interval = intervalAt(world, series, endsAt);
  interval.pending[interval.pendingCount++] = latencyUs;
  if (interval.pendingCount === PENDING) flush(interval);
}

/** Counts a request that is lost now. */
export function recordLoss(world: TrafficWorld, series: Series, reason: number): void {
  intervalAt(world, series, world.kernel.now).losses[reason]! += 1;
}

/** Counts an attempt after the first. */
export function recordRetry(world: TrafficWorld, series: Series): void {
  intervalAt(world, series, world.kernel.now).retries += 1;
}

function intervalAt(world: TrafficWorld, series: Series, at: Micros): Interval {
  const { traffic } = world;
  if (world.kernel.now >= traffic.intervalEndsAt) closeIntervals(world, world.kernel.now);
  return at < traffic.intervalEndsAt ? series.current : series.next;
}

/** Writes the rows of the intervals that have ended at `now`. No event does this: nobody can tell when it happens. */
export function closeIntervals(world: TrafficWorld, now: Micros): void {
  const { traffic } = world;
  const { intervalUs } = traffic;
  for (let closed = 0; now >= traffic.intervalEndsAt && closed < 2; closed++) {
    writeInterval(world, traffic.intervalEndsAt - intervalUs, traffic.intervalEndsAt);
    traffic.intervalEndsAt += intervalUs;
  }
  // Nothing ended in the intervals between: they have no rows.
  if (now >= traffic.intervalEndsAt)
    traffic.intervalEndsAt += intervalUs * (1 + Math.floor((now - traffic.intervalEndsAt) / intervalUs));
}

/** Writes the interval under way and begins the next. */
export function writeInterval(world: TrafficWorld, startsAt: Micros, endsAt: Micros): void {
  for (const series of world.traffic.series) {
    writeSeries(world, series, startsAt, endsAt);
    const { current } = series;
    clear(current);
    series.current = series.next;
    series.next = current;
  }
  flushBalance(world, startsAt);
}

function writeSeries(world: TrafficWorld, series: Series, startsAt: Micros, endsAt: Micros): void {
  const { side, name } = series;
  flush(series.current);
  const { latencies, losses, retries } = series.current;
  let lost = 0;
  for (const count of losses) lost += count;
  if (latencies.count + lost + retries === 0) return;
  const start = microsToSeconds(startsAt);
  const figure = (valueUs: number): number | null => (latencies.count === 0 ? null : microsToSeconds(valueUs));
  recordRow(world, TRAFFIC_TABLE, [
    start,
    microsToSeconds(endsAt),
    side,
    name,
    latencies.count + lost,
    lost,
    retries,
    figure(histogramMean(latencies)),
    figure(quantile(latencies, 0.5)),
    figure(quantile(latencies, 0.9)),
    figure(quantile(latencies, 0.99)),
  ]);
  for (const { low, high, count } of recordedCells(latencies)) {
    recordRow(world, LATENCY_TABLE, [side, name, start, microsToSeconds(low), microsToSeconds(high), count]);
  }
  for (const [reason, count] of losses.entries()) {
    if (count > 0) recordRow(world, LOSS_TABLE, [start, side, name, LOSS_REASONS[reason]!, count]);
  }
}

/** Keeps the histogram's cells, so that the next interval allocates nothing. */
function clear(interval: Interval): void {
  const { latencies, losses } = interval;
  latencies.count = 0;
  latencies.sum = 0;
  latencies.minimum = Infinity;
  latencies.maximum = -Infinity;
  latencies.cells.fill(0);
  losses.fill(0);
  interval.retries = 0;
}
