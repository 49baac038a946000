import { type Attempt, type PodAttempts, subjectOf } from '../results/attempts.js';
import { formatCount, formatPlural } from '../results/format.js';
import type { TextTable } from '../results/summary-table.js';
import type { UntriedPod } from '../results/untried-pods.js';
import type { Io } from './io.js';
import { renderTable, wrap } from './text-table.js';

const TEXT_WIDTH = 100;
const INDENT = '  ';
/** Of more equal attempts only the first and the last are told. */
const TOLD_TIMES = 4;

/** A row for each pod that was explained, those at the end that nobody tried. */
export function attemptsTable(pods: readonly PodAttempts[], untried: readonly UntriedPod[]): TextTable {
  return {
    title: 'Explained pods',
    columns: [
      { name: 'pod', figures: false },
      { name: 'workload', figures: false },
      { name: 'attempts', figures: true },
      { name: 'first', figures: true },
      { name: 'last', figures: true },
      { name: 'outcome', figures: false },
    ],
    rows: [
      ...pods.map(({ namespace, pod, workload, attempts }) => {
        const last = attempts.at(-1)!;
        const where = last.outcome === 'scheduled' ? `on ${last.node}` : last.outcome;
        const times = [attempts[0]!.startSeconds, last.startSeconds].map(clock);
        return [subjectOf(namespace, `pod/${pod}`), workload, String(last.number), ...times, where];
      }),
      ...untried.map(({ namespace, pod, workload, why }) => {
        return [subjectOf(namespace, `pod/${pod}`), workload, '0', '', '', `never tried: ${why}`];
      }),
    ],
  };
}

/** A pod without an attempt, as told to people. */
export function printUntried(io: Io, { namespace, pod, workload, why }: UntriedPod, isNext: boolean): void {
  const name = subjectOf(namespace, `pod/${pod}`);
  const headline = io.outColours.bold(`${name}${ownerOf(pod, workload)}: never tried by a scheduler`);
  io.out(`${isNext ? '\n' : ''}${[headline, '', ...wrap(`Because ${why}.`, TEXT_WIDTH)].join('\n')}\n`);
}

function ownerOf(pod: string, workload: string): string {
  return workload === `pod/${pod}` ? '' : ` of ${workload}`;
}

/** Every attempt at a pod, as told to people. */
export function printAttempts(
  io: Io,
  { namespace, pod, workload, attempts, evicted }: PodAttempts,
  isNext: boolean,
): void {
  const paint = io.outColours;
  const name = subjectOf(namespace, `pod/${pod}`);
  const last = attempts.at(-1)!;
  const where = last.outcome === 'scheduled' ? `on ${last.node}` : 'on no node';
  const headline = `${name}${ownerOf(pod, workload)}: ${where} after ${formatPlural(last.number, 'attempt')}`;
  const parts = runsOfEqual(attempts).map((equal) => attemptLines(io, equal).join('\n'));
  if (evicted !== null) parts.push(`evicted at ${clock(evicted.atSeconds)}: preempted by ${evicted.preemptor}`);
  io.out(`${isNext ? '\n' : ''}${[paint.bold(headline), ...parts].join('\n\n')}\n`);
}

/** Attempts in a row that came to the same, for the same reasons: a pod that waits is tried again and again. */
function runsOfEqual(attempts: readonly Attempt[]): (readonly Attempt[])[] {
  const runs: Attempt[][] = [];
  let before = '';
  for (const attempt of attempts) {
    const { outcome, node, nodes, filtered, message, waits, victims, nominated } = attempt;
    const isFailure = outcome === 'unschedulable' || outcome === 'error';
    const said = isFailure ? JSON.stringify([outcome, node, nodes, filtered, message, waits, victims, nominated]) : '';
    if (isFailure && said === before) runs.at(-1)!.push(attempt);
    else runs.push([attempt]);
    before = said;
  }
  return runs;
}

/** `attempt 3  at 1m 0.130s`, `attempts 1 to 4  at 0.082s, ...`. */
function whenTried(attempts: readonly Attempt[], bold: (text: string) => string): string {
  const [first, last] = [attempts[0]!, attempts.at(-1)!];
  if (attempts.length === 1) return `${bold(`attempt ${first.number}`)}  at ${clock(first.startSeconds)}`;
  const times = attempts.map(({ startSeconds }) => clock(startSeconds));
  const when = times.length <= TOLD_TIMES ? `at ${times.join(', ')}` : `from ${times[0]!} to ${times.at(-1)!}`;
  return `${bold(`attempts ${first.number} to ${last.number}`)}  ${when}`;
}

