import type { Judged } from './agreement.js';
import type { Difference } from './compare.js';
import { type Milestone, worstOf } from './milestones.js';

/** `NAME: decisions agree, events agree, final agree, worst milestone 1.02 (+12 ms, ...)` */
export function verdictLine(
  name: string,
  { decisions, events, final, milestones, run }: Judged,
  subject: string | undefined,
): string {
  const word = (differences: readonly Difference[]): string => (differences.length === 0 ? 'agree' : 'differ');
  const worst = worstOf(milestones);
  const belongs = subject === undefined ? '' : ` [${subject}]`;
  const which = run === 1 ? '' : `, run ${run}`;
  return `${name}: decisions ${word(decisions)}, events ${word(events)}, final ${word(final)}, worst milestone ${worst === undefined ? '-' : milestoneWords(worst)}${which}${belongs}`;
}

function milestoneWords({ name, realMs, oursMs }: Milestone): string {
  const difference = Math.round(oursMs - realMs);
  const sign = difference > 0 ? '+' : '';
  return `${(oursMs / realMs).toFixed(2)} (${sign}${difference} ms: ${name})`;
}

/** What differs, side by side: the real run on the left. */
export function differenceLines({ about, real, ours }: Difference): string[] {
  const rows = Math.max(real.length, ours.length);
  const isLong = [...real, ...ours].some((text) => text.length > COLUMN);
  const lines = [`  ${about}`];
  if (isLong) {
    for (let row = 0; row < rows; row++) {
      if (real[row] === ours[row]) continue;
      const [left, right] = fieldsApart(real[row] ?? '', ours[row] ?? '');
      lines.push(`    real ${left}`, `    ours ${right}`);
    }
    return lines;
  }
  lines.push(`    ${'real'.padEnd(COLUMN)} ours`);
  for (let row = 0; row < rows; row++) lines.push(`    ${(real[row] ?? '').padEnd(COLUMN)} ${ours[row] ?? ''}`);
  return lines;
}

const COLUMN = 60;
/** Left around the part that differs. */
const CONTEXT = 80;

/** Two long texts without what they begin and end with alike. */
function fieldsApart(left: string, right: string): [string, string] {
  let start = 0;
  while (start < left.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < Math.min(left.length, right.length) - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const cut = (text: string): string => {
    const [from, to] = [Math.max(0, start - CONTEXT), Math.min(text.length, text.length - end + CONTEXT)];
    return `${from > 0 ? '...' : ''}${text.slice(from, to)}${to < text.length ? '...' : ''}`;
  };
  return [cut(left), cut(right)];
}
