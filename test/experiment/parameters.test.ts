import { expect, it } from 'vitest';
import { loadScenario } from '../../src/experiment/load.js';
import { clusterParameters, knownParameters } from '../../src/experiment/parameters.js';
import { constant } from '../../src/kernel/distributions.js';
import type { ClusterSpec } from '../../src/scenario/types.js';

const CLUSTER: ClusterSpec = {
  preset: 'managed',
  etcdMembers: 3,
  kubeProxyMode: 'iptables',
  scheduler: undefined,
  schedulerTies: 'ordered',
  plegOnDemandRelist: true,
  parameters: [],
  pools: [],
};
const position = { file: 'a.yaml', line: 1, column: 1, length: 1 };
const withParameter = (name: string, value: number): ClusterSpec => ({
  ...CLUSTER,
  parameters: [{ name, value: constant(value), position }],
});

it('knows a parameter by its room, and alone where one room has it', () => {
  const known = knownParameters();
  expect(known.get('api.fsync')).toBe('distribution');
  expect(known.get('fsync')).toBe('distribution');
  expect(known.get('network.connectRoundTrips')).toBe('number');
});

it('does not offer what is no duration, number or switch', () => {
  const known = knownParameters();
  for (const name of ['proxyMode', 'network.proxyMode', 'balancer', 'network.balancer']) {
    expect({ name, known: known.has(name) }).toEqual({ name, known: false });
  }
});

it('replaces every parameter it knows under each of its names', () => {
  for (const name of knownParameters().keys()) {
    const replaced = clusterParameters(withParameter(name, 7));
    const rooms = Object.entries(replaced).flatMap(([room, values]) =>
      Object.entries(values).map(([own, value]) => [`${room}.${own}`, value] as const),
    );
    const changed = rooms.filter(([, value]) => JSON.stringify(value) === JSON.stringify(constant(7)));
    expect(changed.map(([full]) => full.endsWith(name))).toEqual([true]);
  }
});

it('stops at a name that nobody has', () => {
  expect(() => clusterParameters(withParameter('fsnyc', 7))).toThrow('no single parameter is called "fsnyc"');
});

it.each([
  ['api.etcdMembers: 4', 'expected 1, 3, 5 or 7 members'],
  ['etcdMembers: 9', 'expected 1, 3, 5 or 7 members'],
  ['api.tailChance: 1.5', 'expected a number from 0 to 1'],
  ['pullBytesPerSecond: 0', 'expected a number above 0'],
  ['imageLayers: -1', 'expected a number of 0 or more'],
  ['fsnyc: 1ms', 'unknown parameter "fsnyc"'],
])('a scenario with the parameter %s is refused with a diagnostic when it is loaded', (parameter, message) => {
  const text = `scenario: x\nduration: 1m\ncluster: { parameters: { ${parameter} }, nodes: [{ pool: a, count: 1, cpu: 1, memory: 1Gi }] }\n`;
  const access = { readFile: () => new TextEncoder().encode(text), glob: () => [] };
  const { scenario, diagnostics } = loadScenario('x.yaml', access);
  expect(scenario).toBeUndefined();
  expect(diagnostics.map((diagnostic) => diagnostic.message).join()).toContain(message);
  expect(diagnostics[0]).toMatchObject({ line: 3 });
});

it("takes the scheduler's configuration, and what the scenario replaces comes after it", () => {
  const configured = {
    ...CLUSTER,
    scheduler: { clientConnection: { qps: 500, burst: 600 } },
    schedulerTies: 'uniform',
  } as const;
  expect(clusterParameters(configured).scheduler).toMatchObject({ qps: 500, burst: 600, ties: 'uniform' });
  const parameters = [{ name: 'scheduler.qps', value: 7, position }];
  expect(clusterParameters({ ...configured, parameters }).scheduler).toMatchObject({ qps: 7, burst: 600 });
});
