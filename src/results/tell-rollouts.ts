import { groupBy } from './columns.js';
import { capitalize, formatClock, formatCount, formatDuration, formatList, formatPlural } from './format.js';
import type { Shortfall } from './shortfalls.js';
import { creationsOf, rolledOutNoun, type RolloutSummary, type RunSummary, updatesOf } from './summary.js';
import { ended, tellMeanwhile } from './tell-cluster.js';

/** How workloads came up and were rolled out, in words. Only a complete rollout has a duration. */

/** As many rollouts, failed creations or workloads that lack pods are told one by one. */
const TOLD_ONE_BY_ONE = 2;

export function tellRollouts(summary: RunSummary): string {
  const updates = updatesOf(summary);
  const creations = creationsOf(summary);
  if (updates.length === 0) return tellCreations(creations);
  const failed = creations.filter(isIncomplete);
  const told = [tellUpdates(updates)];
  if (failed.length > 0) {
    told.push(
      `${formatPlural(failed.length, rolledOutNoun(failed))} did not come up in time: ${tellIncomplete(failed)}.`,
    );
  }
  return told.join(' ');
}

function tellUpdates(rollouts: readonly RolloutSummary[]): string {
  if (rollouts.length <= TOLD_ONE_BY_ONE)
    return rollouts.map((rollout) => `${capitalize(tellRollout(rollout))}.`).join(' ');
  const took = rollouts.flatMap((rollout) => rollout.durationSeconds ?? []).sort((left, right) => left - right);
  const range = took.length === 0 ? '' : ` in ${formatDuration(took[0]!)} to ${formatDuration(took[took.length - 1]!)}`;
  const others = [...groupBy(rollouts, ({ outcome }) => outcome)].filter(([outcome]) => outcome !== 'complete');
  const rest = others.map(([outcome, group]) => {
    const names = formatList([...new Set(group.map(({ workload }) => workload))].slice(0, TOLD_ONE_BY_ONE));
    return outcome === 'superseded'
      ? `; ${group.length} gave way to newer ones`
      : `; ${group.length} ${outcome} (${names}${group.length > TOLD_ONE_BY_ONE ? ' ...' : ''})`;
  });
  return `${took.length} of ${rollouts.length} rollouts completed${range}${rest.join('')}.`;
}

function isIncomplete({ outcome }: RolloutSummary): boolean {
  return outcome !== 'complete';
}

function tellCreations(rollouts: readonly RolloutSummary[]): string {
  if (rollouts.length === 0) return '';
  const took = rollouts.flatMap((rollout) => rollout.durationSeconds ?? []);
  const all = formatPlural(rollouts.length, rolledOutNoun(rollouts));
  const incomplete = tellIncomplete(rollouts.filter(isIncomplete));
  if (took.length === 0) return `${all} did not come up in time: ${incomplete}.`;
  const slowest = formatDuration(Math.max(...took));
  return took.length === rollouts.length
    ? `${all} came up, the slowest in ${slowest}.`
    : `${took.length} of ${all} came up, the slowest of them in ${slowest}; ${incomplete}.`;
}

/** Creations that failed or that the run's end found unfinished. */
function tellIncomplete(rollouts: readonly RolloutSummary[]): string {
  const told = rollouts
    .slice(0, TOLD_ONE_BY_ONE)
    .map(({ workload, failedAfterSeconds }) =>
      failedAfterSeconds === null
        ? `${workload} was not complete at the end of the run`
        : `${workload} exceeded its progress deadline after ${formatDuration(failedAfterSeconds)}`,
    );
  const more = rollouts.length - told.length;
  return formatList(more > 0 ? [...told, `${formatCount(more)} more did not complete`] : told);
}

function tellRollout(rollout: RolloutSummary): string {
  const what = `the rollout of ${rollout.workload} to revision ${rollout.revision}`;
  const meanwhile = tellMeanwhile(rollout, 'meanwhile');
  if (rollout.durationSeconds !== null) return `${what} took ${formatDuration(rollout.durationSeconds)}${meanwhile}`;
  const began = `began at ${formatClock(rollout.startSeconds)}`;
  if (rollout.outcome === 'superseded') return `${what} ${began} and gave way to a newer one${meanwhile}`;
  if (rollout.failedAfterSeconds !== null) {
    const after = formatDuration(rollout.failedAfterSeconds);
    return `${what} ${began} and failed after ${after}: it exceeded its progress deadline${meanwhile}`;
  }
  return `${what} ${began} and was not complete at the end of the run${meanwhile}`;
}

/** Workloads that lack pods which do not even exist, with what the controller says of it. */
export function tellShortfalls(shortfalls: readonly Shortfall[]): string {
  const told = shortfalls.slice(0, TOLD_ONE_BY_ONE).map(({ workload, pods, wanted, sinceSeconds, message }) => {
    if (wanted === 0) return `${workload} runs nowhere: 0 nodes match.`;
    const why = message === '' ? '.' : `: ${ended(message)}`;
    return `${workload} last had ${formatCount(pods)} of ${formatPlural(wanted, 'pod')}, since ${formatClock(sinceSeconds)}${why}`;
  });
  const more = shortfalls.length - told.length;
  if (more > 0) told.push(`${formatPlural(more, 'more workload')} lacked pods, too.`);
  return told.join(' ');
}
