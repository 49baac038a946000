import { groupBy } from './columns.js';
import { formatCount, formatDuration, formatList, formatPlural } from './format.js';
import type { JobSummary } from './jobs.js';
import { ended } from './tell-cluster.js';

/** What became of Jobs and of the runs of CronJobs, in words. */

/** As many Jobs of one outcome, or CronJobs, are told one by one. */
const TOLD_ONE_BY_ONE = 3;

export function tellJobs(jobs: readonly JobSummary[]): string {
  const own = groupBy(
    jobs.filter(({ cronJob }) => cronJob === ''),
    ({ outcome }) => outcome,
  );
  const told = ['failed', 'unfinished', 'complete'].flatMap((outcome) => {
    const group = own.get(outcome) ?? [];
    if (group.length === 0) return [];
    if (group.length <= TOLD_ONE_BY_ONE) return group.map((job) => ended(`job/${job.job} ${jobWords(job)}`));
    return [tellMany(outcome, group)];
  });
  const runs = groupBy(
    jobs.filter(({ cronJob }) => cronJob !== ''),
    ({ cronJob }) => cronJob,
  );
  told.push(...[...runs].slice(0, TOLD_ONE_BY_ONE).map(([name, group]) => `cronjob/${name}: ${runWords(group)}.`));
  const more = runs.size - TOLD_ONE_BY_ONE;
  if (more > 0) told.push(`${formatPlural(more, 'more CronJob')} ran, too.`);
  return told.join(' ');
}

/** `completed in 1m 10s`, `failed after 45.1 s (FailedIndexes: Job has failed indexes)`. */
function jobWords({ durationSeconds, failedAfterSeconds, outcome, reason, message }: JobSummary): string {
  if (durationSeconds !== null) return `completed in ${formatDuration(durationSeconds)}`;
  if (failedAfterSeconds === null) return `was ${outcome} at the end of the run${message === '' ? '' : `: ${message}`}`;
  return `failed after ${formatDuration(failedAfterSeconds)} (${reason}: ${message})`;
}

function tellMany(outcome: string, jobs: readonly JobSummary[]): string {
  const count = formatCount(jobs.length);
  if (outcome === 'unfinished') return `${count} Jobs were unfinished at the end of the run.`;
  const ends = jobs.flatMap(({ durationSeconds, failedAfterSeconds }) => durationSeconds ?? failedAfterSeconds ?? []);
  const range = `${formatDuration(Math.min(...ends))} to ${formatDuration(Math.max(...ends))}`;
  if (outcome === 'complete') return `${count} Jobs completed in ${range}.`;
  const names = jobs.slice(0, TOLD_ONE_BY_ONE).map(({ job, reason }) => `job/${job} (${reason})`);
  return `${count} Jobs failed after ${range}: ${names.join(', ')} ...`;
}

/** `7 runs: 3 complete, 4 failed (BackoffLimitExceeded), the slowest in 8.35 s`. */
export function runWords(runs: readonly JobSummary[]): string {
  const outcomes = [...groupBy(runs, ({ outcome }) => outcome)].map(([outcome, group]) => {
    const reasons = [...new Set(group.flatMap(({ reason }) => (reason === '' ? [] : [reason])))];
    return `${formatCount(group.length)} ${outcome}${reasons.length === 0 ? '' : ` (${formatList(reasons)})`}`;
  });
  const took = runs.flatMap(({ durationSeconds }) => durationSeconds ?? []);
  const slowest = took.length === 0 ? '' : `, the slowest in ${formatDuration(Math.max(...took))}`;
  return `${formatPlural(runs.length, 'run')}: ${outcomes.join(', ')}${slowest}`;
}

/** Rows of the table of figures: more Jobs than these are only told and in the sweep's figures. */
const MOST_ROWS = 20;

export function jobRows(jobs: readonly JobSummary[]): string[][] {
  const own = jobs.filter(({ cronJob }) => cronJob === '').slice(0, MOST_ROWS);
  const runs = groupBy(
    jobs.filter(({ cronJob }) => cronJob !== ''),
    ({ cronJob }) => cronJob,
  );
  return [
    ...own.map(({ job, durationSeconds, failedAfterSeconds, outcome, reason }) => [
      `job/${job}`,
      durationSeconds !== null
        ? formatDuration(durationSeconds)
        : failedAfterSeconds === null
          ? outcome
          : `failed after ${formatDuration(failedAfterSeconds)} (${reason})`,
    ]),
    ...[...runs].slice(0, MOST_ROWS).map(([name, group]) => [`cronjob/${name}`, runWords(group)]),
  ];
}
