import { expect, test } from 'vitest';
import { playToEnd } from '../../bench/synthetic-cluster.js';
import { constant, type Distribution, exponential } from '../../src/kernel/distributions.js';
import { MS, poisson, rowsOf, SECOND, simulationOf, sumOf } from './fixture.js';

// Queueing theory (reference/network.md section 12) against whole runs: source, Service, pod, answer, without link delays.

const SERVICE_US = 10 * MS;
const SEEDS = 20;
/** Student's t for 19 degrees of freedom, 99 % two-sided. */
const STUDENT_99 = 2.861;
/** Requests of a run by utilisation; the first fifth is left out. */
const LENGTHS: readonly (readonly [utilisation: number, requests: number])[] = [
  [0.5, 8_000],
  [0.8, 12_000],
  [0.95, 40_000],
];

interface Model {
  readonly name: string;
  readonly cpu: Distribution;
  readonly servers: number;
  readonly concurrency: number;
  /** Mean wait over mean service. */
  wait(utilisation: number): number;
}

const MODELS: readonly Model[] = [
  { name: 'M/M/1', cpu: exponential(SERVICE_US), servers: 1, concurrency: 1, wait: (rho) => rho / (1 - rho) },
  {
    name: 'M/M/4',
    cpu: exponential(SERVICE_US),
    servers: 4,
    concurrency: 4,
    wait: (rho) => erlangC(4, 4 * rho) / (4 - 4 * rho),
  },
  { name: 'M/D/1', cpu: constant(SERVICE_US), servers: 1, concurrency: 1, wait: (rho) => rho / (1 - rho) / 2 },
  { name: 'M/M/1-PS', cpu: exponential(SERVICE_US), servers: 1, concurrency: 1e6, wait: (rho) => rho / (1 - rho) },
];

/** Chance to wait with `servers` servers and `load` erlang. */
function erlangC(servers: number, load: number): number {
  let blocked = 1;
  for (let server = 1; server <= servers; server++) blocked = (load * blocked) / (server + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

function meanWaitSeconds(model: Model, utilisation: number, requests: number, seed: number): number {
  const perSecond = (utilisation * model.servers * SECOND) / SERVICE_US;
  const intervalUs = Math.round((requests / perSecond / 5) * SECOND);
  const simulation = simulationOf(
    {
      sources: [poisson(perSecond)],
      workloads: [
        {
          name: 'web',
          concurrency: model.concurrency,
          queueLimit: 1e9,
          requests: { default: { cpu: model.cpu, calls: [] } },
        },
      ],
      intervalUs,
    },
    { seed: `theory-${seed}`, services: [{ name: 'web', pods: 1, workload: 0, cpuLimitMilli: model.servers * 1_000 }] },
  );
  const world = playToEnd(simulation, 5 * intervalUs);
  const rows = rowsOf(world, 'traffic').filter((row) => row.side === 'source' && Number(row.start_s) > 0);
  const answered = sumOf(rows, 'finished') - sumOf(rows, 'lost');
  const seconds = rows.reduce((sum, row) => sum + Number(row.mean_s) * (Number(row.finished) - Number(row.lost)), 0);
  expect(sumOf(rows, 'lost')).toBe(0);
  return seconds / answered - SERVICE_US / SECOND;
}

for (const model of MODELS) {
  for (const [utilisation, requests] of LENGTHS) {
    test(`${model.name} at utilisation ${utilisation}: the mean wait is that of theory`, () => {
      const waits = Array.from({ length: SEEDS }, (_, seed) => meanWaitSeconds(model, utilisation, requests, seed));
      const mean = waits.reduce((sum, wait) => sum + wait, 0) / SEEDS;
      const variance = waits.reduce((sum, wait) => sum + (wait - mean) * (wait - mean), 0) / (SEEDS - 1);
      const halfWidth = STUDENT_99 * Math.sqrt(variance / SEEDS);
      const theory = (model.wait(utilisation) * SERVICE_US) / SECOND;
      expect(Math.abs(mean - theory), `mean ${mean}, theory ${theory} +- ${halfWidth}`).toBeLessThan(halfWidth);
      expect(halfWidth / theory).toBeLessThan(0.25); // the interval is narrow enough to say something
    });
  }
}
