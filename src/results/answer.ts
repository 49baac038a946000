import { formatAvailability, formatClock, formatCount, formatDuration, formatList, formatPlural } from './format.js';
import type { ExpectationOutcome } from './identity.js';
import {
  updatesOf,
  type RecoverySummary,
  type RolloutSummary,
  type RunSummary,
  type TrafficSummary,
} from './summary.js';

/** The result in words: one short headline and two to five sentences. */
export interface Answer {
  readonly headline: string;
  readonly sentences: readonly string[];
}

/** As many sources, rollouts or failures are told one by one; of more, the range is told. */
const TOLD_ONE_BY_ONE = 2;

const LOSS_WORDS: Readonly<Record<string, string>> = {
  refused: 'refused',
  timeout: 'timed out',
  reset: 'cut off in the middle',
  'queue-full': 'turned away by a full queue',
  'no-endpoints': 'sent while no endpoint was there',
  upstream: 'failed in a service behind',
};

export function answerOf(summary: RunSummary, expectations: readonly ExpectationOutcome[]): Answer {
  const sentences = [
    tellTraffic(summary),
    tellLatency(summary),
    tellRollouts(summary),
    tellRecoveries(summary.recoveries),
    tellFailures(expectations),
  ].filter((sentence) => sentence !== '');
  if (sentences.length < 2) sentences.push(tellPods(summary));
  return { headline: headlineOf(summary, expectations), sentences };
}

function headlineOf(summary: RunSummary, expectations: readonly ExpectationOutcome[]): string {
  const failed = expectations.filter((outcome) => outcome.verdict === 'fail').length;
  const { requests, lost } = summary.traffic;
  const losses = requests === 0 ? '' : lost === 0 ? 'no request was lost' : `${lossesOf(requests, lost)} lost`;
  let verdict = '';
  if (failed > 0) verdict = `${failed} of ${formatPlural(expectations.length, 'expectation')} did not hold`;
  else if (expectations.length === 1) verdict = 'The expectation held';
  else if (expectations.length > 1) verdict = `All ${expectations.length} expectations held`;
  if (verdict === '' && losses === '') return `${formatClock(summary.durationSeconds)} played.`;
  return capitalize(`${[verdict, losses].filter((part) => part !== '').join('; ')}.`);
}

/** `285 of 216,000 requests were`, with the verb left to the caller's `lost`. */
function lossesOf(requests: number, lost: number): string {
  return `${formatCount(lost)} of ${formatCount(requests)} requests ${lost === 1 ? 'was' : 'were'}`;
}

function tellTraffic(summary: RunSummary): string {
  const { sources, traffic } = summary;
  if (traffic.requests === 0) return sources.length === 0 ? '' : 'No request ended after the warm-up.';
  const when = summary.warmupSeconds > 0 ? `After the warm-up of ${formatClock(summary.warmupSeconds)}, ` : '';
  if (sources.length > TOLD_ONE_BY_ONE) {
    const worst = [...sources].sort((left, right) => (left.availability ?? 1) - (right.availability ?? 1))[0]!;
    const least =
      traffic.lost === 0 ? '' : `; the lowest was that of ${worst.name}, ${formatAvailability(worst.availability)}`;
    const all = formatAvailability(traffic.availability);
    return capitalize(
      `${when}${sources.length} sources sent ${formatCount(traffic.requests)} requests and lost ${formatCount(traffic.lost)} (availability ${all}${least}).`,
    );
  }
  return capitalize(`${when}${formatList(sources.map(tellSource))}.`);
}

function tellSource(source: TrafficSummary): string {
  const sent = `${source.name} sent ${formatPlural(source.requests, 'request')}`;
  if (source.requests === 0 || source.lost === 0) return `${sent} and lost none`;
  const reasons = source.losses.map(
    ({ reason, count }) => `${formatCount(count)} ${LOSS_WORDS[reason] ?? `lost to ${reason}`}`,
  );
  const why = reasons.length === 0 ? '' : `: ${formatList(reasons)}`;
  return `${sent} and lost ${formatCount(source.lost)} (availability ${formatAvailability(source.availability)})${why}`;
}

function tellLatency(summary: RunSummary): string {
  const answered = summary.sources.filter((source) => source.p99Seconds !== null);
  if (answered.length === 0) return '';
  const told = answered.slice(0, TOLD_ONE_BY_ONE).map((source) => {
    const half = formatDuration(source.p50Seconds);
    return `half of the answers to ${source.name} came within ${half}, 99% within ${formatDuration(source.p99Seconds)}`;
  });
  const slowest = [...summary.services].sort((left, right) => (right.p99Seconds ?? 0) - (left.p99Seconds ?? 0))[0];
  const where =
    slowest === undefined || slowest.p99Seconds === null
      ? ''
      : `; the slowest service was ${slowest.name} with a p99 of ${formatDuration(slowest.p99Seconds)}`;
  return capitalize(`${told.join('; ')}${where}.`);
}

