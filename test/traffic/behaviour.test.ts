import { expect, test } from 'vitest';
import { addPod, play, playToEnd, setServing, storeEndpoints } from '../../bench/synthetic-cluster.js';
import { SERVING_DRAINING, SERVING_NOTHING, SERVING_UNREACHABLE } from '../../src/cluster/nodes/workload.js';
import { constant, exponential } from '../../src/kernel/distributions.js';
import { trafficUsage } from '../../src/traffic/create-traffic.js';
import type { CallInput, WorkloadInput } from '../../src/traffic/model.js';
import type { TrafficWorld } from '../../src/traffic/world.js';
import { callTo, evenly, MS, poisson, rowsOf, SECOND, simulationOf, sumOf } from './fixture.js';

const FROM = 2 * SECOND;

function workload(
  name: string,
  cpuUs: number,
  calls: readonly CallInput[] = [],
  changes: Partial<WorkloadInput> = {},
): WorkloadInput {
  return {
    name,
    concurrency: 1_000,
    queueLimit: 1_000,
    requests: { default: { cpu: constant(cpuUs), calls } },
    ...changes,
  };
}

const service = (name: string, index: number, pods = 1, cpuLimitMilli = 8_000) => ({
  name,
  pods,
  workload: index,
  cpuLimitMilli,
});

function lossesOf(world: TrafficWorld, name: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rowsOf(world, 'losses').filter((each) => each.name === name)) {
    counts[String(row.reason)] = (counts[String(row.reason)] ?? 0) + Number(row.count);
  }
  return counts;
}

function meanOf(world: TrafficWorld, name: string): number {
  const rows = rowsOf(world, 'traffic').filter((row) => row.name === name && row.mean_s !== null);
  const answered = (row: (typeof rows)[number]): number => Number(row.finished) - Number(row.lost);
  return (
    rows.reduce((sum, row) => sum + Number(row.mean_s) * answered(row), 0) /
    rows.reduce((sum, row) => sum + answered(row), 0)
  );
}

test('calls: in sequence their times add up, in parallel the longest counts, CPU time follows', () => {
  const calls: CallInput[] = [
    callTo('a'),
    { kind: 'all', steps: [callTo('b'), { kind: 'sequence', steps: [callTo('a'), callTo('a')] }] },
    callTo('b', { probability: 0 }),
  ];
  const requests = { default: { cpu: constant(1_000), cpuAfter: constant(2_000), calls } };
  const simulation = simulationOf(
    {
      sources: [evenly(10, { fromUs: FROM })],
      workloads: [workload('web', 0, [], { requests }), workload('a', 4_000), workload('b', 5_000)],
      traces: { every: 100, slowest: 2 },
    },
    { services: [service('web', 0), service('a', 1), service('b', 2)] },
  );
  const world = playToEnd(simulation, 60 * SECOND);
  expect(meanOf(world, 'clients')).toBeCloseTo(0.001 + 0.004 + 0.008 + 0.002, 9);
  const spans = rowsOf(world, 'spans');
  const trace = spans.filter((row) => row.trace === 0);
  expect(trace.map(({ span, parent, service: name }) => [span, parent, name])).toEqual([
    [0, -1, 'web'],
    [1, 0, 'a'],
    [2, 0, 'a'],
    [3, 0, 'b'],
    [4, 0, 'a'],
  ]);
  expect(trace[0]).toMatchObject({ kept: 'sample', pod: 'default/web-0', outcome: 'ok', attempts: 1 });
  expect(Number(trace[0]!.service_s)).toBeCloseTo(0.003, 9);
  expect(Number(trace[0]!.calls_s)).toBeCloseTo(0.012, 9);
  expect(new Set(spans.map((row) => row.kept))).toEqual(new Set(['sample', 'slowest']));
});

test('calls happen with their probability', () => {
  const simulation = simulationOf(
    {
      sources: [evenly(1_000, { fromUs: FROM })],
      workloads: [workload('web', 0, [callTo('a', { probability: 0.3 })]), workload('a', 0)],
    },
    { services: [service('web', 0), service('a', 1)] },
  );
  const world = playToEnd(simulation, 22 * SECOND);
  expect(
    sumOf(
      rowsOf(world, 'traffic').filter((row) => row.name === 'a'),
      'finished',
    ) / 20_000,
  ).toBeCloseTo(0.3, 1);
});

