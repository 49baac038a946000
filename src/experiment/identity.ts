import type { RunIdentity } from '../results/identity.js';
import type { Scenario } from '../scenario/types.js';
import { microsToSeconds } from '../kernel/time.js';
import { podNames, workloadNames } from '../results/attempts.js';
import { nearest } from '../scenario/diagnostics.js';
import { MODEL_VERSION } from './model-version.js';
import { scenarioDigest } from './resolved.js';
import type { Played } from './run.js';
import { packageVersion } from './version.js';

/** Which run it was, for its results. `notes`: what the reader must know, for example "stored, not simulated: ...". */
export function identityOf(scenario: Scenario, played: Played, command: string, notes: readonly string[]): RunIdentity {
  const { explained } = played.assembly.world.scheduler;
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    version: packageVersion(),
    modelVersion: MODEL_VERSION,
    digest: played.digest,
    events: played.events,
    scenarioDigest: scenarioDigest(scenario),
    command,
    durationSeconds: microsToSeconds(scenario.durationUs),
    warmupSeconds: microsToSeconds(scenario.warmupUs),
    preset: scenario.cluster.preset,
    parameters: scenario.parameters,
    assumptions: ASSUMPTIONS,
    // A replay brings the notes of the run that it repeats.
    notes: [...new Set([...notes, ...notExplained(played)])],
    ...(explained === undefined ? {} : { explained: explained.subjects }),
  };
}

/** What was to be explained and is not there. */
function notExplained({ assembly, tables }: Played): string[] {
  const { explained } = assembly.world.scheduler;
  const known = [...new Set([...podNames(tables), ...workloadNames(tables)])];
  return (explained?.subjects ?? [])
    .filter((subject) => !explained!.met.has(subject))
    .map((subject) => {
      const near = nearest(subject, known);
      return `--explain ${subject}: the run had no such pod or workload${near === undefined ? '' : `; did you mean ${near}?`}`;
    });
}

/** What every run supposes. */
export const ASSUMPTIONS = [
  'What a request costs, how long software takes to start and how large images are, is what the scenario says.',
  'Latencies of the control plane, nodes and links are those of the preset, where the scenario replaces none.',
];
