import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { FILE_ACCESS } from '../src/experiment/file-access.js';
import { assemble } from '../src/experiment/assemble.js';
import { run } from '../src/experiment/run.js';
import { runUntil } from '../src/kernel/simulation.js';
import { DAY_US, MINUTE_US } from '../src/kernel/time.js';
import { loadScenario } from '../src/experiment/load.js';
import type { Scenario } from '../src/scenario/types.js';
import { type Benchmark, type Figure, median } from './measure.js';

const MAIN_SCENARIO = 'scenarios/online-boutique-rollout.yaml';
const REPETITIONS = 5;
/** What the project promises of each figure. */
const GOALS = { main: 10, idle: 0.1, help: 0.15, memory: 500 };
/** The start-up of the idle cluster is not what is measured. */
const START_UP_US = 5 * MINUTE_US;

export const scenarioBenchmark: Benchmark = {
  name: 'scenario',
  description:
    'The main scenario (20 minutes of Online Boutique under 200 requests a second, with a rollout and a dead node) from\n' +
    'assembly to the last event, on one core, in seconds of wall time; the same cluster without traffic and timeline for\n' +
    `24 idle hours after start-up; and \`wavetank --help\` as a process. Median of ${REPETITIONS}; the baseline is the goal.`,
  run: () => [...playMain(), ...playIdleDay(), ...printHelp()],
};

function playMain(): Figure[] {
  const scenario = load();
  const seconds: number[] = [];
  let events = 0;
  for (let round = 0; round < REPETITIONS; round++) {
    globalThis.gc?.();
    const before = performance.now();
    events = run(scenario).events;
    seconds.push((performance.now() - before) / 1_000);
  }
  const took = median(seconds);
  const what = { bench: 'scenario', case: 'main scenario' };
  const peak = process.resourceUsage().maxRSS / 1_024;
  return [
    against({ ...what, metric: 'wall time', value: took, unit: 's' }, GOALS.main),
    { ...what, metric: 'events', value: events / took, unit: 'events/s' },
    against({ ...what, metric: 'peak resident memory, all repetitions', value: peak, unit: 'MB' }, GOALS.memory),
  ];
}

function playIdleDay(): Figure[] {
  const scenario: Scenario = { ...load(), durationUs: DAY_US, traffic: [], timeline: [], expectations: [] };
  const seconds: number[] = [];
  for (let round = 0; round < REPETITIONS; round++) {
    const { world, handlers } = assemble(scenario);
    runUntil(world, handlers, START_UP_US);
    const before = performance.now();
    runUntil(world, handlers, START_UP_US + DAY_US);
    seconds.push((performance.now() - before) / 1_000);
  }
  const figure = { bench: 'scenario', case: 'idle 24 hours', metric: 'wall time', value: median(seconds), unit: 's' };
  return [against(figure, GOALS.idle)];
}

function printHelp(): Figure[] {
  const seconds = Array.from({ length: REPETITIONS * 2 }, () => {
    const before = performance.now();
    spawnSync(process.execPath, ['dist/cli/main.js', '--help']);
    return (performance.now() - before) / 1_000;
  });
  const figure = { bench: 'scenario', case: 'wavetank --help', metric: 'wall time', value: median(seconds), unit: 's' };
  return [against(figure, GOALS.help)];
}

function against(figure: Figure, goal: number): Figure {
  return { ...figure, baseline: { name: 'goal', value: goal }, ratio: figure.value / goal };
}

function load(): Scenario {
  const { scenario, diagnostics } = loadScenario(MAIN_SCENARIO, FILE_ACCESS);
  if (scenario === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return scenario;
}
