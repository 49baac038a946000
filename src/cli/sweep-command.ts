import { availableParallelism } from 'node:os';
import { MAXIMUM_RUNS, parseVariation, planSweep, sweepSeeds, type Variation } from '../experiment/sweep-plan.js';
import { formatDiagnostic } from '../scenario/text.js';
import type { SweepOptions } from './commands/sweep.js';
import { type Context, shellQuote } from './context.js';
import type { PlannedRun } from './engine.js';
import { CommandError, EXIT } from './exit-codes.js';
import { STDIN } from './files.js';
import { refuseImpossible } from './impossible-combinations.js';
import { InputError, type Loaded, loadForPlay } from './load.js';
import { requireFiles } from './options.js';
import { printAnswer, printNotes, printTitles } from './print-report.js';
import { progressBar } from './progress.js';

/** Runs shown by `--dry-run`. */
const SHOWN_RUNS = 3;

/** `wavetank sweep`: checks every combination before the first run, then plays the plan. */
export async function sweepCommand(context: Context, file: string | undefined, options: SweepOptions): Promise<number> {
  requireFiles(file === undefined ? [] : [file], 'sweep');
  if (file === STDIN) throw new CommandError(EXIT.usage, 'sweep needs a file: its workers cannot read standard input');
  const variations = readVariations(options);
  const base = loadCombination(context, file!, options, {});
  const total = variations.reduce((product, { values }) => product * values.length, options.seeds);
  if (total > MAXIMUM_RUNS)
    throw new CommandError(EXIT.usage, `${total} runs are more than the limit of ${MAXIMUM_RUNS}`);
  const runs = planSweep(variations, sweepSeeds(options.seed ?? base.scenario.seed, options.seeds));
  // A value that does not fit is found now and not after an hour.
  const combinations = runs.filter((_run, index) => index % options.seeds === 0).map(({ parameters }) => parameters);
  refuseImpossible(
    combinations,
    combinations.map((parameters) => mistakesOf(() => loadCombination(context, file!, options, parameters))),
  );
  return options.dryRun === true
    ? printPlan(context, base.scenario.name, runs, options)
    : playPlan(context, file!, base, runs, options);
}

function readVariations(options: SweepOptions): Variation[] {
  const names = new Set<string>();
  return (options.vary ?? []).map((text) => {
    const variation = parseVariation(text);
    if (typeof variation === 'string') throw new CommandError(EXIT.usage, `--vary: ${variation}`);
    if (names.has(variation.name) || (options.set ?? new Map()).has(variation.name)) {
      throw new CommandError(EXIT.usage, `--vary: ${variation.name} is given twice`);
    }
    if (new Set(variation.values).size < variation.values.length) {
      throw new CommandError(EXIT.usage, `--vary: ${variation.name} has the same value twice`);
    }
    names.add(variation.name);
    return variation;
  });
}

function loadCombination(
  context: Context,
  file: string,
  options: SweepOptions,
  parameters: PlannedRun['parameters'],
): Loaded {
  const settings = new Map([...(options.set ?? []), ...Object.entries(parameters)]);
  return loadForPlay(context.io, file, { settings });
}

/** What is wrong with a combination, a text each; empty if nothing is. */
function mistakesOf(load: () => unknown): readonly string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
    return errors.map((diagnostic) => formatDiagnostic(diagnostic, undefined, false).replaceAll(/\n */g, '; '));
  }
}

function printPlan(context: Context, name: string, runs: readonly PlannedRun[], options: SweepOptions): number {
  const { io } = context;
  if (options.format === 'json') {
    io.out(`${JSON.stringify({ scenario: name, runs }, null, 2)}\n`);
    return EXIT.ok;
  }
  const describe = (run: PlannedRun): string => {
    const values = Object.entries(run.parameters).map(([parameter, value]) => `${parameter}=${value}`);
    return `  ${run.index}  ${[...values, `seed=${run.seed}`].join('  ')}`;
  };
  io.out(`${runs.length} runs of ${name}\n${runs.slice(0, SHOWN_RUNS).map(describe).join('\n')}\n`);
  if (runs.length > SHOWN_RUNS) io.out(`  … and ${runs.length - SHOWN_RUNS} more\n`);
  return EXIT.ok;
}

async function playPlan(
  context: Context,
  file: string,
  { scenario, notes }: Loaded,
  runs: readonly PlannedRun[],
  options: SweepOptions,
): Promise<number> {
  const { io } = context;
  const bar = progressBar(io, `sweep ${scenario.name}`, options.quiet === true);
  const words = [
    'wavetank',
    'sweep',
    file,
    ...(options.vary ?? []).flatMap((text) => ['--vary', text]),
    '--seeds',
    String(options.seeds),
  ];
  if (options.seed !== undefined) words.push('--seed', options.seed);
  for (const [parameter, value] of options.set ?? []) words.push('--set', `${parameter}=${value}`);
  try {
    const engine = await context.loadEngine();
    const report = await engine.sweep(
      {
        scenario,
        notes,
        file,
        settings: options.set ?? new Map(),
        runs,
        workers: options.workers ?? availableParallelism(),
        command: words.map(shellQuote).join(' '),
        output: { folder: options.out, force: options.force === true },
      },
      { onProgress: bar.show, isInterrupted: io.isInterrupted },
    );
    bar.clear();
    if (options.quiet !== true) printNotes(io, report.notes);
    for (const failure of report.failures) io.err(`${io.errColours.red('failed')}  ${failure}\n`);
    if (options.format === 'json') io.out(`${JSON.stringify(report.summary, null, 2)}\n`);
    else {
      printAnswer(io, report.answer, report.tables);
      printTitles(io, report.tables);
      if (report.folder !== '') io.out(`\nreport: ${report.folder}/report.html\n`);
    }
    if (report.failures.length > 0) return EXIT.incomplete;
    return report.verdict === 'pass' ? EXIT.ok : EXIT.negative;
  } finally {
    bar.clear();
  }
}
