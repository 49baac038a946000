import { groupBy } from './columns.js';
import { capitalize, formatClock, formatCount, formatDuration, formatList, formatPlural } from './format.js';
import type { Preemptions } from './preemptions.js';
import type { Scaling } from './scalings.js';
import type { RecoverySummary } from './summary.js';
import type { UnreadyPods } from './unready.js';
import type { UnscheduledPods } from './unscheduled.js';
import { schedulersReason } from './waiting-pods.js';

/** What the cluster did, in words. */

/** As many rollouts, failures or waiting workloads are told one by one; of more, the range is told. */
const TOLD_ONE_BY_ONE = 2;
/** Reasons why pods have no node are told one by one: each needs another remedy. */
const TOLD_STUCK = 4;
/** As many workloads that wait for the same reason are named. */
const TOLD_TOGETHER = 3;
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
  // It was over at the instant at which the nodes were back: no replica had to come up again.
  const isUntouched = recovery.recoverySeconds !== null && recovery.recoverySeconds === recovery.returnSeconds;
  const restored = isUntouched
    ? 'no workload was short of replicas'
    : recovery.recoverySeconds === null
      ? 'did not have all replicas ready again within the run'
      : `had all replicas ready again after ${formatDuration(recovery.recoverySeconds)}`;
  const meanwhile = tellMeanwhile(recovery, isUntouched ? 'meanwhile' : 'until then');
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
    return capitalize(`${podsOf(pods, victims)} ${were} preempted by ${preemptor} ${when}.`);
  });
  const others = preemptions.slice(TOLD_ONE_BY_ONE);
  const pods = others.reduce((sum, group) => sum + group.pods, 0);
  if (pods > 0) told.push(`${formatPlural(pods, 'more pod')} had to go for more urgent ones, too.`);
  return told.join(' ');
}

/** Pods without a node first, those that heard the same together; then those that found one late, which waited for different times. */
export function tellUnscheduled(unscheduled: readonly UnscheduledPods[]): string {
  return [true, false]
    .flatMap((isStill) => {
      const all = unscheduled.filter((own) => own.isStill === isStill);
      const reasonOf = ({ workload, message }: UnscheduledPods): string =>
        isStill ? ended(schedulersReason(message)) : workload;
      const groups = [...groupBy(all, reasonOf).values()];
      const most = isStill ? TOLD_STUCK : TOLD_ONE_BY_ONE;
      return [...groups.slice(0, most).map(tellWaiting), ...tellOthers(groups.slice(most).flat())];
    })
    .join(' ');
}

function tellWaiting(group: readonly UnscheduledPods[]): string {
  const { isStill, message } = group[0]!;
  const pods = group.reduce((sum, own) => sum + own.pods, 0);
  const who = nameAll(group);
  const since = `Pending since ${formatClock(Math.min(...group.map(({ sinceSeconds }) => sinceSeconds)))}`;
  const longest = formatDuration(Math.max(...group.map(({ longestSeconds }) => longestSeconds)));
  const what = isStill
    ? `${who} ${pods === 1 ? 'was' : 'were'} still without a node at the end of the run, ${since}`
    : `${who} waited up to ${longest} for a node, ${since}`;
  return capitalize(message === '' ? `${what}.` : `${what}: ${ended(schedulersReason(message))}`);
}

function tellOthers(others: readonly UnscheduledPods[]): string[] {
  if (others.length === 0) return [];
  const pods = others.reduce((sum, own) => sum + own.pods, 0);
  if (!others[0]!.isStill) return [capitalize(`${nameAll(others)} waited for a node, too.`)];
  return [capitalize(`${nameAll(others)} ${pods === 1 ? 'was' : 'were'} still without a node, too.`)];
}

/** `2 pods of deployment/web, pod a, pod b and 7 more pods`. */
function nameAll(group: readonly UnscheduledPods[]): string {
  const named = group.slice(0, TOLD_TOGETHER).map(({ pods, workload }) => podsOf(pods, workload));
  const more = group.slice(TOLD_TOGETHER).reduce((sum, { pods }) => sum + pods, 0);
  return formatList(more === 0 ? named : [...named, formatPlural(more, 'more pod')]);
}

/** `3 pods of deployment/web`; a pod that nothing made is named itself: `pod web`. */
export function podsOf(pods: number, workload: string): string {
  const name = workload.replace(/(^|\/)pod\//, '$1');
  if (name === workload) return `${formatPlural(pods, 'pod')} of ${workload}`;
  return pods === 1 ? `pod ${name}` : `${formatPlural(pods, 'pod')} named ${name}`;
}

/** A message as a sentence: with one full stop. */
export function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** Pods that have a node and are of no use. */
export function tellUnready(unready: readonly UnreadyPods[]): string {
  const told = unready.slice(0, TOLD_ONE_BY_ONE).map(({ workload, pods, sinceSeconds, reason, message }) => {
    const why = `${reason === '' ? '' : ` (${reason})`}${message === '' ? '.' : `: ${ended(message)}`}`;
    return capitalize(
      `${podsOf(pods, workload)} ${pods === 1 ? 'was' : 'were'} not ready at the end of the run, since ${formatClock(sinceSeconds)}${why}`,
    );
  });
  const others = unready.slice(TOLD_ONE_BY_ONE);
  if (others.length > 0) told.push(`So were pods of ${formatPlural(others.length, 'more workload')}.`);
  return told.join(' ');
}
