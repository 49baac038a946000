import type { RunIdentity } from './identity.js';

/** One run of a sweep: what was varied, and what came out. */
export interface SweepRun {
  /** Values of the varied parameters, as written in the plan. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly seed: string;
  /** Digest of the run; empty if it did not end. */
  readonly digest: string;
  /** `summaryFigures` of the run. */
  readonly figures: Readonly<Record<string, number>>;
  readonly verdict: 'pass' | 'fail';
  /** Expectations that did not hold, as the scenario writes them. */
  readonly failed: readonly string[];
  /** Why the run did not end; empty if it did. */
  readonly failure: string;
}

/** Which sweep it was. Seeds and digests stand in its table, run by run. */
export type SweepIdentity = Pick<
  RunIdentity,
  'scenario' | 'scenarioDigest' | 'version' | 'modelVersion' | 'command' | 'notes' | 'assumptions'
>;

/** Runs with the same parameters and different seeds. */
export interface Setting {
  readonly parameters: Readonly<Record<string, string>>;
  /** `surge=25%, replicas=3`; "all runs" when nothing was varied. */
  readonly label: string;
  /** Runs that ended, in the plan's order. */
  readonly runs: readonly SweepRun[];
}

/** The settings in the order of the plan. */
export function settingsOf(runs: readonly SweepRun[]): Setting[] {
  const settings = new Map<string, { parameters: SweepRun['parameters']; label: string; runs: SweepRun[] }>();
  for (const run of runs) {
    const label = labelOf(run.parameters);
    const setting = settings.get(label) ?? { parameters: run.parameters, label, runs: [] };
    settings.set(label, setting);
    if (run.failure === '') setting.runs.push(run);
  }
  return [...settings.values()];
}

function labelOf(parameters: Readonly<Record<string, string>>): string {
  const parts = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? 'all runs' : parts.join(', ');
}
