import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { planSweep, sweep, sweepSeeds } from 'wavetank';
import { FILE_ACCESS } from '../src/experiment/file-access.js';
import { type Benchmark, compared, type Figure, median } from './measure.js';

const SCENARIO = 'scenarios/tour/S34-autoscaler.yaml';
const RUNS = 24;
const REPETITIONS = 3;
/** What the project promises of two workers on two cores. */
const GOAL_RATIO = 1.8;
/** Additions of one thread of the control: about as long as a few runs. */
const CONTROL = 'let sum = 0; for (let index = 0; index < 1e9; index++) sum = (sum + index) | 0;';

export const sweepBenchmark: Benchmark = {
  name: 'sweep',
  description:
    `${RUNS} seeds of ${SCENARIO} (25 minutes, some 600,000 events each) on one and on two worker threads, start of the\n` +
    `threads and loading of the scenario included: runs a second of wall time, median of ${REPETITIONS} interleaved repetitions.\n` +
    'Needs two idle cores: how much of them there was is told by two threads that do nothing but add, against one, in each repetition.',
  run: measure,
};

async function measure(): Promise<Figure[]> {
  const runs = planSweep([], sweepSeeds('1', RUNS));
  const seconds: readonly [number[], number[]] = [[], []];
  const control: number[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    control.push((2 * (await addingThreads(1))) / (await addingThreads(2)));
    for (const workers of [1, 2] as const) {
      const before = performance.now();
      await sweep({ file: SCENARIO, access: FILE_ACCESS, runs, workers });
      seconds[workers - 1]!.push((performance.now() - before) / 1_000);
    }
  }
  const [one, two] = seconds.map((taken) => RUNS / median(taken)) as [number, number];
  const figure: Figure = { bench: 'sweep', case: `${RUNS} runs`, metric: 'runs, 2 workers', value: two, unit: '1/s' };
  const gain = { ...figure, metric: '2 workers against 1', value: two / one, unit: 'x' };
  return [
    compared(figure, { name: '1 worker', value: one }),
    compared(gain, { name: 'goal', value: GOAL_RATIO }),
    compared(gain, { name: 'threads that only add', value: median(control) }),
  ];
}

/** Seconds of wall time that so many threads take for the control, side by side. */
async function addingThreads(count: number): Promise<number> {
  const before = performance.now();
  await Promise.all(Array.from({ length: count }, () => once(new Worker(CONTROL, { eval: true }), 'exit')));
  return (performance.now() - before) / 1_000;
}
