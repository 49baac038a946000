import { expect, test } from 'vitest';
import { play, storeEndpoints } from '../../bench/synthetic-cluster.js';
import { constant } from '../../src/kernel/distributions.js';
import { NETWORK_PRESETS, syncUs } from '../../src/network/parameters.js';
import { seenVersion } from '../../src/network/proxies.js';
import { MS, SECOND, simulationOf } from '../traffic/fixture.js';

const web = { name: 'web', pods: 3, workload: 0, cpuLimitMilli: 1_000 };
const WORKLOAD = { name: 'web', concurrency: 1, queueLimit: 0, requests: { default: { cpu: constant(0), calls: [] } } };

test('changes that all nodes must have are forgotten, and a node that looks for the first time has them', () => {
  const simulation = simulationOf(
    { sources: [], workloads: [WORKLOAD] },
    { services: [web], network: NETWORK_PRESETS.managed },
  );
  const { world } = simulation;
  for (let change = 1; change <= 20_000; change++) {
    play(simulation, change * 100 * MS);
    storeEndpoints(world, 'web', 'modified', change % 2 === 0 ? [0, 1] : [0, 1, 2]);
  }
  play(simulation, 2_003 * SECOND);
  const service = world.network.serviceIndexes.get('default/web')!;
  expect(world.network.log.committedAt.length).toBeLessThan(2_000);
  expect(world.network.services[service]!.versions.length).toBeLessThan(1_000);
  expect([...seenVersion(world, 3, service).ready.pods]).toEqual([0, 1]);
});

test('a node sees a change after the watch delay and the sync, never before, and never steps back', () => {
  const simulation = simulationOf(
    { sources: [], workloads: [WORKLOAD] },
    { services: [web], network: { ...NETWORK_PRESETS.managed, watchDelivery: constant(30 * MS) } },
  );
  const { world } = simulation;
  const service = world.network.serviceIndexes.get('default/web')!;
  play(simulation, 10 * SECOND);
  storeEndpoints(world, 'web', 'modified', [0]);
  const doneUs = 30 * MS + syncUs('iptables', 1, 1, 1);
  for (const [after, pods] of [
    [29 * MS, 3],
    [doneUs - 1, 3],
    [doneUs, 1],
    [SECOND, 1],
  ] as const) {
    play(simulation, 10 * SECOND + after);
    expect(seenVersion(world, 0, service).ready.pods.length).toBe(pods);
  }
});

test('a full sync takes as long as measured (reference/network.md section 3)', () => {
  // kubernetes issue 138073: about 590,000 rules; the incremental model leaves the save and restore of the full one out.
  expect(syncUs('iptables', 0, 0, 1)).toBe(20 * MS);
  expect(syncUs('nftables', 10_000, 0, 1) / SECOND).toBeCloseTo(3.65, 2);
  expect(syncUs('nftables', 44_000, 0, 1) / SECOND).toBeCloseTo(65.3, 0);
  expect(syncUs('ipvs', 0, 0, 10)).toBe(21 * MS);
});
