import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play, playToEnd, setServing, storeEndpoints, type Simulation } from '../../bench/synthetic-cluster.js';
import { SERVING_NOTHING, SERVING_OPEN } from '../../src/cluster/nodes/workload.js';
import { checkpoint, restore } from '../../src/kernel/checkpoint.js';
import { digestHex } from '../../src/kernel/digest.js';
import { exponential, lognormalByPercentiles } from '../../src/kernel/distributions.js';
import { NETWORK_PRESETS } from '../../src/network/parameters.js';
import { REQUEST } from '../../src/traffic/requests.js';
import type { TrafficWorld } from '../../src/traffic/world.js';
import { callTo, MS, poisson, rowsOf, SECOND, simulationOf, sumOf, tableDigest } from './fixture.js';

const END = 6 * SECOND;

/** Two services, retries, kept connections, traces, a queue that overflows, a pod that dies and comes back. */
function lively(seed = '42', webPods = 3): Simulation {
  const calls = [
    {
      kind: 'all' as const,
      steps: [callTo('back', { keepAliveConnections: 2 }), callTo('back', { probability: 0.5 })],
    },
  ];
  return simulationOf(
    {
      sources: [
        poisson(300, {
          timeoutUs: 60 * MS,
          retries: 2,
          retryBackoffUs: 5 * MS,
          retryBackoffMaximumUs: 20 * MS,
          retryBudget: 0.2,
        }),
        poisson(0, { name: 'users', arrivals: { kind: 'closed', users: 20, think: exponential(200 * MS) } }),
      ],
      workloads: [
        { name: 'web', concurrency: 4, queueLimit: 4, requests: { default: { cpu: exponential(5 * MS), calls } } },
        {
          name: 'back',
          concurrency: 3,
          queueLimit: 0,
          requests: {
            default: {
              cpu: lognormalByPercentiles({ probability: 0.5, value: 3 * MS }, { probability: 0.99, value: 20 * MS }),
              calls: [],
            },
          },
        },
      ],
      intervalUs: SECOND,
      traces: { every: 10, slowest: 5 },
    },
    {
      seed,
      zones: 2,
      network: NETWORK_PRESETS.managed,
      services: [
        { name: 'web', pods: webPods, workload: 0, cpuLimitMilli: 1_000 },
        { name: 'back', pods: 3, workload: 1, cpuLimitMilli: 1_000 },
      ],
    },
  );
}

/** Plays to a time, with a pod that is gone between 3 and 4 seconds. */
function playWithDeath(simulation: Simulation, from: number, until: number): void {
  const steps: [number, () => void][] = [
    [3 * SECOND, () => setServing(simulation, 1, SERVING_NOTHING)],
    [3.2 * SECOND, () => storeEndpoints(simulation.world, 'web', 'modified', [0, 2])],
    [4 * SECOND, () => setServing(simulation, 1, SERVING_OPEN)],
    [4.1 * SECOND, () => storeEndpoints(simulation.world, 'web', 'modified', [0, 1, 2])],
  ];
  for (const [at, act] of steps) {
    if (at <= from || at > until) continue;
    play(simulation, at);
    act();
  }
  play(simulation, until);
}

function outcome(simulation: Simulation): string {
  const world = playToEnd(simulation, END);
  return `${digestHex(world.kernel.digest)} ${tableDigest(world)}`;
}

test('the same seed gives the same run; a checkpoint at any time goes on to the same end', () => {
  const whole = lively();
  playWithDeath(whole, 0, END);
  const expected = outcome(whole);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: END - 1 }), (at) => {
      const first = lively();
      playWithDeath(first, 0, at);
      const resumed: Simulation = { ...first, world: restore(checkpoint(first.world)) };
      playWithDeath(resumed, at, END);
      expect(outcome(resumed)).toBe(expected);
    }),
    { numRuns: 12, seed: 1 },
  );
});

/** Deadlines of the attempts that still wait for theirs. */
function deadlines({ traffic: { requests } }: TrafficWorld): number[] {
  const records = Array.from({ length: requests.capacity }, (_, record) => record);
  return records
    .map((record) => requests.reals[record * REQUEST.REALS + REQUEST.DEADLINE]!)
    .filter((deadline) => deadline > 0);
}

test('nothing is lost sight of: what was sent is answered, lost or still there; records are given back', () => {
  const simulation = lively();
  playWithDeath(simulation, 0, END);
  for (const source of simulation.world.traffic.sources) (source as { untilUs: number }).untilUs = 0;
  const world = playToEnd(simulation, END + 10 * SECOND);
  for (const source of world.traffic.sources) {
    const rows = rowsOf(world, 'traffic').filter((row) => row.side === 'source' && row.name === source.name);
    expect(sumOf(rows, 'finished')).toBe(source.sent);
  }
  const { integers, capacity } = world.traffic.requests;
  let free = 0;
  for (
    let record = world.traffic.requests.free;
    record >= 0;
    record = integers[record * REQUEST.INTEGERS + REQUEST.NEXT]!
  )
    free += 1;
  expect(free).toBe(capacity);
  expect(deadlines(world)).toEqual([]);
  const losses = new Set(rowsOf(world, 'losses').map((row) => row.reason));
  expect(losses).toEqual(new Set(['no-endpoints', 'timeout', 'queue-full', 'upstream', 'refused', 'reset']));
});

test('common random numbers: more pods, same arrivals and same demands', () => {
  const traceOf = (webPods: number): Map<string, number> => {
    const simulation = lively('7', webPods);
    const world = playToEnd(simulation, END);
    const sampled = rowsOf(world, 'spans').filter(
      (row) => row.kept === 'sample' && row.parent === -1 && row.source === 'clients',
    );
    return new Map(
      sampled.filter((row) => row.outcome === 'ok').map((row) => [String(row.start_s), Number(row.service_s)]),
    );
  };
  const few = traceOf(3);
  const many = traceOf(30);
  const common = [...few.keys()].filter((start) => many.has(start));
  expect(common.length).toBeGreaterThan(20);
  // Alone on its CPU, a request takes its demand; with others around it takes longer, never less.
  const longer = common.filter((start) => few.get(start)! >= many.get(start)! - 2e-6).length;
  expect(longer / common.length).toBeGreaterThan(0.8);
});
