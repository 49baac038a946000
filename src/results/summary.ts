import { type ActionSummary, actionsOf } from './actions.js';
import { byText, groupBy, rows } from './columns.js';
import { mergeLatency, quantileOfCells, type Histogram } from './histogram.js';
import type { RecordedTables, RunIdentity } from './identity.js';
import { type JobSummary, jobsOf } from './jobs.js';
import { podFigures, type PodFigures } from './pod-figures.js';
import { type Scaling, scalingsOf } from './scalings.js';
import { type Shortfall, shortfallsOf } from './shortfalls.js';
import { type UnreadyPods, unreadyPods } from './unready.js';
import { type Preemptions, preemptionsOf } from './preemptions.js';
import { type UnscheduledPods, unscheduledPods } from './unscheduled.js';

/** Figures of one traffic source (retries inside) or one service (attempts as its callers saw them). */
export interface TrafficSummary {
  readonly name: string;
  /** Requests that ended, lost ones too. */
  readonly requests: number;
  readonly lost: number;
  /** Share of the requests that got a good answer, 0..1; null without requests. */
  readonly availability: number | null;
  readonly retries: number;
  /** Requests ended per second of virtual time. */
  readonly ratePerSecond: number;
  readonly meanSeconds: number | null;
  readonly p50Seconds: number | null;
  readonly p90Seconds: number | null;
  readonly p99Seconds: number | null;
  readonly p999Seconds: number | null;
  /** Lost requests by reason, the most frequent first. */
  readonly losses: readonly { readonly reason: string; readonly count: number }[];
}

export interface RolloutSummary {
  /** `deployment/web`, with `namespace/` before it outside `default`. */
  readonly workload: string;
  readonly revision: number;
  readonly startSeconds: number;
  /** Null when it did not complete within the run: a failure is no end. */
  readonly durationSeconds: number | null;
  /** From its start to the deadline that it exceeded; null when it did not fail. */
  readonly failedAfterSeconds: number | null;
  readonly outcome: string;
  /** Requests of all sources that ended, and were lost, in the intervals that the rollout touches. */
  readonly requests: number;
  readonly lost: number;
}

/** Updates: a workload's first revision is its creation, of which every scenario has as many as workloads. */
export function updatesOf(summary: RunSummary): RolloutSummary[] {
  return summary.rollouts.filter((rollout) => rollout.revision > 1);
}

/** First rollouts that were to bring pods up: a DaemonSet that no node matches is complete at once. */
export function creationsOf({ rollouts, shortfalls }: RunSummary): RolloutSummary[] {
  const nowhere = new Set(shortfalls.filter(({ wanted }) => wanted === 0).map(({ workload }) => workload));
  return rollouts.filter(
    ({ revision, outcome, workload }) => revision <= 1 && outcome !== 'superseded' && !nowhere.has(workload),
  );
}

