import type { RecordedTable } from '../kernel/probe.js';

/** What a run recorded: every table under its name. The only thing that the results see of the model. */
export type RecordedTables = ReadonlyMap<string, RecordedTable>;

/**
 * Which run it was: all that is needed to tell two runs apart and to play one again. No wall-clock time and nothing of
 * the machine, so that the same scenario and seed give the same bytes everywhere.
 */
export interface RunIdentity {
  /** Name of the scenario, for example `boutique-rollout`. */
  readonly scenario: string;
  readonly seed: string;
  /** Version of the wavetank package. */
  readonly version: string;
  /** Version of the model: changes when the same seed gives other numbers. */
  readonly modelVersion: string;
  /** Digest over every event of the run, 16 hexadecimal digits. */
  readonly digest: string;
  /** Events played. */
  readonly events: number;
  /** SHA-256 of the resolved scenario in canonical JSON, 64 hexadecimal digits. */
  readonly scenarioDigest: string;
  /** The exact command that repeats the run. */
  readonly command: string;
  /** Virtual time played, in seconds. */
  readonly durationSeconds: number;
  /** Start of the run that is left out of the summary figures, in seconds. */
  readonly warmupSeconds: number;
  /** Latency preset of the cluster: managed, bare-metal, large, edge or recorded. */
  readonly preset: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** What the scenario's author supposes, in words. */
  readonly assumptions: readonly string[];
  /** What the reader must know, for example "stored, not simulated: ConfigMap". */
  readonly notes: readonly string[];
  /** Pods and controllers whose scheduling was explained: empty for all pods; absent: of none. */
  readonly explained?: readonly string[];
}

/** What became of one line of the scenario's `expect:`. */
export interface ExpectationOutcome {
  /** As written in the scenario. */
  readonly text: string;
  readonly verdict: 'pass' | 'fail';
  /** The value seen, formatted with its unit. */
  readonly seen: string;
  /** When it was seen ("over the run after the warm-up", "at 5m"). */
  readonly when: string;
  /** The command that explains a failure; empty for a pass. */
  readonly explain: string;
}

/** What a table file says of where it comes from. The runs of a sweep have seeds and digests of their own, row by row. */
export type TableIdentity = Pick<RunIdentity, 'version' | 'modelVersion' | 'scenario' | 'scenarioDigest' | 'command'> &
  Partial<Pick<RunIdentity, 'seed' | 'digest'>>;

/** Key-value metadata of a table file: identity, units and what the columns mean. */
export function tableMetadata(table: RecordedTable, identity: TableIdentity): Map<string, string> {
  const { columns } = table.definition;
  const withUnit = columns.filter((column) => column.unit !== '');
  return new Map([
    ['wavetank.version', identity.version],
    ['wavetank.model_version', identity.modelVersion],
    ['wavetank.table', table.definition.name],
    ['wavetank.description', table.definition.description],
    ['wavetank.scenario', identity.scenario],
    ['wavetank.scenario.sha256', identity.scenarioDigest],
    ...(identity.seed === undefined ? [] : [['wavetank.seed', identity.seed] as const]),
    ...(identity.digest === undefined ? [] : [['wavetank.digest', identity.digest] as const]),
    ['wavetank.command', identity.command],
    ['wavetank.units', JSON.stringify(Object.fromEntries(withUnit.map((column) => [column.name, column.unit])))],
    [
      'wavetank.columns',
      JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, column.description]))),
    ],
    // The types as recorded: the file may store an integer column as Float64 when its values need it.
    ['wavetank.types', JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, column.type])))],
  ]);
}
