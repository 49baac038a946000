import type { Answer } from '../results/answer.js';
import type { ExpectationOutcome } from '../results/identity.js';
import type { TextTable } from '../results/summary-table.js';
import type { RunReport } from './engine.js';
import type { Io } from './io.js';
import { renderTable, wrap } from './text-table.js';

/** Sentences are broken at this width, wide terminals or not. */
const TEXT_WIDTH = 100;

export function printAnswer(io: Io, answer: Answer, tables: readonly TextTable[]): void {
  const paint = io.outColours;
  const width = Math.min(TEXT_WIDTH, Math.max(40, io.columns));
  const lines = [
    ...wrap(answer.headline, width).map(paint.bold),
    ...answer.sentences.flatMap((sentence) => wrap(sentence, width)),
  ];
  for (const table of tables) lines.push('', ...renderTable(table, paint.bold));
  io.out(`${lines.join('\n')}\n`);
}

/** What the figures of tables mean, below them. */
export function printTitles(io: Io, tables: readonly TextTable[]): void {
  const lines = tables.flatMap(({ title }) => wrap(`${title}.`, TEXT_WIDTH));
  io.out(lines.map((line) => `${io.outColours.dim(line)}\n`).join(''));
}

function printExpectations(io: Io, expectations: readonly ExpectationOutcome[]): void {
  if (expectations.length === 0) return;
  const paint = io.outColours;
  const lines = expectations.flatMap((outcome) => {
    const holds = outcome.verdict === 'pass';
    const mark = holds ? paint.green('✓ holds') : paint.red('✗ fails');
    const seen = `${mark}  ${outcome.text}  ${paint.dim(`seen ${outcome.seen} ${outcome.when}`)}`;
    return outcome.explain === '' ? [seen] : [seen, `         ${outcome.explain}`];
  });
  io.out(`\n${lines.join('\n')}\n`);
}

/** What the reader must know beside the result. */
export function printNotes(io: Io, notes: readonly string[]): void {
  for (const note of notes) io.err(`${io.errColours.yellow('note')}  ${note}\n`);
}

export function printRun(io: Io, report: RunReport): void {
  printAnswer(io, report.answer, report.tables);
  printExpectations(io, report.expectations);
  const where = report.folder === '' ? '' : `\nreport: ${report.folder}/report.html`;
  io.out(`\nseed ${report.seed}, digest ${report.digest}${where}\n`);
}

/** One row for each scenario. */
export function runsTable(
  reports: readonly (RunReport | { readonly scenario: string; readonly error: string })[],
): TextTable {
  return {
    title: 'Runs',
    columns: [
      { name: 'scenario', figures: false },
      { name: 'verdict', figures: false },
      { name: 'expectations', figures: true },
      { name: 'digest', figures: false },
      { name: 'answer', figures: false },
    ],
    rows: reports.map((report) => {
      if ('error' in report) return [report.scenario, 'error', '', '', report.error];
      const held = report.expectations.filter((outcome) => outcome.verdict === 'pass').length;
      const verdict = report.verdict === 'pass' ? 'pass' : 'FAIL';
      return [report.scenario, verdict, `${held}/${report.expectations.length}`, report.digest, report.answer.headline];
    }),
  };
}
