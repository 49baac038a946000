import { expect, test } from 'vitest';
import type { ResourceWeight } from '../../../../src/cluster/scheduler/profile.js';
import { asking, clusterOf, offering, profileWith, scoresOf } from './scored.js';

const AMOUNTS = { cpu: 4, memory: '8Gi', 'ephemeral-storage': '10Gi', 'example.com/gpu': 4 };

function scores(
  requests: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
  balancedResources: readonly ResourceWeight[] = [
    { name: 'cpu', weight: 1 },
    { name: 'memory', weight: 1 },
  ],
) {
  const nodes = [offering('used', AMOUNTS), offering('empty', AMOUNTS)];
  const cluster = clusterOf(nodes, [{ pod: asking('a', before), on: 'used' }], profileWith({ balancedResources }));
  return scoresOf(cluster, asking('p', requests), 'NodeResourcesBalancedAllocation');
}

const resources = (...names: string[]): ResourceWeight[] => names.map((name) => ({ name, weight: 1 }));

test('worked examples of the reference (9)', () => {
  expect(scores({ cpu: '500m', memory: '512Mi' }, { cpu: '1', memory: '1Gi' })?.['used']).toBe(73);
  expect(scores({ cpu: '1', memory: '1Gi' }, {})?.['empty']).toBe(71);
  expect(scores({ cpu: '100m', memory: '4Gi' }, { cpu: '3', memory: '1Gi' })).toEqual({ used: 87, empty: 63 });
});

test('three resources: the deviation is that of all shares', () => {
  // Shares 0.5, 0.25, 0.3: mean 0.35, deviation 0.1080, 89 of 100 against the 100 of nothing at all.
  const requests = { cpu: '2', memory: '2Gi', 'ephemeral-storage': '3Gi' };
  expect(scores(requests, {}, resources('cpu', 'memory', 'ephemeral-storage'))?.['empty']).toBe(
    50 + Math.trunc(39 / 2),
  );
});

test('one resource is always even', () => {
  expect(scores({ cpu: '2' }, { cpu: '1' }, resources('cpu'))).toEqual({ used: 75, empty: 75 });
});

test('an extended resource takes part if the pod asks for it', () => {
  const both = resources('cpu', 'example.com/gpu');
  expect(scores({ cpu: '2' }, {}, both)?.['empty']).toBe(75);
  expect(scores({ cpu: '2', 'example.com/gpu': '4' }, {}, both)?.['empty']).toBe(50 + Math.trunc(25 / 2));
});

test('a pod that asks for none of them is not scored', () => {
  expect(scores({ cpu: '2' }, {}, resources('memory', 'example.com/gpu'))).toBeUndefined();
});
