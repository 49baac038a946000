import { groupBy } from './columns.js';
import { capitalize, formatClock, formatCount, formatDuration, formatPlural } from './format.js';
import type { Preemptions } from './preemptions.js';
import type { Scaling } from './scalings.js';
import type { RecoverySummary } from './summary.js';
import type { UnreadyPods } from './unready.js';
import type { UnscheduledPods } from './unscheduled.js';
import { schedulersReason } from './waiting-pods.js';

/** What the cluster did, in words. */

/** As many rollouts, failures or waiting workloads are told one by one; of more, the range is told. */
const TOLD_ONE_BY_ONE = 2;
/** Steps of one autoscaler told one by one. */
const TOLD_STEPS = 6;

/** `285 of 216,000 requests were`, with the verb left to the caller's `lost`. */
export function lossesOf(requests: number, lost: number): string {
  return `${formatCount(lost)} of ${formatCount(requests)} requests ${lost === 1 ? 'was' : 'were'}`;
}

export function tellMeanwhile(during: { readonly requests: number; readonly lost: number }, when: string): string {
  if (during.requests === 0) return '';
  return during.lost === 0
    ? `; no request was lost ${when}`
    : `; ${lossesOf(during.requests, during.lost)} lost ${when}`;
}

export function tellRecoveries(recoveries: readonly RecoverySummary[]): string {
  if (recoveries.length > TOLD_ONE_BY_ONE) {
    const times = recoveries.flatMap((recovery) => recovery.recoverySeconds ?? []).sort((left, right) => left - right);
    const longest = times.length === 0 ? '' : `, the longest after ${formatDuration(times.at(-1)!)}`;
    return `The cluster came back from ${times.length} of ${recoveries.length} failures${longest}.`;
  }
  return recoveries.map((recovery) => `${capitalize(tellRecovery(recovery))}.`).join(' ');
}

function tellRecovery(recovery: RecoverySummary): string {
  const failed = `${recovery.subject} failed at ${formatClock(recovery.startSeconds)}`;
  if (recovery.detectionSeconds === null) return `${failed}; the cluster never noticed`;
  const noticed = `the cluster noticed after ${formatDuration(recovery.detectionSeconds)}`;
  const restored =
    recovery.recoverySeconds === null
      ? 'did not have all replicas ready again within the run'
      : `had all replicas ready again after ${formatDuration(recovery.recoverySeconds)}`;
  const meanwhile = tellMeanwhile(recovery, 'until then');
  const before = recovery.lostUnnoticed ?? 0;
  const all = before === recovery.lost ? 'all' : formatCount(before);
  const unnoticed = recovery.lost === 0 || before === 0 ? '' : `, ${all} of them before it noticed`;
  const returned =
    recovery.returnSeconds === null
      ? ''
      : `; ${recovery.subject.startsWith('zone ') ? 'its nodes were' : 'the node was'} Ready again at ${formatClock(recovery.startSeconds + recovery.returnSeconds)}`;
  return `${failed}; ${noticed} and ${restored}${meanwhile}${unnoticed}${returned}`;
}

/** `HPA web: 2 -> 4 at 6m 16s, 4 -> 7 at 6m 31s.` */
export function tellScalings(scalings: readonly Scaling[]): string {
  const byName = [...groupBy(scalings, ({ autoscaler }) => autoscaler)];
  const told = byName.slice(0, TOLD_ONE_BY_ONE).map(([name, steps]) => `HPA ${name}: ${tellSteps(steps)}.`);
  const others = byName.slice(TOLD_ONE_BY_ONE);
  if (others.length > 0) {
    const steps = others.reduce((sum, [, own]) => sum + own.length, 0);
    told.push(`${formatPlural(others.length, 'more HPA')} made ${formatPlural(steps, 'step')}.`);
  }
  return told.join(' ');
}

function tellSteps(steps: readonly Scaling[]): string {
  if (steps.length <= TOLD_STEPS) {
    return steps.map(({ from, to, atSeconds }) => `${from ?? '?'} -> ${to} at ${formatClock(atSeconds)}`).join(', ');
  }
  const sizes = steps.flatMap(({ from, to }) => (from === null ? [to] : [from, to]));
  const range = `between ${formatCount(Math.min(...sizes))} and ${formatCount(Math.max(...sizes))} replicas`;
  const [first, last] = [steps[0]!, steps.at(-1)!];
  return `${steps.length} steps from ${formatClock(first.atSeconds)} to ${formatClock(last.atSeconds)}, ${range}`;
}

/** `2 pods of deployment/batch were preempted by deployment/shop at 1m 3s.` */
export function tellPreemptions(preemptions: readonly Preemptions[]): string {
  const told = preemptions.slice(0, TOLD_ONE_BY_ONE).map((group) => {
    const { victims, preemptor, pods, firstSeconds, lastSeconds } = group;
    const [first, last] = [formatClock(firstSeconds), formatClock(lastSeconds)];
    const when = first === last ? `at ${first}` : `between ${first} and ${last}`;
    const were = pods === 1 ? 'was' : 'were';
    return `${formatPlural(pods, 'pod')} of ${victims} ${were} preempted by ${preemptor} ${when}.`;
  });
  const others = preemptions.slice(TOLD_ONE_BY_ONE);
  const pods = others.reduce((sum, group) => sum + group.pods, 0);
  if (pods > 0) told.push(`${formatPlural(pods, 'more pod')} had to go for more urgent ones, too.`);
  return told.join(' ');
}

/** Pods without a node; those that found one late only in a word. */
export function tellUnscheduled(unscheduled: readonly UnscheduledPods[]): string {
  const told = unscheduled.slice(0, TOLD_ONE_BY_ONE).map(tellWaiting);
  const others = unscheduled.slice(TOLD_ONE_BY_ONE);
  if (others.length > 0) {
    const pods = others.reduce((sum, own) => sum + own.pods, 0);
    told.push(
      `${formatPlural(pods, 'pod')} of ${formatPlural(others.length, 'more workload')} waited for a node, too.`,
    );
  }
  return told.join(' ');
}

function tellWaiting({ workload, pods, sinceSeconds, longestSeconds, isStill, message }: UnscheduledPods): string {
  const who = `${formatPlural(pods, 'pod')} of ${workload}`;
  const since = `since ${formatClock(sinceSeconds)}`;
  const what = isStill
    ? `${who} ${pods === 1 ? 'was' : 'were'} still without a node at the end of the run, Pending ${since}`
    : `${who} waited up to ${formatDuration(longestSeconds)} for a node, Pending ${since}`;
  return message === '' ? `${what}.` : `${what}: ${ended(schedulersReason(message))}`;
}

/** A message as a sentence: with one full stop. */
export function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** Pods that have a node and are of no use. */
export function tellUnready(unready: readonly UnreadyPods[]): string {
  const told = unready.slice(0, TOLD_ONE_BY_ONE).map(({ workload, pods, sinceSeconds, reason, message }) => {
    const why = `${reason === '' ? '' : ` (${reason})`}${message === '' ? '.' : `: ${ended(message)}`}`;
    return `${formatPlural(pods, 'pod')} of ${workload} ${pods === 1 ? 'was' : 'were'} not ready at the end of the run, since ${formatClock(sinceSeconds)}${why}`;
  });
  const others = unready.slice(TOLD_ONE_BY_ONE);
  if (others.length > 0) told.push(`So were pods of ${formatPlural(others.length, 'more workload')}.`);
  return told.join(' ');
}