/** What these are rollouts of, in a word. */
export function rolledOutNoun(rollouts: readonly RolloutSummary[]): string {
  return rollouts.every(({ workload }) => /^(?:[^/]+\/)?deployment\//.test(workload)) ? 'Deployment' : 'workload';
}

export interface RecoverySummary {
  readonly subject: string;
  readonly startSeconds: number;
  /** From the fault to the API server's knowing of it. */
  readonly detectionSeconds: number | null;
  /** From the fault until every workload has its ready replicas again; where none missed any, until each node is Ready again or gone. */
  readonly recoverySeconds: number | null;
  /** From the fault until the node is Ready again. */
  readonly returnSeconds: number | null;
  /** Requests of all sources that ended, and were lost, in the intervals from the fault to the recovery. */
  readonly requests: number;
  readonly lost: number;
  /** Of these, the ones lost until the API server knew; null if it never did. */
  readonly lostUnnoticed: number | null;
}

/** Every figure of a run. Pure data without wall-clock time: what `--format json` prints and `summary.json` holds. */
export interface RunSummary extends PodFigures {
  readonly scenario: string;
  readonly seed: string;
  readonly digest: string;
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  /** All sources together, after the warm-up. */
  readonly traffic: { readonly requests: number; readonly lost: number; readonly availability: number | null };
  readonly sources: readonly TrafficSummary[];
  readonly services: readonly TrafficSummary[];
  readonly rollouts: readonly RolloutSummary[];
  readonly recoveries: readonly RecoverySummary[];
  readonly jobs: readonly JobSummary[];
  /** Steps of HorizontalPodAutoscalers, in the order of time. */
  readonly scalings: readonly Scaling[];
  /** Workloads that last had fewer pods than wanted, and DaemonSets that want none. */
  readonly shortfalls: readonly Shortfall[];
  /** Pods that waited long for a node, or wait still: those first. */
  readonly unscheduled: readonly UnscheduledPods[];
  /** Pods that had to go for more urgent ones. */
  readonly preemptions: readonly Preemptions[];
  /** Pods with a node that were long not ready when the run ended. */
  readonly unready: readonly UnreadyPods[];
  readonly costUsd: number;
  readonly pools: readonly {
    readonly pool: string;
    readonly nodes: number;
    readonly nodeHours: number;
    readonly pricePerHourUsd: number;
    readonly costUsd: number;
  }[];
  readonly actions: ActionSummary;
  /** Kubernetes Events by type and reason, the most frequent first. */
  readonly events: readonly { readonly type: string; readonly reason: string; readonly count: number }[];
}

/** All figures of a run, over the time after the warm-up where they are of traffic. */
export function summarize(tables: RecordedTables, identity: RunIdentity): RunSummary {
  const traffic = trafficBetween(tables, identity.warmupSeconds, identity.durationSeconds);
  const requests = total(traffic.sources, 'requests');
  const lost = total(traffic.sources, 'lost');
  const pools = summarizeCosts(tables);
  return {
    scenario: identity.scenario,
    seed: identity.seed,
    digest: identity.digest,
    durationSeconds: identity.durationSeconds,
    warmupSeconds: identity.warmupSeconds,
    traffic: { requests, lost, availability: availabilityOf(requests, lost) },
    ...traffic,
    rollouts: summarizeRollouts(tables, identity),
    recoveries: summarizeRecoveries(tables, identity),
    jobs: jobsOf(tables),
    scalings: scalingsOf(tables),
    shortfalls: shortfallsOf(tables, identity.durationSeconds),
    unscheduled: unscheduledPods(tables, identity.durationSeconds),
    preemptions: preemptionsOf(tables),
    unready: unreadyPods(tables, identity.durationSeconds),
    ...podFigures(tables),
    costUsd: pools.reduce((sum, pool) => sum + pool.costUsd, 0),
    pools,
    actions: actionsOf(tables),
    events: countEvents(tables),
  };
}

export interface TrafficBetween {
  readonly sources: readonly TrafficSummary[];
  readonly services: readonly TrafficSummary[];
}

/** Figures of every source and service over the intervals that start in [fromSeconds, toSeconds). */
export function trafficBetween(tables: RecordedTables, fromSeconds: number, toSeconds: number): TrafficBetween {
  const intervals = rows(tables, 'traffic', {
    start_s: 'number',
    end_s: 'number',
    side: 'text',
    name: 'text',
    finished: 'integer',
    lost: 'integer',
    retries: 'integer',
    mean_s: 'number',
  }) as TrafficInterval[];
  const histograms = mergeLatency(tables, fromSeconds, toSeconds);
  const losses = lossesBetween(tables, fromSeconds, toSeconds);
  const sources: TrafficSummary[] = [];
  const services: TrafficSummary[] = [];
  for (const [key, group] of groupBy(intervals, (interval) => `${interval.side} ${interval.name}`)) {
    const kept = group.filter((interval) => interval.start_s >= fromSeconds && interval.start_s < toSeconds);
    const summary = summarizeTraffic(group[0]!.name, kept, histograms.get(key), losses.get(key) ?? []);
    (group[0]!.side === 'source' ? sources : services).push(summary);
  }
  services.sort((left, right) => byText(left.name, right.name));
  sources.sort((left, right) => byText(left.name, right.name));
  return { sources, services };
}

interface TrafficInterval {
  readonly start_s: number;
  readonly end_s: number;
  readonly side: string;
  readonly name: string;
  readonly finished: number;
  readonly lost: number;
  readonly retries: number;
  readonly mean_s: number | null;
}

function summarizeTraffic(
  name: string,
  intervals: readonly TrafficInterval[],
  histogram: Histogram | undefined,
  losses: TrafficSummary['losses'],
): TrafficSummary {
  let requests = 0;
  let lost = 0;
  let retries = 0;
  let seconds = 0;
  let latencySum = 0;
  for (const interval of intervals) {
    requests += interval.finished;
    lost += interval.lost;
    retries += interval.retries;
    seconds += interval.end_s - interval.start_s;
    latencySum += (interval.finished - interval.lost) * (interval.mean_s ?? 0);
  }
  const at = (q: number): number | null => (histogram === undefined ? null : quantileOfCells(histogram, q));
  return {
    name,
    requests,
    lost,
    availability: availabilityOf(requests, lost),
    retries,
    ratePerSecond: seconds === 0 ? 0 : requests / seconds,
    meanSeconds: requests === lost ? null : latencySum / (requests - lost),
    p50Seconds: at(0.5),
    p90Seconds: at(0.9),
    p99Seconds: at(0.99),
    p999Seconds: at(0.999),
    losses,
  };
}

function availabilityOf(requests: number, lost: number): number | null {
  return requests === 0 ? null : (requests - lost) / requests;
}

function total(items: readonly TrafficSummary[], figure: 'requests' | 'lost'): number {
  return items.reduce((sum, item) => sum + item[figure], 0);
}

function lossesBetween(
  tables: RecordedTables,
  fromSeconds: number,
  toSeconds: number,
): Map<string, { reason: string; count: number }[]> {
  const recorded = rows(tables, 'losses', {
    start_s: 'number',
    side: 'text',
    name: 'text',
    reason: 'text',
    count: 'integer',
  });
  const kept = recorded.filter((row) => row.start_s! >= fromSeconds && row.start_s! < toSeconds && row.count! > 0);
  const byName = groupBy(kept, (row) => `${row.side!} ${row.name!}`);
  return new Map(
    [...byName].map(([key, group]) => [key, mostFrequent(group.map((row) => [row.reason!, row.count!] as const))]),
  );
}

function mostFrequent(counts: readonly (readonly [string, number])[]): { reason: string; count: number }[] {
  const sums = new Map<string, number>();
  for (const [reason, count] of counts) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return [...sums]
    .map(([reason, count]) => ({ reason, count }))
    .sort((left, right) => right.count - left.count || byText(left.reason, right.reason));
}

/** Requests and losses of all sources in the intervals that touch [fromSeconds, toSeconds]. */
function requestsDuring(
  tables: RecordedTables,
  fromSeconds: number,
  toSeconds: number,
): { requests: number; lost: number } {
  const shape = { start_s: 'number', end_s: 'number', side: 'text', finished: 'integer', lost: 'integer' } as const;
  let requests = 0;
  let lost = 0;
  for (const row of rows(tables, 'traffic', shape)) {
    if (row.side !== 'source' || row.end_s! <= fromSeconds || row.start_s! > toSeconds) continue;
    requests += row.finished!;
    lost += row.lost!;
  }
  return { requests, lost };
}

function summarizeRollouts(tables: RecordedTables, identity: RunIdentity): RolloutSummary[] {
  const shape = {
    namespace: 'text',
    workload: 'text',
    revision: 'integer',
    start_s: 'number',
    end_s: 'number',
    outcome: 'text',
  } as const;
  return rows(tables, 'rollouts', shape).map((row) => {
    const took = row.end_s === null ? null : row.end_s - row.start_s!;
    return {
      workload:
        row.namespace === 'default' || row.namespace === '' ? row.workload! : `${row.namespace!}/${row.workload!}`,
      revision: row.revision!,
      startSeconds: row.start_s!,
      durationSeconds: row.outcome === 'complete' ? took : null,
      failedAfterSeconds: row.outcome === 'failed' ? took : null,
      outcome: row.outcome!,
      ...requestsDuring(tables, row.start_s!, row.end_s ?? identity.durationSeconds),
    };
  });
}

function summarizeRecoveries(tables: RecordedTables, identity: RunIdentity): RecoverySummary[] {
  const shape = {
    subject: 'text',
    start_s: 'number',
    detected_s: 'number',
    restored_s: 'number',
    returned_s: 'number',
  } as const;
  return rows(tables, 'recoveries', shape).map((row) => {
    const since = (at: number | null): number | null => (at === null ? null : at - row.start_s!);
    return {
      subject: row.subject!,
      startSeconds: row.start_s!,
      detectionSeconds: since(row.detected_s),
      recoverySeconds: since(row.restored_s),
      returnSeconds: since(row.returned_s),
      ...requestsDuring(tables, row.start_s!, row.restored_s ?? identity.durationSeconds),
      lostUnnoticed: row.detected_s === null ? null : requestsDuring(tables, row.start_s!, row.detected_s).lost,
    };
  });
}

function summarizeCosts(tables: RecordedTables): RunSummary['pools'] {
  const shape = {
    pool: 'text',
    nodes: 'integer',
    node_hours: 'number',
    price_per_hour: 'number',
    cost: 'number',
  } as const;
  return rows(tables, 'costs', shape).map((row) => ({
    pool: row.pool!,
    nodes: row.nodes!,
    nodeHours: row.node_hours!,
    pricePerHourUsd: row.price_per_hour ?? 0,
    costUsd: row.cost ?? 0,
  }));
}

function countEvents(tables: RecordedTables): RunSummary['events'] {
  const counts = new Map<string, { type: string; reason: string; count: number }>();
  for (const { type, reason } of rows(tables, 'events', { type: 'text', reason: 'text' })) {
    const key = `${type!} ${reason!}`;
    const entry = counts.get(key);
    if (entry === undefined) counts.set(key, { type: type!, reason: reason!, count: 1 });
    else entry.count += 1;
  }
  return [...counts.values()].sort(
    (left, right) => right.count - left.count || byText(left.type, right.type) || byText(left.reason, right.reason),
  );
}
