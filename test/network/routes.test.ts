import { expect, test } from 'vitest';
import { addPod, play, playToEnd, setServing, storeEndpoints } from '../../bench/synthetic-cluster.js';
import { SERVING_NOTHING, SERVING_UNREACHABLE } from '../../src/cluster/nodes/workload.js';
import { exponential, constant } from '../../src/kernel/distributions.js';
import { NETWORK_PRESETS, withProxyMode } from '../../src/network/parameters.js';
import { INSTANT_NETWORK } from './instant-network.js';
import { evenly, MS, poisson, type Row, rowsOf, SECOND, simulationOf, sumOf } from '../traffic/fixture.js';

// The checks of reference/network.md section 13 and the ways into a Service, by whole runs of the request path.

const QUICK = { name: 'web', concurrency: 1e6, queueLimit: 0, requests: { default: { cpu: constant(0), calls: [] } } };
/** Ten seconds of traffic, from when all nodes know their endpoints. */
const SETTLED = { fromUs: 5 * SECOND, untilUs: 15 * SECOND };
const web = (pods: number) => ({ name: 'web', pods, workload: 0, cpuLimitMilli: 1_000 });

function answersByPod(rows: readonly Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { pod, count } of rows) counts.set(String(pod), (counts.get(String(pod)) ?? 0) + Number(count));
  return counts;
}

function losses(rows: readonly Row[], side = 'source'): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows.filter((each) => each.side === side)) {
    counts[String(row.reason)] = (counts[String(row.reason)] ?? 0) + Number(row.count);
  }
  return counts;
}

test.each(['iptables', 'nftables'] as const)('%s: 10,000 short connections to 4 pods share 25 % +- 1.3 %', (mode) => {
  const simulation = simulationOf(
    { sources: [evenly(1_000, SETTLED)], workloads: [QUICK] },
    { services: [web(4)], network: withProxyMode(INSTANT_NETWORK, mode) },
  );
  const counts = [...answersByPod(rowsOf(playToEnd(simulation, 20 * SECOND), 'balance')).values()];
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10_000);
  let chiSquare = 0;
  for (const count of counts) {
    expect(Math.abs(count / 10_000 - 0.25)).toBeLessThan(0.013);
    chiSquare += ((count - 2_500) * (count - 2_500)) / 2_500;
  }
  expect(chiSquare).toBeLessThan(11.34); // 99 % with 3 degrees of freedom
});

test('ipvs goes round the endpoints, on each node for itself', () => {
  const simulation = simulationOf(
    { sources: [evenly(1_000, SETTLED)], workloads: [QUICK] },
    { nodes: 1, services: [web(4)], network: withProxyMode(INSTANT_NETWORK, 'ipvs') },
  );
  const counts = answersByPod(rowsOf(playToEnd(simulation, 20 * SECOND), 'balance'));
  expect([...counts.values()]).toEqual([2_500, 2_500, 2_500, 2_500]);
});

test('20 kept connections to 4 pods: the shares vary as the theory of binomials says (CV about 0.39)', () => {
  const squares: number[] = [];
  for (let seed = 0; seed < 200; seed++) {
    const simulation = simulationOf(
      { sources: [evenly(1_000, { keepAliveConnections: 20 })], workloads: [QUICK] },
      { seed: `keep-${seed}`, services: [web(4)] },
    );
    const counts = answersByPod(rowsOf(playToEnd(simulation, 0.2 * SECOND), 'balance'));
    for (let pod = 0; pod < 4; pod++) {
      const deviation = (counts.get(`default/web-${pod}`) ?? 0) / 50 - 1;
      squares.push(deviation * deviation);
    }
  }
  const cv = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  expect(cv).toBeCloseTo(Math.sqrt(3 / 20), 1);
});

test('scaled from 2 to 4 pods, kept connections stay where they are; new ones are spread', () => {
  for (const [keepAliveConnections, share] of [
    [20, 0],
    [0, 0.5],
  ] as const) {
    const simulation = simulationOf(
      { sources: [evenly(1_000, { keepAliveConnections })], workloads: [QUICK] },
      { services: [web(2)] },
    );
    play(simulation, 10 * SECOND);
    const added = [addPod(simulation, web(2)), addPod(simulation, web(2))];
    storeEndpoints(simulation.world, 'web', 'modified', [0, 1, ...added]);
    const rows = rowsOf(playToEnd(simulation, 20 * SECOND), 'balance').filter((row) => row.start_s === 10);
    const counts = answersByPod(rows);
    const gotten = added.reduce((sum, pod) => sum + (counts.get(`default/web-${pod}`) ?? 0), 0);
    expect(gotten / 10_000).toBeCloseTo(share, 1);
    if (share === 0) expect(gotten).toBe(0);
  }
});

