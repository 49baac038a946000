import {
  formatAvailability,
  formatClock,
  formatCount,
  formatDuration,
  formatNumber,
  formatPlural,
  formatUsd,
} from './format.js';
import {
  creationsOf,
  rolledOutNoun,
  type RolloutSummary,
  type RunSummary,
  type TrafficSummary,
  updatesOf,
} from './summary.js';
import { podsOf } from './tell-cluster.js';
import { jobRows } from './tell-jobs.js';

/** Cells as text, ready for a terminal or a page. Columns of figures are aligned right. */
export interface TextTable {
  readonly title: string;
  readonly columns: readonly { readonly name: string; readonly figures: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

/** The small tables of a run: traffic of sources and services, and what the cluster did. */
export function summaryTables(summary: RunSummary): TextTable[] {
  const tables: TextTable[] = [];
  if (summary.sources.length + summary.services.length > 0) tables.push(trafficTable(summary));
  tables.push(clusterTable(summary));
  return tables;
}

function trafficTable(summary: RunSummary): TextTable {
  const figures = ['requests', 'per second', 'lost', 'availability', 'retries', 'p50', 'p90', 'p99', 'p99.9'];
  const row = (name: string, traffic: TrafficSummary): string[] => [
    name,
    formatCount(traffic.requests),
    formatNumber(traffic.ratePerSecond),
    formatCount(traffic.lost),
    formatAvailability(traffic.availability),
    formatCount(traffic.retries),
    formatDuration(traffic.p50Seconds),
    formatDuration(traffic.p90Seconds),
    formatDuration(traffic.p99Seconds),
    formatDuration(traffic.p999Seconds),
  ];
  return {
    title: 'Requests',
    columns: [{ name: 'traffic', figures: false }, ...figures.map((name) => ({ name, figures: true }))],
    rows: [
      ...summary.sources.map((source) => row(`${source.name} (source)`, source)),
      ...summary.services.map((service) => row(service.name, service)),
    ],
  };
}

/** `1m 12s`, `failed after 10m 1s`, `superseded` or `unfinished`. */
export function rolloutWords({ durationSeconds, failedAfterSeconds, outcome }: RolloutSummary): string {
  if (durationSeconds !== null) return formatDuration(durationSeconds);
  return failedAfterSeconds === null ? outcome : `failed after ${formatDuration(failedAfterSeconds)}`;
}

/** Every scenario begins with as many rollouts as it has workloads: one row for all of them. */
function creationRow(summary: RunSummary): string[][] {
  const created = creationsOf(summary);
  if (created.length === 0) return [];
  const took = created.flatMap((rollout) => rollout.durationSeconds ?? []).sort((left, right) => left - right);
  const late = created.length - took.length;
  const ends = took.length === 0 ? [] : [...new Set([formatDuration(took[0]!), formatDuration(took.at(-1)!)])];
  const missing = late === 0 ? '' : `${formatCount(late)} not within the run`;
  return [
    [
      `creation of ${formatPlural(created.length, rolledOutNoun(created))}`,
      [ends.join(' to '), missing].filter((part) => part !== '').join(', '),
    ],
  ];
}

/** What the nodes cost, as far as anybody said what they cost. */
export function costWords({ pools, costUsd }: RunSummary): string {
  const free = pools.filter(({ pricePerHourUsd }) => pricePerHourUsd === 0).map(({ pool }) => pool);
  if (free.length === pools.length) return 'no price given';
  return free.length === 0 ? formatUsd(costUsd) : `${formatUsd(costUsd)}, without ${free.join(', ')}: no price given`;
}

function clusterTable(summary: RunSummary): TextTable {
  const { ready, running } = summary.startup;
  const startup = (quantiles: typeof ready): string =>
    `p50 ${formatDuration(quantiles.p50Seconds)}, p90 ${formatDuration(quantiles.p90Seconds)}, p99 ${formatDuration(quantiles.p99Seconds)}`;
  return {
    title: 'Cluster',
    columns: [
      { name: 'figure', figures: false },
      { name: 'value', figures: false },
    ],
    rows: [
      ...creationRow(summary),
      ...updatesOf(summary).map((rollout) => [
        `rollout of ${rollout.workload}, revision ${rollout.revision}`,
        rolloutWords(rollout),
      ]),
      ...jobRows(summary.jobs),
      ...summary.recoveries.map((recovery) => [
        `recovery from ${recovery.subject} at ${formatClock(recovery.startSeconds)}`,
        recovery.recoverySeconds === null ? 'not within the run' : formatDuration(recovery.recoverySeconds),
      ]),
      ...summary.unscheduled.map(({ workload, pods, longestSeconds, isStill }) => [
        `${/(^|\/)pod\//.test(workload) ? podsOf(1, workload) : `pods of ${workload}`} ${isStill ? 'without a node at the end' : 'that waited for a node'}`,
        `${formatCount(pods)}, up to ${formatDuration(longestSeconds)}`,
      ]),
      ...(running.pods > 0 ? [['pod start-up, created to running', startup(running)]] : []),
      ...(ready.pods > 0 ? [['pod start-up, created to ready', startup(ready)]] : []),
      [
        'pods',
        `${formatCount(summary.pods)}${summary.failedPods === 0 ? '' : `, of which ${formatCount(summary.failedPods)} failed`}`,
      ],
      ['container restarts', formatCount(summary.restarts)],
      ...(summary.pools.length > 0 ? [['cost', costWords(summary)]] : []),
    ],
  };
}
