import { describe, expect, test } from 'vitest';
import type { KubeSchedulerConfiguration } from '../../../src/cluster/api/scheduler-configuration.js';
import { configured } from '../../../src/cluster/scheduler/configuration.js';
import { SCHEDULER_PRESETS } from '../../../src/cluster/scheduler/parameters.js';
import { DEFAULT_ARGUMENTS, DEFAULT_PROFILE } from '../../../src/cluster/scheduler/profile.js';
import { SECOND_US } from '../../../src/kernel/time.js';

const PRESET = SCHEDULER_PRESETS.managed;
const read = (configuration: KubeSchedulerConfiguration) => configured(PRESET, configuration);

test('an empty configuration is the default one', () => {
  expect(read({})).toEqual(PRESET);
  expect(read({ profiles: [] }).profiles).toEqual([DEFAULT_PROFILE]);
});

test('limits of the client: 0 stands for the default, less for none', () => {
  expect(read({ clientConnection: { qps: 500, burst: 600 } })).toMatchObject({ qps: 500, burst: 600 });
  expect(read({ clientConnection: { qps: 0, burst: 0 } })).toMatchObject({ qps: 50, burst: 100 });
  expect(read({ clientConnection: { qps: -1 } }).qps).toBe(0);
});

test('back-offs', () => {
  const { initialBackoffUs, maximumBackoffUs } = read({ podInitialBackoffSeconds: 2, podMaxBackoffSeconds: 60 });
  expect([initialBackoffUs, maximumBackoffUs]).toEqual([2 * SECOND_US, 60 * SECOND_US]);
});

describe('profiles', () => {
  test("a profile's share of nodes comes before that of all", () => {
    const profiles = [{ schedulerName: 'a' }, { schedulerName: 'b', percentageOfNodesToScore: 0 }];
    const shares = read({ percentageOfNodesToScore: 30, profiles }).profiles.map(
      ({ schedulerName, percentageOfNodesToScore }) => [schedulerName, percentageOfNodesToScore],
    );
    expect(shares).toEqual([
      ['a', 30],
      ['b', 0],
    ]);
  });

  test('plugins, weights and arguments', () => {
    const plugins = {
      multiPoint: { enabled: [{ name: 'NodeResourcesFit', weight: 100 }] },
      score: { disabled: [{ name: 'ImageLocality' }] },
      filter: { disabled: [{ name: 'NodePorts' }] },
      postFilter: { disabled: [{ name: '*' }] },
    };
    const scoringStrategy = {
      type: 'RequestedToCapacityRatio',
      resources: [{ name: 'example.com/gpu', weight: 3 }, { name: 'cpu' }],
      requestedToCapacityRatio: { shape: [{ utilization: 0, score: 10 }] },
    };
    const pluginConfig = [
      { name: 'NodeResourcesFit', args: { scoringStrategy, ignoredResourceGroups: ['example.com'] } },
      { name: 'PodTopologySpread', args: { defaultingType: 'List' } },
      { name: 'DefaultPreemption', args: { minCandidateNodesAbsolute: 5 } },
      { name: 'InterPodAffinity', args: { hardPodAffinityWeight: 0 } },
      { name: 'VolumeBinding', args: { bindTimeoutSeconds: 0 } },
    ];
    const [profile] = read({ profiles: [{ plugins, pluginConfig }] }).profiles;
    expect(profile).toEqual({
      ...DEFAULT_PROFILE,
      weights: { ...DEFAULT_PROFILE.weights, NodeResourcesFit: 100, ImageLocality: 0 },
      filters: DEFAULT_PROFILE.filters.filter((name) => name !== 'NodePorts'),
      postFilters: [],
      args: {
        ...DEFAULT_ARGUMENTS,
        scoringStrategy: {
          type: 'RequestedToCapacityRatio',
          resources: [
            { name: 'example.com/gpu', weight: 3 },
            { name: 'cpu', weight: 1 },
          ],
          shape: [{ utilization: 0, score: 10 }],
        },
        ignoredResourceGroups: ['example.com'],
        defaultConstraints: [],
        minCandidateNodesAbsolute: 5,
        hardPodAffinityWeight: 0,
        bindTimeoutSeconds: 0,
      },
    });
  });

  test('a strategy without resources scores CPU and memory', () => {
    const pluginConfig = [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } }];
    expect(read({ profiles: [{ pluginConfig }] }).profiles[0]!.args.scoringStrategy).toEqual({
      type: 'MostAllocated',
      resources: [
        { name: 'cpu', weight: 1 },
        { name: 'memory', weight: 1 },
      ],
      shape: [],
    });
  });
});
