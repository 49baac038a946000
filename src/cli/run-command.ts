import type { LoadOptions } from '../experiment/load.js';
import { subjectNamed } from '../experiment/measure/explained.js';
import type { RunOptions } from './commands/run.js';
import { type Context, shellQuote } from './context.js';
import type { Engine, Hooks, Output, RunReport } from './engine.js';
import { CommandError, EXIT } from './exit-codes.js';
import { InputError, loadForPlay } from './load.js';
import { requireFiles } from './options.js';
import { printDiagnostics } from './print-diagnostics.js';
import { printNotes, printRun, runsTable } from './print-report.js';
import { type ProgressBar, progressBar } from './progress.js';
import { renderTable } from './text-table.js';

/** `wavetank run`: one scenario in full, several as a table. */
export async function runCommand(context: Context, files: readonly string[], options: RunOptions): Promise<number> {
  if (options.from !== undefined) return replay(context, files, options, options.from);
  if (options.verify === true) throw new CommandError(EXIT.usage, '--verify goes with --from manifest.json');
  const explain = explainedSubjects(options.explain);
  requireFiles(files, 'run');
  return files.length === 1
    ? runOne(context, files[0]!, options, explain)
    : runSeveral(context, files, options, explain);
}

/** Undefined: nothing is to be explained; empty: all pods. */
type Explain = readonly string[] | undefined;

function explainedSubjects(explain: RunOptions['explain']): Explain {
  if (explain === undefined || explain === true) return explain && [];
  return explain.map((text) => {
    const subject = /\.(ya?ml|json)$|^-$/.test(text) ? undefined : subjectNamed(text);
    if (subject !== undefined) return subject;
    const hint = 'pod/NAME, deployment/NAME and so on; the scenario comes before: wavetank run FILE --explain pod/NAME';
    throw new CommandError(EXIT.usage, `--explain ${text}: not a pod or what controls pods`, hint);
  });
}

function loadOptions(options: RunOptions): LoadOptions {
  return {
    settings: options.set ?? new Map(),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.until === undefined ? {} : { until: options.until }),
  };
}

/** The command that repeats a run: what changes the result, and nothing of how it is shown. */
function repeatCommand(file: string, options: RunOptions): string {
  const words = ['wavetank', 'run', file];
  if (options.seed !== undefined) words.push('--seed', options.seed);
  for (const [name, value] of options.set ?? []) words.push('--set', `${name}=${value}`);
  if (options.until !== undefined) words.push('--until', options.until);
  if (options.explain !== undefined) words.push('--explain', ...(options.explain === true ? [] : options.explain));
  return words.map(shellQuote).join(' ');
}

async function play<T>(
  context: Context,
  title: string,
  isQuiet: boolean,
  work: (engine: Engine, hooks: Hooks) => Promise<T>,
): Promise<T> {
  const bar: ProgressBar = progressBar(context.io, title, isQuiet);
  try {
    const engine = await context.loadEngine();
    return await work(engine, { onProgress: bar.show, isInterrupted: context.io.isInterrupted });
  } finally {
    bar.clear();
  }
}

async function runOne(context: Context, file: string, options: RunOptions, explain: Explain): Promise<number> {
  const { io } = context;
  const { scenario, inputs, notes } = loadForPlay(io, file, loadOptions(options));
  const output: Output = { folder: options.out, force: options.force === true };
  const command = repeatCommand(file, options);
  const report = await play(context, scenario.name, options.quiet === true, (engine, hooks) =>
    engine.run(
      { scenario, inputs, command, notes, explain, referenceScheduler: options.referenceScheduler === true, output },
      hooks,
    ),
  );
  printResult(context, report, options);
  return report.verdict === 'pass' ? EXIT.ok : EXIT.negative;
}

