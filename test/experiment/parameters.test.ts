import { expect, it } from 'vitest';
import { clusterParameters, knownParameters } from '../../src/experiment/parameters.js';
import { constant } from '../../src/kernel/distributions.js';
import type { ClusterSpec } from '../../src/scenario/types.js';

const CLUSTER: ClusterSpec = {
  preset: 'managed',
  etcdMembers: 3,
  kubeProxyMode: 'iptables',
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

it('stops at a name that nobody has, where the scenario was loaded without the names', () => {
  expect(() => clusterParameters(withParameter('fsnyc', 7))).toThrow('no single parameter is called "fsnyc"');
});
