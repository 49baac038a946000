import { type Micros, SECOND_US } from '../../kernel/time.js';
import { groupBy, rows } from '../../results/columns.js';
import { mergeLatency, quantileOfCells, quantileOf } from '../../results/histogram.js';
import type { RecordedTables } from '../../results/identity.js';
import {
  type RecoverySummary,
  type RolloutSummary,
  type RunSummary,
  trafficBetween,
  type TrafficSummary,
} from '../../results/summary.js';
import type { Figure, FigureValue } from '../../scenario/expectations.js';

type TrafficFigure = Extract<Figure, { readonly of: 'traffic' }>;
type RunFigure = Exclude<Figure, { readonly of: 'traffic' | 'field' | 'count' | 'job-duration' }>;

/** A traffic figure over the intervals that start in a span (s); times in microseconds. Undefined without requests. */
export function readTrafficFigure(
  tables: RecordedTables,
  figure: TrafficFigure,
  fromSeconds: number,
  untilSeconds: number,
): FigureValue | undefined {
  const { sources, services } = trafficBetween(tables, fromSeconds, untilSeconds);
  const traffic = (figure.side === 'source' ? sources : services).find(({ name }) => name === figure.name);
  if (traffic === undefined) return undefined;
  if (figure.statistic !== 'percentile') return statistic(traffic, figure);
  const histogram = mergeLatency(tables, fromSeconds, untilSeconds).get(`${figure.side} ${figure.name}`);
  return micros(histogram === undefined ? null : quantileOfCells(histogram, figure.probability));
}

function statistic(traffic: TrafficSummary, figure: TrafficFigure): FigureValue | undefined {
  switch (figure.statistic) {
    case 'availability':
      return traffic.availability ?? undefined;
    case 'lost':
      return traffic.lost;
    case 'rate':
      return traffic.ratePerSecond;
    default:
      return micros(traffic.meanSeconds);
  }
}

/** The figure interval by interval, of those that start in the span and had requests. */
export function* trafficIntervals(
  tables: RecordedTables,
  figure: TrafficFigure,
  fromSeconds: number,
  untilSeconds: number,
): Generator<{ readonly startSeconds: number; readonly value: FigureValue }> {
  const intervals = rows(tables, 'traffic', { start_s: 'number', end_s: 'number', side: 'text', name: 'text' });
  for (const { start_s, end_s, side, name } of intervals) {
    if (side !== figure.side || name !== figure.name) continue;
    const start = Number(start_s);
    if (start < fromSeconds || start >= untilSeconds) continue;
    const value = readTrafficFigure(tables, figure, start, Number(end_s));
    if (value !== undefined) yield { startSeconds: start, value };
  }
}

/** A figure of the whole run; durations in microseconds. Undefined if it did not come to pass. */
export function readRunFigure(tables: RecordedTables, summary: RunSummary, figure: RunFigure): FigureValue | undefined {
  switch (figure.of) {
    case 'rollout-duration':
      return micros(rolloutOf(summary, figure)?.durationSeconds);
    case 'recovery':
      return micros(recoveryOf(summary, figure)?.recoverySeconds);
    case 'startup':
      return startup(tables, figure);
    case 'cost':
      return summary.costUsd;
    case 'share':
      return share(tables, figure);
  }
}

/** The last rollout of the workload that a figure is of. */
export function rolloutOf(
  { rollouts }: RunSummary,
  { object: { namespace, kind, name } }: Extract<Figure, { readonly of: 'rollout-duration' }>,
): RolloutSummary | undefined {
  const workload = `${namespace === 'default' ? '' : `${namespace}/`}${kind.toLowerCase()}/${name}`;
  return rollouts.findLast((rollout) => rollout.workload === workload);
}

/** The first failure of the node or zone that a figure is of. */
export function recoveryOf(
  { recoveries }: RunSummary,
  { subject, name }: Extract<Figure, { readonly of: 'recovery' }>,
): RecoverySummary | undefined {
  return recoveries.find((recovery) => recovery.subject === `${subject} ${name}`);
}

function startup(tables: RecordedTables, figure: Extract<Figure, { readonly of: 'startup' }>): FigureValue | undefined {
  const pods = rows(tables, 'pods', { workload: 'text', created_s: 'number', ready_s: 'number' });
  const durations: number[] = [];
  for (const { workload, created_s, ready_s } of pods) {
    const wanted =
      figure.workload === null || workload === figure.workload || workload?.endsWith(`/${figure.workload}`);
    if (wanted && created_s !== null && ready_s !== null) durations.push(Number(ready_s) - Number(created_s));
  }
  if (durations.length === 0) return undefined;
  durations.sort((left, right) => left - right);
  if (figure.statistic === 'maximum') return micros(durations.at(-1));
  if (figure.statistic === 'percentile') return micros(quantileOf(durations, figure.probability));
  return micros(durations.reduce((sum, one) => sum + one, 0) / durations.length);
}

function share(tables: RecordedTables, figure: Extract<Figure, { readonly of: 'share' }>): FigureValue | undefined {
  const balance = rows(tables, 'balance', { service: 'text', pod: 'text', count: 'integer' });
  const ours = balance.filter(({ service }) => service === figure.service);
  const counts = [...groupBy(ours, ({ pod }) => String(pod)).values()].map((group) =>
    group.reduce((sum, { count }) => sum + Number(count), 0),
  );
  if (counts.length === 0) return undefined;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (figure.statistic === 'max') return Math.max(...counts) / total;
  if (figure.statistic === 'min') return Math.min(...counts) / total;
  const mean = total / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) * (count - mean), 0) / counts.length;
  return Math.sqrt(variance) / mean;
}

function micros(seconds: number | null | undefined): Micros | undefined {
  return seconds === null || seconds === undefined ? undefined : seconds * SECOND_US;
}
