/** The public library: what `import { run, sweep } from 'wavetank'` gives. */
export { type Played, play, type Progress, run } from './experiment/run.js';
export type { PlayOptions } from './experiment/assemble.js';
export { type SweepOptions, sweep } from './experiment/sweep.js';
export { type Fit, fit, type FitOptions } from './experiment/fit/fit.js';
export { type LoadOptions, loadScenario } from './experiment/load.js';
export { type PlannedRun, planSweep, sweepSeeds, type Variation } from './experiment/sweep-plan.js';
export type { SweepResult } from './experiment/sweep-worker.js';
export type { RecordedTable, TableDefinition } from './kernel/probe.js';
export type { Diagnostic } from './scenario/diagnostics.js';
export type { FileAccess } from './scenario/files.js';
export type { LoadResult } from './scenario/load.js';
export type { Scenario } from './scenario/types.js';