test('an ended pod refuses until each node has programmed its end: watch delay and sync, some tens of milliseconds', () => {
  const network = NETWORK_PRESETS.managed;
  const simulation = simulationOf(
    { sources: [evenly(1_000, { fromUs: 5 * SECOND })], workloads: [QUICK] },
    { nodes: 8, services: [web(4)], network },
  );
  play(simulation, 10 * SECOND);
  setServing(simulation, 3, SERVING_NOTHING);
  storeEndpoints(simulation.world, 'web', 'modified', [0, 1, 2]);
  const rows = rowsOf(playToEnd(simulation, 20 * SECOND), 'losses');
  // A quarter of 1000/s for about 12 ms + 20 ms; nothing in flight.
  const { refused, ...others } = losses(rows);
  expect(others).toEqual({});
  expect(refused).toBeGreaterThan(3);
  expect(refused).toBeLessThan(20);
});

test('changes in quick succession are gathered: a sync starts a second after the last one ended', () => {
  const simulation = simulationOf(
    { sources: [evenly(10_000)], workloads: [QUICK] },
    { nodes: 1, services: [web(4)], network: { ...INSTANT_NETWORK, minSyncPeriodUs: SECOND } },
  );
  play(simulation, 10 * SECOND);
  storeEndpoints(simulation.world, 'web', 'modified', [0, 1, 2]);
  play(simulation, 10 * SECOND + 100 * MS);
  setServing(simulation, 2, SERVING_NOTHING);
  storeEndpoints(simulation.world, 'web', 'modified', [0, 1]);
  const { refused } = losses(rowsOf(playToEnd(simulation, 20 * SECOND), 'losses'));
  // First sync ends at 10.02 s; the second waits until 11.02 s and takes 0.02 s: 0.94 s of a third of 10,000/s.
  expect(refused! / 10_000).toBeCloseTo(0.94 / 3, 1);
});

test('connections to a dead node time out; to a Service without endpoints they are refused at once', () => {
  const simulation = simulationOf(
    { sources: [evenly(1_000, { timeoutUs: 100 * MS })], workloads: [QUICK] },
    { services: [web(1)], network: NETWORK_PRESETS.managed },
  );
  play(simulation, 5 * SECOND);
  setServing(simulation, 0, SERVING_UNREACHABLE);
  play(simulation, 10 * SECOND);
  storeEndpoints(simulation.world, 'web', 'modified', []);
  const counts = losses(rowsOf(playToEnd(simulation, 15 * SECOND), 'losses'));
  expect(Object.keys(counts).toSorted()).toEqual(['no-endpoints', 'timeout']);
  expect(counts.timeout).toBeGreaterThan(4_990);
  expect(counts['no-endpoints']).toBeGreaterThan(4_800);
});

test('a terminating endpoint that serves is used while nothing is ready', () => {
  const simulation = simulationOf({ sources: [evenly(1_000)], workloads: [QUICK] }, { services: [web(2)] });
  play(simulation, 10 * SECOND);
  storeEndpoints(simulation.world, 'web', 'modified', [], [1]);
  const rows = rowsOf(playToEnd(simulation, 20 * SECOND), 'balance').filter((row) => row.start_s === 10);
  const counts = answersByPod(rows);
  expect(counts.get('default/web-1')! / 10_000).toBeCloseTo(1, 1);
});

test('session affinity by client IP: a source stays with its pod', () => {
  const simulation = simulationOf(
    { sources: [evenly(1_000)], workloads: [QUICK] },
    { nodes: 1, services: [{ ...web(4), spec: { ports: [{ port: 80 }], sessionAffinity: 'ClientIP' } }] },
  );
  expect(answersByPod(rowsOf(playToEnd(simulation, 10 * SECOND), 'balance')).size).toBe(1);
});

