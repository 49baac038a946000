import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { evaluateExpectations } from '../experiment/expect/evaluate.js';
import { identityOf } from '../experiment/identity.js';
import type { PlayOptions } from '../experiment/assemble.js';
import { MODEL_VERSION } from '../experiment/model-version.js';
import { readResolvedText, resolvedText, scenarioDigest } from '../experiment/resolved.js';
import { play, type Played } from '../experiment/run.js';
import { packageVersion } from '../experiment/version.js';
import { answerOf } from '../results/answer.js';
import { withDerivedTables } from '../results/derived-tables.js';
import {
  readManifest,
  readRunFolder,
  type RunFolder,
  runFolderName,
  stateOfRunFolder,
  writeRunFolder,
} from '../results/folder.js';
import { refuseUnwritable } from '../results/folder-files.js';
import { formatClock } from '../results/format.js';
import { podAttempts, podNames, workloadNames } from '../results/attempts.js';
import { untriedPods } from '../results/untried-pods.js';
import { verdictOf } from '../results/verdict.js';
import { summarize } from '../results/summary.js';
import { summaryTables } from '../results/summary-table.js';
import type { Scenario } from '../scenario/types.js';
import { differencesOf } from './differences.js';
import type { ExplainedRun, Hooks, Output, ReplayReport, ReplayRequest, RunReport, RunRequest } from './engine.js';
import { CommandError, EXIT, Interrupted } from './exit-codes.js';

/** Microseconds of a second: the model counts in those, people do not. */
const MICROS = 1_000_000;

/** Where folders of results go unless something else is asked for. */
const REPORTS = 'reports';

/** Plays a scenario step by step, so that progress is seen and Ctrl-C heard in between. */
async function playWithHooks(scenario: Scenario, options: PlayOptions, hooks: Hooks): Promise<Played> {
  const playing = play(scenario, options);
  for (;;) {
    const step = playing.next();
    if (step.done === true) return step.value;
    const { now, until, events } = step.value;
    const label = `${formatClock(now / MICROS)} / ${formatClock(until / MICROS)}`;
    hooks.onProgress({ done: now, total: until, label, work: events, unit: 'events' });
    await setImmediate(); // signals are only heard between turns of the event loop
    if (hooks.isInterrupted()) throw new Interrupted();
  }
}

/** `wavetank run`: looks whether the results are there, plays, judges, writes. */
export async function playRun(request: RunRequest, hooks: Hooks): Promise<RunReport> {
  const { scenario, output, inputs, explain, referenceScheduler } = request;
  const directory = directoryOf(scenario, output);
  if (directory !== '' && !output.force) {
    const key = {
      scenarioDigest: scenarioDigest(scenario),
      seed: scenario.seed,
      version: packageVersion(),
      modelVersion: MODEL_VERSION,
      ...(explain === undefined ? {} : { explained: explain }),
    };
    const state = stateOfRunFolder(directory, key);
    if (state === 'different')
      throw new CommandError(
        EXIT.usage,
        `${directory} holds something else`,
        '--force replaces older results, --out goes elsewhere',
      );
    if (state === 'up-to-date' && !referenceScheduler)
      return reportOf(await readRunFolder(directory), directory, [
        `${directory} is up to date: nothing was played (--force plays again)`,
      ]);
  }
  if (directory !== '') refuseUnwritable(directory);
  const played = await playWithHooks(scenario, { explain, referenceScheduler }, hooks);
  const folder = judge(played, scenario, request.command, request.notes, {
    file: inputs[0]?.path ?? '',
    inputs: inputs.map(({ path, bytes }) => ({ path, sha256: createHash('sha256').update(bytes).digest('hex') })),
  });
  await write(directory, folder, output, hooks);
  return reportOf(folder, directory, folder.identity.notes);
}

/** Empty for no folder. */
function directoryOf(scenario: Scenario, output: Output): string {
  if (output.folder === null) return '';
  const key = { scenario: scenario.name, scenarioDigest: scenarioDigest(scenario), seed: scenario.seed };
  return output.folder ?? `${REPORTS}/${runFolderName(key)}`;
}

function judge(
  played: Played,
  scenario: Scenario,
  command: string,
  notes: readonly string[],
  inputs: { readonly file: string; readonly inputs: unknown },
): RunFolder {
  const identity = identityOf(scenario, played, command, notes);
  const summary = summarize(played.tables, identity);
  const expectations = evaluateExpectations(played.assembly.world, summary, command);
  const tables = withDerivedTables(played.tables, identity.durationSeconds);
  return { identity, expectations, tables, resolvedScenario: resolvedText(scenario), inputs };
}

async function write(directory: string, folder: RunFolder, output: Output, hooks: Hooks): Promise<void> {
  if (directory === '') return;
  const onStep = (): void => {
    if (hooks.isInterrupted()) throw new Interrupted();
  };
  await writeRunFolder(directory, folder, { force: output.force, onStep });
}

function reportOf(folder: RunFolder, directory: string, notes: readonly string[]): RunReport {
  const { identity, expectations, tables } = folder;
  const summary = summarize(tables, identity);
  return {
    scenario: identity.scenario,
    seed: identity.seed,
    digest: identity.digest,
    events: identity.events,
    verdict: verdictOf(expectations, summary.actions),
    answer: answerOf(summary, expectations),
    tables: summaryTables(summary),
    expectations,
    summary,
    notes,
    folder: directory,
  };
}

/** `wavetank run --from`: plays what a folder was made from, byte by byte the same command, seed and scenario. */
export async function replay(request: ReplayRequest, hooks: Hooks): Promise<ReplayReport> {
  const { identity, inputs } = readManifest(request.manifest);
  const source = request.manifest.endsWith('.json') ? dirname(request.manifest) : request.manifest;
  const before = await readRunFolder(source);
  const scenario = readResolvedText(before.resolvedScenario);
  if (scenarioDigest(scenario) !== identity.scenarioDigest) {
    throw new CommandError(
      EXIT.usage,
      `${source}/scenario.resolved.yaml is not the scenario that was played: its digest differs`,
    );
  }
  const directory = request.verify ? source : directoryOf(scenario, request.output);
  if (!request.verify && directory !== '') refuseUnwritable(directory);
  const { command, notes, explained } = identity;
  const played = await playWithHooks(scenario, { explain: explained }, hooks);
  const folder = judge(played, scenario, command, notes, inputs as { file: string; inputs: unknown });
  const differences = request.verify ? differencesOf(before, folder) : [];
  if (!request.verify) await write(directory, folder, request.output, hooks);
  return { ...reportOf(folder, directory, identity.notes), differences };
}

/** `wavetank report`: draws charts and page anew, in the folder or into one file. */
export async function redraw(directory: string, outputFile: string | undefined): Promise<string> {
  const folder = await readRunFolder(directory);
  if (outputFile === undefined) {
    await writeRunFolder(directory, folder, { force: true });
    return `${directory}/report.html`;
  }
  const { runReport } = await import('../results/report.js');
  const { html } = await runReport(folder);
  writeFileSync(outputFile, html);
  return outputFile;
}

/** `wavetank explain`: reads what a run recorded of scheduling. */
export async function explainRun(directory: string): Promise<ExplainedRun> {
  const { identity, tables } = await readRunFolder(directory.replace(/\/manifest\.json$/, ''));
  const pods = podAttempts(tables);
  const untried = pods === undefined ? [] : untriedPods(tables);
  return { command: identity.command, pods, untried, subjects: [...podNames(tables), ...workloadNames(tables)] };
}
