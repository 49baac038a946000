import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { PodSpec } from '../../../src/cluster/api/objects/pod.js';
import { createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode, updateNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod, removePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { leastMatching } from '../../../src/cluster/scheduler/plugins/pod-topology-spread.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { currentLeast, leaveSums, refreshSpread } from '../../../src/cluster/scheduler/spread-counts.js';
import { node, pod } from './scheduler-world.js';

const NODES = 6;
const labelSelector = { matchLabels: { app: 'web' } };
const SPREAD = { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector } as const;

function nodeInRack(index: number, rack: number): Node {
  const plain = node(`n${index}`);
  return { ...plain, metadata: { ...plain.metadata, labels: { ...plain.metadata.labels, rack: `rack-${rack}` } } };
}

test('the fewest pods of a domain are known after every pod that comes or goes, and after relabelling', () => {
  const step = fc.record({ kind: fc.nat(6), pick: fc.nat(50), at: fc.nat(NODES - 1) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const cluster = createCluster();
      for (let index = 0; index < NODES; index++) addNode(cluster, nodeInRack(index, index % 3));
      const constraints = [
        { ...SPREAD, topologyKey: 'rack' },
        { ...SPREAD, topologyKey: 'kubernetes.io/hostname', minDomains: NODES },
        { ...SPREAD, topologyKey: 'rack', minDomains: 4 },
      ];
      const incoming = podClassOf(cluster, pod('next', 1, { topologySpreadConstraints: constraints }));
      const placed: string[] = [];
      for (const { kind, pick, at } of steps) {
        if (kind === 0) updateNode(cluster, nodeInRack(at, pick % 4));
        else if (kind < 3) removePod(cluster, placed.splice(pick % (placed.length + 1), 1)[0] ?? '');
        else {
          const made = pod(`p${cluster.changes}`);
          placePod(cluster, made, `n${at}`);
          placed.push(made.metadata.uid);
        }
        const { hard } = refreshSpread(cluster, incoming);
        expect(hard.map(currentLeast)).toEqual(hard.map(leastMatching));
      }
    }),
    { numRuns: 200, seed: 20_261_121 },
  );
});

test('classes that differ in what matters not to the nodes share the sums of a constraint, and the last takes them with it', () => {
  const cluster = createCluster();
  for (let index = 0; index < NODES; index++) addNode(cluster, nodeInRack(index, index % 3));
  const constraint = { ...SPREAD, topologyKey: 'rack' };
  const spreadOf = (cpu: string, more: Partial<PodSpec> = {}) =>
    refreshSpread(
      cluster,
      podClassOf(cluster, pod(`p-${cpu}`, cpu, { topologySpreadConstraints: [constraint, constraint], ...more })),
    );
  const small = spreadOf('100m');
  const [first, second] = small.hard;
  expect(second).not.toBe(first); // a trial changes both
  const large = spreadOf('200m');
  expect(large.hard[0]).toBe(first);
  const elsewhere = spreadOf('100m', { nodeSelector: { rack: 'rack-1' } });
  expect(elsewhere.hard[0]).not.toBe(first);
  const { counter } = first!;
  expect(counter.followers).toHaveLength(4);
  leaveSums(small);
  expect(counter.followers).toHaveLength(4);
  leaveSums(large);
  expect(counter.followers).toEqual([...elsewhere.hard]);
});