const nodePort = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] } as const;

test('a node port answers on every node, whichever has the pods; on a dead node it does not', () => {
  const simulation = simulationOf(
    {
      sources: [evenly(1_000, { to: { kind: 'node-port', node: '', port: 30_080 }, timeoutUs: SECOND })],
      workloads: [QUICK],
    },
    { services: [{ ...web(1), spec: nodePort }] },
  );
  play(simulation, 10 * SECOND);
  expect(losses(rowsOf(simulation.world, 'losses'))).toEqual({});
  simulation.world.nodes.hosts.reachable[2] = 0;
  const counts = losses(rowsOf(playToEnd(simulation, 31 * SECOND), 'losses'));
  expect(counts.timeout! / 20_000).toBeCloseTo(0.25, 1);
});

test('externalTrafficPolicy Local: a node without an endpoint drops, and a node port that nobody has refuses', () => {
  const simulation = simulationOf(
    {
      sources: [
        evenly(1_000, { to: { kind: 'node-port', node: '', port: 30_080 }, timeoutUs: SECOND }),
        evenly(1_000, { name: 'lost', to: { kind: 'node-port', node: 'node-1', port: 30_081 }, timeoutUs: SECOND }),
      ],
      workloads: [QUICK],
    },
    { services: [{ ...web(2), spec: { ...nodePort, externalTrafficPolicy: 'Local' } }] },
  );
  const rows = rowsOf(playToEnd(simulation, 11 * SECOND), 'losses');
  expect(losses(rows.filter((row) => row.name === 'clients')).timeout! / 10_000).toBeCloseTo(0.5, 1);
  expect(losses(rows.filter((row) => row.name === 'lost')).refused).toBeGreaterThan(10_000);
});

test('the external balancer takes a dead node out after its failed probes, and back in after it returns', () => {
  const simulation = simulationOf(
    {
      sources: [
        evenly(1_000, {
          to: { kind: 'load-balancer', namespace: 'default', service: 'web', port: 80 },
          timeoutUs: SECOND,
        }),
      ],
      workloads: [QUICK],
    },
    { services: [{ ...web(4), spec: { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30_080 }] } }] },
  );
  play(simulation, 10 * SECOND);
  simulation.world.nodes.hosts.reachable[1] = 0;
  play(simulation, 60 * SECOND);
  simulation.world.nodes.hosts.reachable[1] = 1;
  const rows = rowsOf(playToEnd(simulation, 100 * SECOND), 'losses');
  // 3 probes, 10 s apart, fail within 20 to 30 s: a quarter of 1000/s until then, nothing later.
  const { timeout } = losses(rows);
  expect(timeout).toBeGreaterThan(4_500);
  expect(timeout).toBeLessThan(8_000);
  expect(Math.max(...rows.map((row) => Number(row.start_s)))).toBeLessThanOrEqual(40);
});

test('links: a round trip of a new connection costs two exchanges, of a kept one a single one', () => {
  const network = { ...INSTANT_NETWORK, sameZone: constant(1_000), sameNode: constant(1_000) };
  for (const [keepAliveConnections, milliseconds] of [
    [0, 2],
    [1, 1],
  ] as const) {
    const simulation = simulationOf(
      { sources: [poisson(1_000, { keepAliveConnections })], workloads: [QUICK] },
      { services: [web(1)], network },
    );
    const rows = rowsOf(playToEnd(simulation, 10 * SECOND), 'traffic').filter((row) => row.side === 'source');
    expect(Number(rows[0]!.mean_s)).toBeCloseTo(milliseconds / 1_000, 5);
  }
});

test('round trips have the mean of their distribution', () => {
  const network = { ...INSTANT_NETWORK, sameNode: exponential(500), sameZone: exponential(500), connectRoundTrips: 0 };
  const simulation = simulationOf({ sources: [evenly(1_000)], workloads: [QUICK] }, { services: [web(4)], network });
  const rows = rowsOf(playToEnd(simulation, 50 * SECOND), 'traffic').filter((row) => row.side === 'source');
  const mean = rows.reduce((sum, row) => sum + Number(row.mean_s), 0) / rows.length;
  expect(mean).toBeCloseTo(0.0005, 5);
  expect(sumOf(rows, 'finished')).toBe(50_000);
});