function tellRollouts(summary: RunSummary): string {
  const rollouts = updatesOf(summary);
  if (rollouts.length === 0) return tellCreations(summary.rollouts);
  if (rollouts.length > TOLD_ONE_BY_ONE) {
    const took = rollouts.flatMap((rollout) => rollout.durationSeconds ?? []).sort((left, right) => left - right);
    const range =
      took.length === 0 ? '' : ` in ${formatDuration(took[0]!)} to ${formatDuration(took[took.length - 1]!)}`;
    return `${took.length} of ${rollouts.length} rollouts completed${range}.`;
  }
  return rollouts.map((rollout) => `${capitalize(tellRollout(rollout))}.`).join(' ');
}

function tellCreations(rollouts: readonly RolloutSummary[]): string {
  const took = rollouts.flatMap((rollout) => rollout.durationSeconds ?? []);
  if (rollouts.length === 0) return '';
  if (took.length === 0) return `${formatPlural(rollouts.length, 'Deployment')} did not come up within the run.`;
  const slowest = formatDuration(Math.max(...took));
  return took.length === rollouts.length
    ? `${formatPlural(rollouts.length, 'Deployment')} came up, the slowest in ${slowest}.`
    : `${took.length} of ${formatPlural(rollouts.length, 'Deployment')} came up, the slowest of them in ${slowest}.`;
}

function tellRollout(rollout: RolloutSummary): string {
  const what = `the rollout of ${rollout.workload} to revision ${rollout.revision}`;
  const meanwhile = tellMeanwhile(rollout, 'meanwhile');
  if (rollout.durationSeconds !== null && rollout.outcome === 'complete') {
    return `${what} took ${formatDuration(rollout.durationSeconds)}${meanwhile}`;
  }
  const began = `began at ${formatClock(rollout.startSeconds)}`;
  if (rollout.outcome === 'superseded') return `${what} ${began} and gave way to a newer one${meanwhile}`;
  if (rollout.outcome === 'failed') return `${what} ${began} and failed${meanwhile}`;
  return `${what} ${began} and was not complete at the end of the run${meanwhile}`;
}

function tellMeanwhile(during: { readonly requests: number; readonly lost: number }, when: string): string {
  if (during.requests === 0) return '';
  return during.lost === 0
    ? `; no request was lost ${when}`
    : `; ${lossesOf(during.requests, during.lost)} lost ${when}`;
}

function tellRecoveries(recoveries: readonly RecoverySummary[]): string {
  if (recoveries.length > TOLD_ONE_BY_ONE) {
    const times = recoveries.flatMap((recovery) => recovery.recoverySeconds ?? []).sort((left, right) => left - right);
    const longest = times.length === 0 ? '' : `, the longest after ${formatDuration(times.at(-1)!)}`;
    return `The cluster came back from ${times.length} of ${recoveries.length} failures${longest}.`;
  }
  return recoveries.map((recovery) => `${capitalize(tellRecovery(recovery))}.`).join(' ');
}

function tellRecovery(recovery: RecoverySummary): string {
  const noticed =
    recovery.detectionSeconds === null
      ? 'the cluster never noticed'
      : `the cluster noticed after ${formatDuration(recovery.detectionSeconds)}`;
  const restored =
    recovery.recoverySeconds === null
      ? 'did not have all replicas ready again within the run'
      : `had all replicas ready again after ${formatDuration(recovery.recoverySeconds)}`;
  const meanwhile = tellMeanwhile(recovery, 'until then');
  return `${recovery.subject} failed at ${formatClock(recovery.startSeconds)}; ${noticed} and ${restored}${meanwhile}`;
}

function tellFailures(expectations: readonly ExpectationOutcome[]): string {
  const failed = expectations.filter((outcome) => outcome.verdict === 'fail');
  if (failed.length === 0) return '';
  const told = failed.slice(0, TOLD_ONE_BY_ONE).map((outcome) => `${outcome.text} (seen: ${outcome.seen})`);
  const more = failed.length - told.length;
  return `Not met: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

function tellPods(summary: RunSummary): string {
  const { ready } = summary.startup;
  if (ready.pods === 0) return `${formatPlural(summary.pods, 'pod')} were created and none became ready.`;
  const half = formatDuration(ready.p50Seconds);
  return `${formatCount(ready.pods)} of ${formatPlural(summary.pods, 'pod')} became ready, half of them within ${half} of their creation, 99% within ${formatDuration(ready.p99Seconds)}.`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
