import { expect, test } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { type ClusterState, NO_NODE } from '../../../../src/cluster/scheduler/cluster.js';
import { fitErrorOf } from '../../../../src/cluster/scheduler/fit-error.js';
import { podClassOf } from '../../../../src/cluster/scheduler/pod-class.js';
import { DEFAULT_PROFILE, type SchedulingProfile } from '../../../../src/cluster/scheduler/profile.js';
import { schedulePod } from '../../../../src/cluster/scheduler/schedule-pod.js';
import { pod } from '../scheduler-world.js';
import { clusterOf, offering, profileWith, scoresOf } from './scored.js';

const AMOUNTS = { cpu: 4, memory: '8Gi' };
const ZONE = 'topology.kubernetes.io/zone';

const owned = (name: string): Pod => {
  const plain = pod(name, '100m');
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true };
  return { ...plain, metadata: { ...plain.metadata, ownerReferences: [owner] } };
};

/** n1 and n2 in zone a, n3 and n4 in zone b; two pods of the ReplicaSet on n1, one on n3. */
function cluster(profile: SchedulingProfile): ClusterState {
  const nodes = ['n1', 'n2', 'n3', 'n4'].map((name) => offering(name, AMOUNTS, { [ZONE]: name < 'n3' ? 'a' : 'b' }));
  const placed = [
    { pod: owned('a'), on: 'n1' },
    { pod: owned('b'), on: 'n1' },
    { pod: owned('c'), on: 'n3' },
  ];
  const made = clusterOf(nodes, placed, profile);
  made.ownerSelectors.set('ReplicaSet/default/web', { matchLabels: { app: 'web' } });
  return made;
}

test('worked example of the reference (9): system defaults', () => {
  const scores = scoresOf(cluster(DEFAULT_PROFILE), owned('p'), 'PodTopologySpread');
  expect(scores).toEqual({ n1: 58, n2: 83, n3: 83, n4: 100 });
});

test('a list of default constraints takes their place', () => {
  const constraint = { topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 } as const;
  const profile = profileWith({ defaultConstraints: [constraint] });
  // w = ln 4: raw 3 and 1.
  expect(scoresOf(cluster(profile), owned('p'), 'PodTopologySpread')).toEqual({ n1: 33, n2: 33, n3: 100, n4: 100 });
  expect(scoresOf(cluster(profileWith({ defaultConstraints: [] })), owned('p'), 'PodTopologySpread')).toBeUndefined();
});

test('a default constraint may filter, and its matchLabelKeys say nothing', () => {
  const constraint = { topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', maxSkew: 1 } as const;
  const profile = profileWith({ defaultConstraints: [{ ...constraint, matchLabelKeys: ['app'] }] });
  const made = cluster(profile);
  const podClass = podClassOf(made, owned('p'));
  expect(made.names[schedulePod(made, podClass).node]).toBe('n4');
  const crowded = cluster(profileWith({ defaultConstraints: [{ ...constraint, minDomains: 3 }] }));
  expect(schedulePod(crowded, podClassOf(crowded, owned('p'))).node).toBe(NO_NODE);
  expect(fitErrorOf(crowded, podClassOf(crowded, owned('p')))).toBe(
    "0/4 nodes are available: 4 node(s) didn't match pod topology spread constraints.",
  );
});

test('the plugin can be left out of the filters, and of the scores', () => {
  const constraints = [
    { topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', maxSkew: 1, minDomains: 3 },
    { topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 },
  ] as const;
  const filters = DEFAULT_PROFILE.filters.filter((plugin) => plugin !== 'PodTopologySpread');
  const scoring = cluster(profileWith({ defaultConstraints: constraints }, { filters }));
  expect(scoresOf(scoring, owned('p'), 'PodTopologySpread')).toEqual({ n1: 33, n2: 33, n3: 100, n4: 100 });
  const weights = { ...DEFAULT_PROFILE.weights, PodTopologySpread: 0 };
  const neither = cluster(profileWith({ defaultConstraints: constraints }, { filters, weights }));
  expect(scoresOf(neither, owned('p'), 'PodTopologySpread')).toBeUndefined();
});
