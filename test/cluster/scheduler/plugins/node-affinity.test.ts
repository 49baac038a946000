import { expect, test } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { fitErrorOf } from '../../../../src/cluster/scheduler/fit-error.js';
import { podClassOf } from '../../../../src/cluster/scheduler/pod-class.js';
import { schedulePod } from '../../../../src/cluster/scheduler/schedule-pod.js';
import { pod } from '../scheduler-world.js';
import { clusterOf, offering, profileWith, scoresOf } from './scored.js';

const AMOUNTS = { cpu: 4, memory: '8Gi' };
const has = (key: string) => ({ matchExpressions: [{ key, operator: 'Exists' as const }] });
const preferring = (...weights: readonly [string, number][]) => ({
  preferredDuringSchedulingIgnoredDuringExecution: weights.map(([key, weight]) => ({ weight, preference: has(key) })),
});

const NODES = [
  offering('a', AMOUNTS, { a: '1' }),
  offering('ab', AMOUNTS, { a: '1', b: '1' }),
  offering('none', AMOUNTS),
];

const withAffinity = (nodeAffinity: NonNullable<Pod['spec']['affinity']>['nodeAffinity']): Pod =>
  pod('p', '100m', nodeAffinity === undefined ? {} : { affinity: { nodeAffinity } });

test('worked example of the reference (9)', () => {
  const wanted = withAffinity(preferring(['a', 50], ['b', 30]));
  expect(scoresOf(clusterOf(NODES, []), wanted, 'NodeAffinity')).toEqual({ a: 62, ab: 100, none: 0 });
});

test('what the profile prefers is added to what the pod prefers', () => {
  const profile = profileWith({ addedAffinity: preferring(['b', 30]) });
  const cluster = clusterOf(NODES, [], profile);
  expect(scoresOf(cluster, withAffinity(preferring(['a', 50])), 'NodeAffinity')).toEqual({ a: 62, ab: 100, none: 0 });
  expect(scoresOf(cluster, withAffinity(undefined), 'NodeAffinity')).toEqual({ a: 0, ab: 100, none: 0 });
});

test('what the profile requires rejects in its own words', () => {
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [has('a')] } };
  const cluster = clusterOf(NODES, [], profileWith({ addedAffinity: required }));
  const picky = podClassOf(cluster, pod('p', '100m', { nodeSelector: { c: '1' } }));
  expect(schedulePod(cluster, picky).feasible).toBe(0);
  expect(fitErrorOf(cluster, picky)).toBe(
    "0/3 nodes are available: 1 node(s) didn't match scheduler-enforced node affinity, 2 node(s) didn't match Pod's node affinity/selector.",
  );
  expect(schedulePod(cluster, podClassOf(cluster, withAffinity(undefined))).feasible).toBe(2);
});
