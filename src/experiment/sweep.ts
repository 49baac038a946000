import type { FileAccess } from '../scenario/files.js';
import { loadScenario } from './load.js';
import { type RecordedFiles, recording } from './recorded-access.js';
import type { PlannedRun } from './sweep-plan.js';
import type { SweepJob, SweepResult } from './sweep-worker.js';

export interface SweepOptions {
  /** The scenario's file, as `access` knows it. */
  readonly file: string;
  readonly access: FileAccess;
  /** Values for all runs: parameters by name, fields by path. */
  readonly settings?: ReadonlyMap<string, string>;
  /** What to play: see `planSweep`. */
  readonly runs: readonly PlannedRun[];
  /** Worker threads. */
  readonly workers: number;
  /** Told after each run how many are done. */
  readonly onProgress?: (done: number) => void;
  /** Ends the sweep early: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Plays a plan on worker threads. The results come in the order of the plan, whoever finishes first. */
export async function sweep(options: SweepOptions): Promise<SweepResult[]> {
  const { file, settings = new Map<string, string>(), runs, workers, onProgress, signal } = options;
  const { Piscina } = await import('piscina');
  const files = recordFiles(options);
  const threads = Math.min(workers, runs.length);
  const pool = new Piscina({
    filename: new URL('./sweep-worker.js', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
  });
  const results: SweepResult[] = [];
  let done = 0;
  let next = 0;
  const playNext = async (): Promise<void> => {
    while (next < runs.length) {
      const run = runs[next++]!;
      const job: SweepJob = { file, files, settings, run };
      results[run.index] = (await pool.run(job, signal === undefined ? {} : { signal })) as SweepResult;
      done += 1;
      onProgress?.(done);
    }
  };
  try {
    await Promise.all(Array.from({ length: threads }, playNext));
    return results;
  } finally {
    await pool.destroy();
  }
}

/** Files as they are now, for all runs alike: loads every combination once and keeps what was read. */
function recordFiles({ file, access, settings = new Map(), runs }: SweepOptions): RecordedFiles {
  const recorder = recording(access);
  const seen = new Set<string>();
  for (const { parameters } of runs) {
    const key = JSON.stringify(parameters);
    if (seen.has(key)) continue;
    seen.add(key);
    loadScenario(file, recorder.access, { settings: new Map([...settings, ...Object.entries(parameters)]) });
  }
  return recorder.files;
}
