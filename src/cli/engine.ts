import type { Answer } from '../results/answer.js';
import type { PodAttempts } from '../results/attempts.js';
import type { ExpectationOutcome } from '../results/identity.js';
import type { TextTable } from '../results/summary-table.js';
import type { UntriedPod } from '../results/untried-pods.js';
import type { InputFile } from '../scenario/files.js';
import type { Scenario } from '../scenario/types.js';
import type { Step } from './progress.js';

/** What commands tell the work, and what they hear from it, while it is under way. */
export interface Hooks {
  readonly onProgress: (step: Step) => void;
  /** Asked now and then; after true the work stops, leaves nothing half-written and throws `Interrupted`. */
  readonly isInterrupted: () => boolean;
}

export interface RunRequest {
  readonly scenario: Scenario;
  /** The scenario first, then all files that it names. */
  readonly inputs: readonly InputFile[];
  /** The exact command that repeats the run. */
  readonly command: string;
  /** What the reader must know, for example "stored, not simulated: ConfigMap". */
  readonly notes: readonly string[];
  /** Pods and controllers whose scheduling is to be explained; empty: all pods; undefined: none. */
  readonly explain?: readonly string[] | undefined;
  /** The scheduler remembers nothing: for those who doubt its shortcuts. */
  readonly referenceScheduler: boolean;
  readonly output: Output;
}

export interface Output {
  /** Where the folder of results goes: undefined for the name that follows from the input; null for no folder at all. */
  readonly folder: string | null | undefined;
  /** Replace what stands there. */
  readonly force: boolean;
}

export interface RunReport {
  readonly scenario: string;
  readonly seed: string;
  readonly digest: string;
  readonly events: number;
  readonly verdict: 'pass' | 'fail';
  readonly answer: Answer;
  readonly tables: readonly TextTable[];
  readonly expectations: readonly ExpectationOutcome[];
  /** All figures as plain data, for `--format json`. */
  readonly summary: unknown;
  readonly notes: readonly string[];
  /** The folder that was written; empty for none. */
  readonly folder: string;
}

export interface ReplayRequest {
  /** The `manifest.json` of a folder of results. */
  readonly manifest: string;
  /** Compare with what stands in the folder instead of writing a new one. */
  readonly verify: boolean;
  readonly output: Output;
}

export interface ReplayReport extends RunReport {
  /** What is not as it was, first difference first; empty if all is equal. */
  readonly differences: readonly string[];
}

export interface SweepRequest {
  /** The scenario as it is without anything varied. */
  readonly scenario: Scenario;
  /** The file, for workers to load with other values. */
  readonly file: string;
  /** `--set`, for all runs. */
  readonly settings: ReadonlyMap<string, string>;
  readonly runs: readonly PlannedRun[];
  readonly workers: number;
  readonly command: string;
  readonly notes: readonly string[];
  readonly output: Output;
}

/** One run of a sweep: values for `--set`, and a seed. */
export interface PlannedRun {
  readonly index: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly seed: string;
}

export interface SweepReport {
  readonly scenario: string;
  readonly answer: Answer;
  readonly tables: readonly TextTable[];
  readonly runs: number;
  /** Runs that did not end, with the reason. */
  readonly failures: readonly string[];
  /** Of all expectations of all runs. */
  readonly verdict: 'pass' | 'fail';
  readonly summary: unknown;
  readonly notes: readonly string[];
  readonly folder: string;
}

export interface ExplainedRun {
  /** The command that repeats the run. */
  readonly command: string;
  /** The pods whose scheduling was explained, with their attempts; undefined if it was not asked for. */
  readonly pods: readonly PodAttempts[] | undefined;
  /** Of what was asked for, the pods that nobody tried to place. */
  readonly untried: readonly UntriedPod[];
  /** All pods of the run and all that had pods, whether they were asked for or not: `pod/web-0`, `shop/deployment/web`. */
  readonly subjects: readonly string[];
}

/** The work behind the commands. Everything that cannot be done because of the user throws a `CommandError`. */
export interface Engine {
  readonly run: (request: RunRequest, hooks: Hooks) => Promise<RunReport>;
  readonly replay: (request: ReplayRequest, hooks: Hooks) => Promise<ReplayReport>;
  readonly sweep: (request: SweepRequest, hooks: Hooks) => Promise<SweepReport>;
  /** Draws the report of a folder anew; gives back the file. */
  readonly report: (folder: string, outputFile: string | undefined) => Promise<string>;
  /** What a folder knows of the scheduling of its pods. */
  readonly explain: (folder: string) => Promise<ExplainedRun>;
}