function attemptLines(io: Io, attempts: readonly Attempt[]): string[] {
  const paint = io.outColours;
  const attempt = attempts[0]!;
  const { outcome, node, filtered, message } = attempt;
  const what =
    outcome === 'scheduled'
      ? paint.green(`on ${node}`)
      : paint.red(outcome === 'unbound' ? `could not be bound to ${node}` : outcome);
  const head = `${whenTried(attempts, paint.bold)}: ${what}${lookedAt(attempt)}`;
  const lines: string[] = [];
  if (filtered.length > 0) lines.push(...renderTable(filterTable(attempt), paint.dim));
  lines.push(...choiceLines(io, attempt));
  lines.push(...evictionLines(attempt));
  if (message !== '') lines.push(...wrap(message, TEXT_WIDTH));
  const waits = WAITS[attempt.waits];
  if (waits !== undefined) lines.push(waits);
  return [head, ...lines.map((line) => `${INDENT}${line}`)];
}

/** Rules of preemption in their order: scheduler/preemption/choose-node.ts. */
const CHOSEN_BY: Readonly<Record<string, string>> = {
  budgets: 'there the fewest victims overdraw disruption budgets',
  priority: 'there the most important victim is the least important',
  'priority-sum': 'there the sum of the priorities of the victims is the smallest',
  victims: 'there the fewest are evicted',
  start: 'there the most important victims started last',
  first: 'the first of those where evictions do the least harm',
};

function evictionLines({ nominated, victims, choices, chosenBy, overdrawn }: Attempt): string[] {
  if (victims.length === 0) return [];
  const why =
    chosenBy === 'only'
      ? 'The only node where evictions help, of those tried.'
      : `Chosen of ${formatCount(choices)} nodes where evictions would help: ${CHOSEN_BY[chosenBy]!}.`;
  const budgets = overdrawn.length === 0 ? [] : [`Disruption budgets overdrawn: ${overdrawn.join(', ')}`];
  return [`to be evicted from ${nominated}, which is kept for it: ${victims.join(', ')}`, why, ...budgets];
}

const WAITS: Readonly<Record<string, string>> = {
  unschedulable: 'It waits until something happens that one of these plugins hopes for.',
  backoff: 'It is tried again when its back-off is over, or as soon as no other pod waits.',
  'error-backoff': 'It is tried again when its back-off is over.',
  active: 'It is tried again at once.',
};

function lookedAt({ outcome, nodes, evaluated, feasible }: Attempt): string {
  if (outcome === 'unbound' || nodes === 0) return '';
  const looked = evaluated < nodes ? `, looked at ${evaluated}` : '';
  return `, ${feasible} of ${formatPlural(nodes, 'node')} ${feasible === 1 ? 'fits' : 'fit'}${looked}`;
}

function filterTable({ filtered }: Attempt): TextTable {
  return {
    title: 'Filtered out',
    columns: [
      { name: 'filtered', figures: true },
      { name: 'by', figures: false },
      { name: 'because', figures: false },
      { name: 'nodes', figures: false },
    ],
    rows: filtered.map(({ plugin, reason, nodes, names }) => {
      const more = names.length > 0 && names.length < nodes ? ` and ${nodes - names.length} more` : '';
      return [String(nodes), plugin, reason, `${names.join(', ')}${more}`];
    }),
  };
}

/** How equals are decided without a draw: reference/scheduling.md 2.3, scheduler/tie-break.ts. */
const ORDER = 'no draw: the first of the highest in pre-order of the heap of nodes in the order found';

/** Scores of the best nodes, and what decided between equals. */
function choiceLines(io: Io, { outcome, node, feasible, tied, tie, nominated, candidates }: Attempt): string[] {
  if (outcome !== 'scheduled') return [];
  if (nominated === node) return ['The node was kept for the pod: taken without a look at others.'];
  if (feasible === 1) return ['The only node that fits is taken without scores.'];
  const choice = tie === 'draw' ? `${node} was drawn of them` : `${node} comes first (${ORDER})`;
  if (candidates.length === 0) return wrap(`No plugin of the profile scores: of ${tied} equals ${choice}.`, TEXT_WIDTH);
  const lines = renderTable(
    {
      title: 'Scores',
      columns: [
        { name: 'score', figures: false },
        { name: 'weight', figures: true },
        ...candidates.map((candidate) => ({ name: candidate.node, figures: true })),
      ],
      rows: [
        ...(candidates[0]?.scores ?? []).map(({ plugin, weight }, index) => [
          plugin,
          String(weight),
          ...candidates.map(({ scores }) => String(scores[index]!.score)),
        ]),
        ['total', '', ...candidates.map(({ total }) => String(total))],
      ],
    },
    io.outColours.dim,
  );
  if (tied > 1) {
    lines.push(...wrap(`${tied} nodes have ${candidates[0]!.total}: ${choice}.`, TEXT_WIDTH));
  }
  return lines;
}

/** A point in virtual time to the millisecond: attempts are that short. */
function clock(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${(seconds % 60).toFixed(3)}s`;
  return [hours > 0 ? `${hours}h ` : '', hours + minutes > 0 ? `${minutes}m ` : '', rest].join('');
}