test('a needed call that fails fails its caller: upstream; its other calls go on for nobody', () => {
  const calls: CallInput[] = [{ kind: 'all', steps: [callTo('a'), callTo('gone')] }];
  const simulation = simulationOf(
    { sources: [evenly(100, { fromUs: FROM })], workloads: [workload('web', 1_000, calls), workload('a', 50_000)] },
    { services: [service('web', 0), service('a', 1)] },
  );
  const world = playToEnd(simulation, 12 * SECOND);
  expect(lossesOf(world, 'clients')).toEqual({ upstream: 1_000 });
  expect(lossesOf(world, 'gone')).toEqual({ 'no-endpoints': 1_000 });
  expect(lossesOf(world, 'a')).toEqual({});
  expect(trafficUsage.cpuUs(world, 1)).toBeGreaterThan(900 * 50_000);
});

test('a time-out is the client’s: the pod works on, the late answer is dropped, retries send the same demand again', () => {
  const source = evenly(1, {
    fromUs: FROM,
    untilUs: 12 * SECOND,
    timeoutUs: 100 * MS,
    retries: 2,
    retryBackoffUs: 10 * MS,
    retryBackoffMaximumUs: SECOND,
  });
  const simulation = simulationOf(
    { sources: [source], workloads: [workload('web', 300 * MS)] },
    { services: [service('web', 0)] },
  );
  const world = playToEnd(simulation, 13 * SECOND);
  expect(lossesOf(world, 'clients')).toEqual({ timeout: 10 });
  expect(lossesOf(world, 'web')).toEqual({ timeout: 30 });
  expect(
    sumOf(
      rowsOf(world, 'traffic').filter((row) => row.name === 'clients'),
      'retries',
    ),
  ).toBe(20);
  expect(trafficUsage.cpuUs(world, 0)).toBeCloseTo(30 * 300 * MS, -4);
});

test('retries go to other pods, wait longer each time, and stop where their budget ends', () => {
  const source = (budget: number | null) =>
    evenly(100, {
      fromUs: FROM,
      timeoutUs: SECOND,
      retries: 5,
      retryBackoffUs: 10 * MS,
      retryBackoffMaximumUs: 40 * MS,
      retryBudget: budget,
    });
  const simulate = (budget: number | null): TrafficWorld => {
    const simulation = simulationOf(
      { sources: [source(budget)], workloads: [workload('web', 0)] },
      { services: [service('web', 0, 2)] },
    );
    play(simulation, FROM);
    setServing(simulation, 1, SERVING_NOTHING); // and its endpoint stays
    return playToEnd(simulation, 102 * SECOND);
  };
  const free = simulate(null);
  const retries = sumOf(
    rowsOf(free, 'traffic').filter((row) => row.name === 'clients'),
    'retries',
  );
  expect(retries / 10_000).toBeCloseTo(0.5 + 0.25 + 0.125 + 0.0625 + 0.03125, 1);
  expect((lossesOf(free, 'clients').refused ?? 0) / 10_000).toBeCloseTo(1 / 64, 2);
  const bound = simulate(0.1);
  expect(
    sumOf(
      rowsOf(bound, 'traffic').filter((row) => row.name === 'clients'),
      'retries',
    ) / 10_000,
  ).toBeCloseTo(0.1, 2);
});

test('a full queue refuses; what waits is served in order of arrival', () => {
  const web = workload('web', 100 * MS, [], { concurrency: 1, queueLimit: 2 });
  const simulation = simulationOf(
    { sources: [evenly(40, { fromUs: FROM })], workloads: [web] },
    { services: [service('web', 0)] },
  );
  const world = playToEnd(simulation, 12 * SECOND);
  const finished = sumOf(
    rowsOf(world, 'traffic').filter((row) => row.name === 'clients'),
    'finished',
  );
  expect(lossesOf(world, 'clients')['queue-full']! / finished).toBeCloseTo(0.75, 1);
  expect(meanOf(world, 'clients')).toBeGreaterThan(0.28);
  expect(meanOf(world, 'clients')).toBeLessThan(0.301);
});

