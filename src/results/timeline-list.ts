import { rows } from './columns.js';
import { formatClock, formatDuration } from './format.js';
import { escapeHtml } from './html.js';
import type { RecordedTables } from './identity.js';
import { type Scaling, scalingsOf } from './scalings.js';

interface Entry {
  readonly at: number;
  /** As the charts mark it: a number in a disc for an action, a triangle for a step of an autoscaler. */
  readonly sign: string;
  readonly isStep: boolean;
  readonly text: string;
  readonly outcome: string;
  readonly isFailure: boolean;
}

/** The timeline's entries under the numbers that the charts carry, and the autoscalers' steps between them. */
export function timelineList(tables: RecordedTables): string {
  const entries = [...actionEntries(tables), ...scalingsOf(tables).map(scalingEntry)];
  const sorted = entries
    .map((entry, index) => ({ entry, index }))
    .sort((left, right) => left.entry.at - right.entry.at || left.index - right.index);
  const items = sorted.map(({ entry: { at, sign, isStep, text, outcome, isFailure } }) => {
    const words = `<code>${escapeHtml(text)}</code><span class="outcome${isFailure ? ' fail' : ''}">${escapeHtml(outcome)}</span>`;
    return `<li><span class="number${isStep ? ' step' : ''}">${sign}</span><span class="time">${formatClock(at)}</span>${words}</li>`;
  });
  return items.length === 0 ? '' : `<ol class="panel timeline">${items.join('\n')}</ol>`;
}

function actionEntries(tables: RecordedTables): Entry[] {
  const shape = { time_s: 'number', done_s: 'number', command: 'text', outcome: 'text' } as const;
  return rows(tables, 'actions', shape).map((action, index) => {
    const lag = action.done_s === null ? 0 : action.done_s - action.time_s!;
    const took = lag > 0 ? `in effect after ${formatDuration(lag)}` : 'in effect at once';
    const isFailure = action.outcome !== 'ok';
    const outcome = isFailure ? `failed: ${action.outcome!}` : (tellReturn(tables, action) ?? took);
    return { at: action.time_s!, sign: String(index + 1), isStep: false, text: action.command!, outcome, isFailure };
  });
}

/** A machine that is switched on is not yet a node: what counts is when the API server saw it Ready. */
function tellReturn(
  tables: RecordedTables,
  action: { readonly time_s: number | null; readonly command: string | null },
): string | undefined {
  const subject = /^recover (?<subject>(?:node|zone) .*)$/.exec(action.command!)?.groups?.['subject'];
  if (subject === undefined) return undefined;
  const recoveries = rows(tables, 'recoveries', { subject: 'text', start_s: 'number', returned_s: 'number' });
  const ours = recoveries.filter((row) => row.subject === subject && row.start_s! <= action.time_s!);
  const returned = ours.toSorted((left, right) => right.start_s! - left.start_s!)[0]?.returned_s;
  if (returned === undefined) return undefined;
  return returned === null
    ? 'switched on; not Ready within the run'
    : `switched on; Ready after ${formatDuration(Math.max(0, returned - action.time_s!))}`;
}

function scalingEntry({ autoscaler, atSeconds, from, to, reason }: Scaling): Entry {
  const sign = from !== null && to < from ? '▼' : '▲';
  const text = `HPA ${autoscaler}: ${from ?? '?'} -> ${to}`;
  return { at: atSeconds, sign, isStep: true, text, outcome: reason, isFailure: false };
}
