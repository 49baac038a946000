import { readFileSync } from 'node:fs';
import { evaluateExpectations } from '../../src/experiment/expect/evaluate.js';
import { identityOf } from '../../src/experiment/identity.js';
import { type Played, run } from '../../src/experiment/run.js';
import { summarize } from '../../src/results/summary.js';
import type { FileAccess } from '../../src/scenario/files.js';
import { loadScenario, type LoadOptions } from '../../src/experiment/load.js';
import type { Scenario } from '../../src/scenario/types.js';

export const FILES: FileAccess = {
  readFile: (path) => {
    try {
      return readFileSync(path);
    } catch {
      return undefined;
    }
  },
  glob: () => [],
};

/** Loads a scenario that must be good. */
export function load(path: string, options: LoadOptions = {}, files: FileAccess = FILES): Scenario {
  const { scenario, diagnostics } = loadScenario(path, files, options);
  if (scenario === undefined)
    throw new Error(diagnostics.map(({ line, message }) => `${path}:${line} ${message}`).join('\n'));
  return scenario;
}

/** Plays a scenario and judges its expectations. */
export function playFile(path: string, options: LoadOptions = {}) {
  const scenario = load(path, options);
  const played: Played = run(scenario);
  const summary = summarize(played.tables, identityOf(scenario, played, '', []));
  const outcomes = evaluateExpectations(played.assembly.world, summary, path);
  return { scenario, played, summary, outcomes };
}
