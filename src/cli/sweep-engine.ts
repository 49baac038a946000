import { existsSync } from 'node:fs';
import { FILE_ACCESS } from '../experiment/file-access.js';
import { ASSUMPTIONS } from '../experiment/identity.js';
import { MODEL_VERSION } from '../experiment/model-version.js';
import { resolvedText, scenarioDigest } from '../experiment/resolved.js';
import { sweep } from '../experiment/sweep.js';
import type { SweepResult } from '../experiment/sweep-worker.js';
import { packageVersion } from '../experiment/version.js';
import { refuseUnwritable } from '../results/folder-files.js';
import type { SweepIdentity, SweepRun } from '../results/sweep.js';
import { sweepAnswer, sweepTables } from '../results/sweep-answer.js';
import { readSweepFolder, sweepFolderName, writeSweepFolder } from '../results/sweep-folder.js';
import type { Hooks, SweepReport, SweepRequest } from './engine.js';
import { CommandError, EXIT, Interrupted } from './exit-codes.js';

/** How often Ctrl-C is looked for while workers are busy. */
const LOOK_MS = 50;

/** `wavetank sweep`: plays the plan on worker threads. What comes out does not depend on who finishes first. */
export async function playSweep(request: SweepRequest, hooks: Hooks): Promise<SweepReport> {
  const { scenario, command, notes, output } = request;
  const identity: SweepIdentity = {
    scenario: scenario.name,
    scenarioDigest: scenarioDigest(scenario),
    version: packageVersion(),
    modelVersion: MODEL_VERSION,
    command,
    notes,
    assumptions: ASSUMPTIONS,
  };
  const directory = output.folder ?? `reports/${sweepFolderName(identity, request.runs)}`;
  const there = output.force ? undefined : runsThere(directory, identity, request);
  if (there !== undefined) {
    return reportOf(identity, there, directory, [
      `${directory} is up to date: nothing was played (--force plays again)`,
    ]);
  }
  refuseUnwritable(directory);
  const results = await playAll(request, hooks);
  const runs = request.runs.map(({ index, parameters, seed }): SweepRun => {
    const { digest, figures, verdict, failed, failure } = results[index]!;
    return { parameters, seed, digest, figures, verdict, failed, failure };
  });
  const inputs = { file: request.file, settings: Object.fromEntries(request.settings) };
  const onStep = (): void => {
    if (hooks.isInterrupted()) throw new Interrupted();
  };
  const resolvedScenario = resolvedText(scenario);
  await writeSweepFolder(directory, { identity, runs, resolvedScenario, inputs }, { force: output.force, onStep });
  return reportOf(identity, runs, directory, notes);
}

function reportOf(
  identity: SweepIdentity,
  runs: readonly SweepRun[],
  folder: string,
  notes: readonly string[],
): SweepReport {
  const answer = sweepAnswer(runs);
  return {
    scenario: identity.scenario,
    answer,
    tables: sweepTables(runs),
    runs: runs.length,
    failures: runs.flatMap(({ failure }, index) => (failure === '' ? [] : [`run ${index}: ${failure}`])),
    verdict: runs.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'fail',
    summary: { answer, runs },
    notes,
    folder,
  };
}

/** The runs of the same sweep, if its folder is there; refuses anything else that stands there, before the first run. */
function runsThere(directory: string, identity: SweepIdentity, request: SweepRequest): readonly SweepRun[] | undefined {
  if (!existsSync(directory)) return undefined;
  const found = readSweepFolder(directory);
  const planOf = (runs: readonly Pick<SweepRun, 'parameters' | 'seed'>[]): string =>
    JSON.stringify(runs.map(({ parameters, seed }) => [parameters, seed]));
  const isSame =
    found !== undefined &&
    JSON.stringify(found.identity) === JSON.stringify(identity) &&
    planOf(found.runs) === planOf(request.runs);
  if (isSame) return found.runs;
  throw new CommandError(
    EXIT.usage,
    `${directory} holds something else`,
    '--force replaces older results, --out goes elsewhere',
  );
}

/** All runs of the plan, in its order. */
async function playAll({ file, settings, runs, workers }: SweepRequest, hooks: Hooks): Promise<SweepResult[]> {
  const abort = new AbortController();
  let done = 0;
  const show = (): void => {
    hooks.onProgress({ done, total: runs.length, label: `${done}/${runs.length} runs`, work: done, unit: 'runs' });
  };
  const onProgress = (count: number): void => {
    done = count;
    show();
  };
  const timer = setInterval(() => {
    show();
    if (hooks.isInterrupted()) abort.abort();
  }, LOOK_MS);
  try {
    return await sweep({ file, access: FILE_ACCESS, settings, runs, workers, onProgress, signal: abort.signal });
  } catch (error) {
    if (abort.signal.aborted) throw new Interrupted();
    throw error;
  } finally {
    clearInterval(timer);
  }
}
