import { expect, test } from 'vitest';
import type { Pod, PodAffinityTerm } from '../../../../src/cluster/api/objects/pod.js';
import type { PluginArguments } from '../../../../src/cluster/scheduler/profile.js';
import { pod } from '../scheduler-world.js';
import { clusterOf, offering, profileWith, scoresOf } from './scored.js';

const AMOUNTS = { cpu: 4, memory: '8Gi' };
const ZONE = 'topology.kubernetes.io/zone';
const NODES = [
  offering('n1', AMOUNTS, { [ZONE]: 'a' }),
  offering('n2', AMOUNTS, { [ZONE]: 'a' }),
  offering('n3', AMOUNTS, { [ZONE]: 'b' }),
  offering('n4', AMOUNTS, { [ZONE]: 'c' }),
];
const toWeb: PodAffinityTerm = { topologyKey: ZONE, labelSelector: { matchLabels: { app: 'web' } } };

/** Placed pods that look at the incoming one: one needs its company, one would rather not have it. */
const requiring = pod('r', '100m', {
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [toWeb] } },
});
const averse = pod('a', '100m', {
  affinity: {
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: toWeb }] },
  },
});

function scores(args: Partial<PluginArguments>, incoming: Pod = pod('p')) {
  const placed = [
    { pod: requiring, on: 'n1' },
    { pod: averse, on: 'n3' },
  ];
  return scoresOf(clusterOf(NODES, placed, profileWith(args)), incoming, 'InterPodAffinity');
}

test('worked example of the reference (9)', () => {
  expect(scores({})).toEqual({ n1: 100, n2: 100, n3: 0, n4: 99 });
});

test('the weight of required affinity', () => {
  expect(scores({ hardPodAffinityWeight: 100 })).toEqual({ n1: 100, n2: 100, n3: 0, n4: 50 });
  expect(scores({ hardPodAffinityWeight: 0 })).toEqual({ n1: 100, n2: 100, n3: 0, n4: 100 });
});

test('terms of placed pods are ignored unless the incoming pod prefers something itself', () => {
  const ignoring = { ignorePreferredTermsOfExistingPods: true };
  expect(scores(ignoring)).toBeUndefined();
  const preferred = { topologyKey: ZONE, labelSelector: { matchLabels: { app: 'none' } } };
  const picky = pod('p', 1, {
    affinity: {
      podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: preferred }] },
    },
  });
  expect(scores(ignoring, picky)).toEqual({ n1: 100, n2: 100, n3: 0, n4: 99 });
});
