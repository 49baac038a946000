import { performance } from 'node:perf_hooks';
import { planSweep, sweep, sweepSeeds } from 'wavetank';
import { FILE_ACCESS } from '../src/experiment/file-access.js';
import { type Benchmark, type Figure, median } from './measure.js';

const SCENARIO = 'scenarios/tour/S34-autoscaler.yaml';
const RUNS = 24;
const REPETITIONS = 3;
/** What the project promises of two workers on two cores. */
const GOAL_RATIO = 1.8;

export const sweepBenchmark: Benchmark = {
  name: 'sweep',
  description:
    `${RUNS} seeds of ${SCENARIO} (25 minutes, some 600,000 events each) on one and on two worker threads, start of the\n` +
    `threads and loading of the scenario included: runs a second of wall time, median of ${REPETITIONS} interleaved repetitions.\n` +
    'Needs two idle cores.',
  run: measure,
};

async function measure(): Promise<Figure[]> {
  const runs = planSweep([], sweepSeeds('1', RUNS));
  const seconds: readonly [number[], number[]] = [[], []];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const workers of [1, 2] as const) {
      const before = performance.now();
      await sweep({ file: SCENARIO, access: FILE_ACCESS, runs, workers });
      seconds[workers - 1]!.push((performance.now() - before) / 1_000);
    }
  }
  const [one, two] = seconds.map((taken) => RUNS / median(taken)) as [number, number];
  const figure: Figure = { bench: 'sweep', case: `${RUNS} runs`, metric: 'runs, 2 workers', value: two, unit: '1/s' };
  return [
    { ...figure, baseline: { name: '1 worker', value: one }, ratio: two / one },
    {
      ...figure,
      metric: '2 workers against 1',
      value: two / one,
      unit: 'x',
      baseline: { name: 'goal', value: GOAL_RATIO },
      ratio: two / one / GOAL_RATIO,
    },
  ];
}