test('serving: a killed pod cuts its requests, a draining one finishes them, a dead host leaves them without answer', () => {
  for (const [serving, expected] of [
    [SERVING_NOTHING, { reset: 10 }],
    [SERVING_DRAINING, {}],
    [SERVING_UNREACHABLE, { timeout: 10 }],
  ] as const) {
    const simulation = simulationOf(
      {
        sources: [evenly(10, { fromUs: FROM, untilUs: FROM + SECOND, timeoutUs: 20 * SECOND })],
        workloads: [workload('web', 5 * SECOND)],
      },
      { services: [service('web', 0, 1, 16_000)] },
    );
    play(simulation, FROM + 2 * SECOND);
    expect(trafficUsage.inFlight(simulation.world, 0)).toBe(10);
    setServing(simulation, 0, serving);
    // reportDrained tells the nodes, which this world does not have.
    simulation.handlers.table.fill(() => {}, 700, 800);
    const world = playToEnd(simulation, 30 * SECOND);
    expect(lossesOf(world, 'clients')).toEqual(expected);
    expect(trafficUsage.inFlight(world, 0)).toBe(0);
  }
});

test('a retry makes its calls to pods of their own choice, not again to those that failed before', () => {
  const simulation = simulationOf(
    {
      sources: [evenly(1_000, { fromUs: FROM, untilUs: FROM + 10 * SECOND, retries: 2, timeoutUs: SECOND })],
      workloads: [workload('web', 0, [callTo('back')]), workload('back', 0)],
    },
    { services: [service('web', 0), service('back', 1, 2)] },
  );
  play(simulation, FROM);
  setServing(simulation, 2, SERVING_NOTHING); // one of the two behind, and its endpoint stays
  const world = playToEnd(simulation, FROM + 20 * SECOND);
  const requests = rowsOf(world, 'traffic').filter(({ name }) => name === 'clients');
  expect(sumOf(requests, 'lost') / sumOf(requests, 'finished')).toBeCloseTo(0.125, 1);
});

test('a kept connection to a killed pod is opened anew; to a dead host only after a time-out', () => {
  for (const [serving, most] of [
    [SERVING_NOTHING, 0],
    [SERVING_UNREACHABLE, 30],
  ] as const) {
    const source = evenly(100, { fromUs: FROM, keepAliveConnections: 16, timeoutUs: 100 * MS });
    const simulation = simulationOf(
      { sources: [source], workloads: [workload('web', 100)] },
      { services: [service('web', 0, 2)] },
    );
    play(simulation, 5 * SECOND);
    setServing(simulation, 1, serving);
    storeEndpoints(simulation.world, 'web', 'modified', [0]);
    play(simulation, 6 * SECOND);
    const back = addPod(simulation, service('web', 0));
    storeEndpoints(simulation.world, 'web', 'modified', [0, back]);
    const lost = Object.values(lossesOf(playToEnd(simulation, 12 * SECOND), 'clients')).reduce(
      (sum, count) => sum + count,
      0,
    );
    expect(lost).toBeLessThanOrEqual(most);
    if (most > 0) expect(lost).toBeGreaterThan(0);
  }
});

test('CPU: requests share the limit, none gets more than a core, and the use adds up to the demand', () => {
  const simulation = simulationOf(
    { sources: [poisson(100, { fromUs: FROM, untilUs: 102 * SECOND })], workloads: [workload('web', 10 * MS)] },
    { services: [service('web', 0, 1, 2_000)] },
  );
  const world = playToEnd(simulation, 110 * SECOND);
  const { sent } = world.traffic.sources[0]!;
  expect(trafficUsage.cpuUs(world, 0) / (sent * 10 * MS)).toBeCloseTo(1, 3);
  expect(meanOf(world, 'clients')).toBeGreaterThan(0.01);
});

test('a closed source: users think, so their number bounds the rate (Little’s law)', () => {
  const simulation = simulationOf(
    {
      sources: [evenly(0, { fromUs: FROM, arrivals: { kind: 'closed', users: 50, think: exponential(SECOND) } })],
      workloads: [workload('web', 0, [], { requests: { default: { cpu: exponential(100 * MS), calls: [] } } })],
    },
    { services: [service('web', 0, 1, 100_000)], nodeCpuMilli: 100_000 },
  );
  const world = playToEnd(simulation, 202 * SECOND);
  const finished = sumOf(
    rowsOf(world, 'traffic').filter((row) => row.name === 'clients'),
    'finished',
  );
  expect(finished / 200 / (50 / 1.1)).toBeCloseTo(1, 1);
});
