import {
  capitalize,
  formatAvailability,
  formatClock,
  formatCount,
  formatDuration,
  formatList,
  formatPlural,
  formatShare,
} from './format.js';
import type { ExpectationOutcome } from './identity.js';
import type { RunSummary, TrafficSummary } from './summary.js';
import { tellFailedActions } from './tell-actions.js';
import {
  lossesOf,
  podsOf,
  tellPreemptions,
  tellRecoveries,
  tellScalings,
  tellUnready,
  tellUnscheduled,
} from './tell-cluster.js';
import { tellJobs } from './tell-jobs.js';
import { tellRollouts, tellShortfalls } from './tell-rollouts.js';

/** The result in words: one short headline and a few sentences. */
export interface Answer {
  readonly headline: string;
  readonly sentences: readonly string[];
}

/** As many sources or failures are told one by one; of more, the range is told. */
const TOLD_ONE_BY_ONE = 2;

/** Beyond this share of lost requests a percentile of the answered ones says less than it seems to. */
const TOLD_LOSS = 0.01;

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
    tellFailedActions(summary.actions),
    tellRollouts(summary),
    tellJobs(summary.jobs),
    tellRecoveries(summary.recoveries),
    tellScalings(summary.scalings),
    tellShortfalls(summary.shortfalls),
    tellPreemptions(summary.preemptions),
    tellUnscheduled(summary.unscheduled),
    tellUnready(summary.unready),
    tellFailures(expectations),
  ].filter((sentence) => sentence !== '');
  if (sentences.length < 2 || summary.failedPods > 0) sentences.push(tellPods(summary));
  return { headline: headlineOf(summary, expectations), sentences };
}

function headlineOf(summary: RunSummary, expectations: readonly ExpectationOutcome[]): string {
  const failed = expectations.filter((outcome) => outcome.verdict === 'fail').length;
  const { requests, lost } = summary.traffic;
  const losses = requests === 0 ? '' : lost === 0 ? 'no request was lost' : `${lossesOf(requests, lost)} lost`;
  let verdict = '';
  if (failed === 1 && expectations.length === 1) verdict = 'The expectation did not hold';
  else if (failed > 0) verdict = `${failed} of ${formatPlural(expectations.length, 'expectation')} did not hold`;
  else if (expectations.length === 1) verdict = 'The expectation held';
  else if (expectations.length > 1) verdict = `All ${expectations.length} expectations held`;
  const told = [verdict, losses].filter((part) => part !== '');
  if (told.length === 0) told.push(`${formatClock(summary.durationSeconds)} played`);
  return capitalize(`${[...told, ...refusals(summary)].join('; ')}.`);
}

/** What is missing from the start makes every other figure one of another scenario. */
function refusals({ actions }: RunSummary): string[] {
  const refused = actions.refusedManifests.length;
  if (refused === 0) return [];
  return [`${formatPlural(refused, 'object')} of the manifests ${refused === 1 ? 'was' : 'were'} refused`];
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
  const lossy = answered.filter(({ availability }) => availability !== null && availability < 1 - TOLD_LOSS);
  const lost = lossy.map(({ name, availability }) => `${formatShare(1 - availability!)} of those of ${name}`);
  const warning =
    lossy.length === 0 ? '' : ` These times are of answered requests only: ${formatList(lost)} got no answer.`;
  return `${capitalize(told.join('; '))}${where}.${warning}`;
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
  if (summary.pods === 0) return 'No pod was created.';
  if (ready.pods === 0) {
    const failed = summary.failedPods === 0 ? '' : `; ${formatCount(summary.failedPods)} failed`;
    return `${formatPlural(summary.pods, 'pod')} ${summary.pods === 1 ? 'was' : 'were'} created and none became ready${failed}.${tellFailedPods(summary)}`;
  }
  const half = formatDuration(ready.p50Seconds);
  if (summary.failedPods > 0) {
    const failed = `${formatCount(summary.failedPods)} of ${formatPlural(summary.pods, 'pod')} failed`;
    return `${failed}; ${formatCount(ready.pods)} had become ready, half of these within ${half} of their creation, 99% within ${formatDuration(ready.p99Seconds)}.${tellFailedPods(summary)}`;
  }
  return `${formatCount(ready.pods)} of ${formatPlural(summary.pods, 'pod')} became ready, half of them within ${half} of their creation, 99% within ${formatDuration(ready.p99Seconds)}.`;
}

/** ` Failed: pod over (OutOfcpu: Node didn't have enough resource: cpu).` */
function tellFailedPods({ failures }: RunSummary): string {
  const reasoned = failures.filter(({ reason }) => reason !== '');
  if (reasoned.length === 0) return '';
  const told = reasoned.slice(0, TOLD_ONE_BY_ONE).map(({ workload, pods, reason, message }) => {
    const why = message === '' ? reason : `${reason}: ${message.replace(/\.$/, '')}`;
    return `${podsOf(pods, workload)} (${why})`;
  });
  const more = reasoned.slice(TOLD_ONE_BY_ONE).reduce((sum, { pods }) => sum + pods, 0);
  return ` Failed: ${formatList(more === 0 ? told : [...told, formatPlural(more, 'more pod')])}.`;
}
