import { parseArgs } from 'node:util';
import { controllersBenchmark } from './controllers.js';
import { kernelBenchmark } from './kernel.js';
import type { Benchmark, Figure } from './measure.js';
import { mm1Benchmark } from './mm1.js';
import { podsBenchmark } from './pods.js';
import { requestsBenchmark } from './requests.js';
import { scenarioBenchmark } from './scenario.js';
import { schedulerBenchmark } from './scheduler.js';
import { sweepBenchmark } from './sweep.js';

/** Every benchmark there is: add a file and its line here. */
const BENCHMARKS: readonly Benchmark[] = [
  kernelBenchmark,
  mm1Benchmark,
  requestsBenchmark,
  podsBenchmark,
  controllersBenchmark,
  scenarioBenchmark,
  schedulerBenchmark,
  sweepBenchmark,
];

const USAGE = `usage: npm run --silent bench -- NAME... [--format text|json]\nbenchmarks: ${BENCHMARKS.map(({ name }) => name).join(', ')}`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { format: { type: 'string', default: 'text' } },
    allowPositionals: true,
  });
  const chosen = positionals.map((name) => BENCHMARKS.find((benchmark) => benchmark.name === name));
  if (chosen.length === 0 || chosen.includes(undefined) || !['text', 'json'].includes(values.format)) {
    console.error(USAGE);
    return 2;
  }
  for (const benchmark of chosen) {
    if (benchmark === undefined) continue;
    if (values.format === 'text') console.log(`${benchmark.name}: ${benchmark.description}\n`);
    const figures = await benchmark.run();
    console.log(values.format === 'json' ? figures.map((figure) => JSON.stringify(figure)).join('\n') : table(figures));
  }
  return 0;
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ case: what, metric, value, unit, baseline, ratio }) => [
    what,
    metric,
    `${rounded(value)} ${unit}`,
    baseline === undefined ? '' : `${rounded(baseline.value)} ${unit} (${baseline.name})`,
    ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
  ]);
  const all = [['case', 'metric', 'value', 'baseline', 'ratio'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** Four significant digits are more than any of these figures deserves. */
function rounded(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toPrecision(4)} M` : String(Number(value.toPrecision(4)));
}

process.exitCode = await main();
