import { describe, expect, test } from 'vitest';
import { fitErrorOf } from '../../../../src/cluster/scheduler/fit-error.js';
import { podClassOf } from '../../../../src/cluster/scheduler/pod-class.js';
import type { ScoringStrategy } from '../../../../src/cluster/scheduler/profile.js';
import { schedulePod } from '../../../../src/cluster/scheduler/schedule-pod.js';
import { asking, clusterOf, offering, type Placed, profileWith, scoresOf } from './scored.js';

const CPU_AND_MEMORY = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];
const RISING = [
  { utilization: 0, score: 0 },
  { utilization: 100, score: 10 },
];

/** The node of the reference's worked examples beside an empty twin, and what they score for a pod. */
function scores(
  strategy: Partial<ScoringStrategy>,
  requests: Readonly<Record<string, string>>,
  amounts: Readonly<Record<string, string | number>>,
  placed: readonly Placed[],
) {
  const scoringStrategy = { type: 'LeastAllocated', resources: CPU_AND_MEMORY, shape: [], ...strategy } as const;
  const nodes = [offering('used', amounts), offering('empty', amounts)];
  return scoresOf(
    clusterOf(nodes, placed, profileWith({ scoringStrategy })),
    asking('p', requests),
    'NodeResourcesFit',
  );
}

const SMALL = { cpu: 4, memory: '8Gi' };
const ONE_POD = [{ pod: asking('a', { cpu: '1', memory: '1Gi' }), on: 'used' }];
const POD = { cpu: '500m', memory: '512Mi' };

describe('worked examples of the reference (9)', () => {
  test('LeastAllocated', () => {
    expect(scores({}, POD, SMALL, ONE_POD)).toEqual({ used: 71, empty: 90 });
    expect(scores({}, {}, { cpu: 2, memory: '4Gi' }, [])).toEqual({ used: 95, empty: 95 });
    const ten = Array.from({ length: 10 }, (_unused, index) => ({ pod: asking(`a${index}`, {}), on: 'used' }));
    expect(scores({}, {}, { cpu: 1, memory: '4Gi' }, ten)?.['used']).toBe(23);
  });

  test('MostAllocated', () => {
    expect(scores({ type: 'MostAllocated' }, POD, SMALL, ONE_POD)).toEqual({ used: 27, empty: 9 });
  });

  test('RequestedToCapacityRatio', () => {
    const strategy = { type: 'RequestedToCapacityRatio', shape: RISING } as const;
    expect(scores(strategy, POD, SMALL, ONE_POD)).toEqual({ used: 28, empty: 9 });
  });
});

describe('strategies', () => {
  test('weights of the resources', () => {
    const resources = [
      { name: 'cpu', weight: 3 },
      { name: 'memory', weight: 1 },
    ];
    // CPU 62 and 87 free, memory 81 and 93.
    expect(scores({ resources }, POD, SMALL, ONE_POD)).toEqual({ used: 66, empty: 88 });
  });

  test('an extended resource counts for pods that ask for it only', () => {
    const resources = [...CPU_AND_MEMORY, { name: 'example.com/gpu', weight: 2 }];
    const amounts = { ...SMALL, 'example.com/gpu': 4 };
    const asked = { ...POD, 'example.com/gpu': '1' };
    expect(scores({ type: 'MostAllocated', resources }, POD, amounts, [])?.['empty']).toBe(9);
    expect(scores({ type: 'MostAllocated', resources }, asked, amounts, [])?.['empty']).toBe(
      Math.trunc((12 + 6 + 50) / 4),
    );
  });

  test('ephemeral storage is plain, what is no resource of nodes is left out', () => {
    const resources = [
      { name: 'ephemeral-storage', weight: 1 },
      { name: 'pods', weight: 9 },
    ];
    const amounts = { ...SMALL, 'ephemeral-storage': '10Gi' };
    const placed = [{ pod: asking('a', { 'ephemeral-storage': '4Gi' }), on: 'used' }];
    expect(scores({ resources }, { 'ephemeral-storage': '1Gi' }, amounts, placed)).toEqual({ used: 50, empty: 90 });
  });

  test('a broken line that falls and is flat outside, resources that score 0 do not count', () => {
    const shape = [
      { utilization: 20, score: 10 },
      { utilization: 60, score: 0 },
    ];
    const strategy = { type: 'RequestedToCapacityRatio', shape } as const;
    // The empty node: 12 % and 6 % in use, left of the line. The other: CPU 37 % -> 100 - 42, memory 75 % -> 0.
    const placed = [{ pod: asking('a', { cpu: '1', memory: '5.5Gi' }), on: 'used' }];
    expect(scores(strategy, POD, SMALL, placed)).toEqual({ used: 58, empty: 100 });
  });
});

describe('ignored resources', () => {
  const asked = { 'example.com/gpu': '1', 'other.com/nic': '1', 'hugepages-2Mi': '2Mi', cpu: '100m' };

  test('reject no node', () => {
    const profile = profileWith({
      ignoredResources: ['example.com/gpu', 'cpu', 'hugepages-2Mi'],
      ignoredResourceGroups: ['other.com'],
    });
    const cluster = clusterOf([offering('n', { ...SMALL, 'hugepages-2Mi': '2Mi' })], [], profile);
    expect(schedulePod(cluster, podClassOf(cluster, asking('p', asked))).feasible).toBe(1);
  });

  test('only extended ones can be ignored', () => {
    const profile = profileWith({ ignoredResources: ['cpu', 'hugepages-2Mi'], ignoredResourceGroups: ['other.com'] });
    const cluster = clusterOf([offering('n', { cpu: '50m', memory: '8Gi' })], [], profile);
    const podClass = podClassOf(cluster, asking('p', asked));
    expect(schedulePod(cluster, podClass).feasible).toBe(0);
    expect(fitErrorOf(cluster, podClass)).toBe(
      '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient example.com/gpu, 1 Insufficient hugepages-2Mi.',
    );
  });
});
