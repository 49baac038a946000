import { summarize } from '../results/summary.js';
import { failuresOf, verdictOf } from '../results/verdict.js';
import { summaryFigures } from '../results/summary-figures.js';
import { evaluateExpectations } from './expect/evaluate.js';
import { identityOf } from './identity.js';
import { loadScenario } from './load.js';
import { type RecordedFiles, recordedAccess } from './recorded-access.js';
import { run } from './run.js';
import type { PlannedRun } from './sweep-plan.js';

/** One run for a worker: the scenario's files as the main thread read them, so that all runs see the same. */
export interface SweepJob {
  readonly file: string;
  readonly files: RecordedFiles;
  readonly settings: ReadonlyMap<string, string>;
  readonly run: PlannedRun;
}

/** What comes back, the same whichever worker played it. */
export interface SweepResult {
  readonly index: number;
  readonly digest: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly verdict: 'pass' | 'fail';
  /** Expectations that did not hold, as the scenario writes them. */
  readonly failed: readonly string[];
  /** Why the run did not end; empty if it did. */
  readonly failure: string;
}

/** Plays one run of a sweep. A run that fails is a result, too: the others go on. */
export default function playJob({ file, files, settings, run: planned }: SweepJob): SweepResult {
  const merged = new Map([...settings, ...Object.entries(planned.parameters)]);
  const { scenario, diagnostics } = loadScenario(file, recordedAccess(files), { settings: merged, seed: planned.seed });
  if (scenario === undefined) {
    const [first] = diagnostics.filter(({ severity }) => severity === 'error');
    return unplayed(planned.index, first === undefined ? 'the scenario is invalid' : first.message);
  }
  try {
    const played = run(scenario);
    const identity = identityOf(scenario, played, '', []);
    const summary = summarize(played.tables, identity);
    const outcomes = evaluateExpectations(played.assembly.world, summary, '');
    return {
      index: planned.index,
      digest: played.digest,
      figures: summaryFigures(summary),
      verdict: verdictOf(outcomes, summary.actions),
      failed: failuresOf(outcomes, summary.actions),
      failure: '',
    };
  } catch (error) {
    return unplayed(planned.index, error instanceof Error ? error.message : String(error));
  }
}

function unplayed(index: number, failure: string): SweepResult {
  return { index, digest: '', figures: {}, verdict: 'fail', failed: [], failure };
}