function printResult(context: Context, report: RunReport, options: RunOptions): void {
  const { io } = context;
  if (options.quiet !== true) printNotes(io, report.notes);
  if (options.format === 'json') io.out(`${JSON.stringify(jsonOf(report), null, 2)}\n`);
  else printRun(io, report);
}

function jsonOf(report: RunReport): object {
  const { verdict, answer, expectations, folder, summary } = report;
  const figures = typeof summary === 'object' && summary !== null ? summary : {};
  return { verdict, answer, expectations, folder, ...figures };
}

/** Several scenarios: a row each, and folders of results only where `--out` asks for them. */
async function runSeveral(
  context: Context,
  files: readonly string[],
  options: RunOptions,
  explain: Explain,
): Promise<number> {
  const { io } = context;
  const reports: (RunReport | { readonly scenario: string; readonly error: string })[] = [];
  let isBroken = false;
  for (const [index, file] of files.entries()) {
    try {
      const { scenario, inputs, notes } = loadForPlay(io, file, loadOptions(options));
      const folder = options.out === undefined ? null : `${options.out}/${scenario.name}`;
      const command = repeatCommand(file, options);
      const title = `${index + 1}/${files.length} ${scenario.name}`;
      const report = await play(context, title, options.quiet === true, (engine, hooks) =>
        engine.run(
          {
            scenario,
            inputs,
            command,
            notes,
            explain,
            referenceScheduler: options.referenceScheduler === true,
            output: { folder, force: options.force === true },
          },
          hooks,
        ),
      );
      reports.push(report);
    } catch (error) {
      // A bad file spoils its row and not the table.
      if (!(error instanceof CommandError)) throw error;
      isBroken = true;
      if (error instanceof InputError) printDiagnostics(io, error.diagnostics, error.sources);
      else if (error.hint !== '') io.err(`${error.message}\n  ${error.hint}\n`);
      reports.push({ scenario: file, error: error.message });
    }
  }
  if (options.format === 'json') {
    const list = reports.map((report) =>
      'error' in report ? report : { scenario: report.scenario, ...jsonOf(report) },
    );
    io.out(`${JSON.stringify(list, null, 2)}\n`);
  } else {
    io.out(`${renderTable(runsTable(reports), io.outColours.bold).join('\n')}\n`);
    for (const report of reports) {
      if ('error' in report) continue;
      for (const outcome of report.expectations.filter(({ verdict }) => verdict === 'fail')) {
        io.out(
          `${io.outColours.red('✗')} ${report.scenario}: ${outcome.text}  (seen ${outcome.seen} ${outcome.when})\n`,
        );
      }
    }
  }
  if (isBroken) return EXIT.usage;
  return reports.every((report) => 'verdict' in report && report.verdict === 'pass') ? EXIT.ok : EXIT.negative;
}

async function replay(
  context: Context,
  files: readonly string[],
  options: RunOptions,
  manifest: string,
): Promise<number> {
  if (
    files.length > 0 ||
    options.seed !== undefined ||
    options.set !== undefined ||
    options.until !== undefined ||
    options.explain !== undefined ||
    options.referenceScheduler !== undefined
  ) {
    throw new CommandError(
      EXIT.usage,
      '--from plays what the folder was made from: no file, --seed, --set, --until, --explain or --reference-scheduler',
    );
  }
  const { io } = context;
  const output: Output = { folder: options.verify === true ? null : options.out, force: options.force === true };
  const report = await play(context, 'replay', options.quiet === true, (engine, hooks) =>
    engine.replay({ manifest, verify: options.verify === true, output }, hooks),
  );
  printResult(context, report, options);
  if (options.verify !== true) return report.verdict === 'pass' ? EXIT.ok : EXIT.negative;
  if (report.differences.length === 0) {
    io.err(`${io.errColours.green('equal')}  digest ${report.digest} and all tables are as they were\n`);
    return EXIT.ok;
  }
  for (const difference of report.differences) io.err(`${io.errColours.red('differs')}  ${difference}\n`);
  return EXIT.negative;
}
