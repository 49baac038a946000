import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { type ClusterState, createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode, removeNode, updateNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { explainPod } from '../../../src/cluster/scheduler/explain.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { schedulePod } from '../../../src/cluster/scheduler/schedule-pod.js';
import { node, pod } from './scheduler-world.js';

const IMAGES = ['web:1', 'db:1', 'db:2'];

/** The bits say which images it has. */
function nodeWith(name: string, bits: number): Node {
  const plain = node(name);
  const images = IMAGES.filter((_image, index) => (bits & (1 << index)) !== 0);
  return { ...plain, status: { ...plain.status, images: images.map((image) => ({ names: [image], sizeBytes: 9e8 })) } };
}

/** What schedulePod adds up, but for what is the same on all nodes. */
function totalsOf(cluster: ClusterState): number[] {
  return [...cluster.totals.subarray(0, cluster.feasibleCount)].map((total) => total - cluster.totals[0]!);
}

test('scores of images are those of the nodes as they are, in the first attempt after a change and in the next', () => {
  const step = fc.record({ kind: fc.nat(5), at: fc.nat(7), bits: fc.nat(7) });
  const incoming = IMAGES.map((image) => pod('p', 1, { containers: [{ name: 'c', image }], initContainers: [] }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const cluster = createCluster();
      for (const name of ['n8', 'n9']) addNode(cluster, nodeWith(name, 1));
      for (const { kind, at, bits } of steps) {
        if (kind === 0) removeNode(cluster, `n${at}`);
        else updateNode(cluster, nodeWith(`n${at}`, bits));
        for (const one of [...incoming, ...incoming]) {
          const podClass = podClassOf(cluster, one);
          schedulePod(cluster, podClass);
          const found = [...cluster.feasible.subarray(0, cluster.feasibleCount)];
          const { totals } = explainPod(cluster, podClass, found);
          expect(totalsOf(cluster)).toEqual(found.map((index) => totals.get(index)! - totals.get(found[0]!)!));
        }
      }
    }),
    { numRuns: 200, seed: 20_261_121 },
  );
});

const LIMIT = 2_048;

function clusterWith(images: readonly string[]): ClusterState {
  const cluster = createCluster();
  const plain = node('n0', 64);
  const status = {
    ...plain.status,
    images: images.map((name) => ({ names: [`${name}:latest`], sizeBytes: 900_000_000 })),
  };
  addNode(cluster, { ...plain, status });
  addNode(cluster, node('n1', 64));
  return cluster;
}

function podWith(image: string, cpu = '100m'): Pod {
  return pod('p', cpu, { containers: [{ name: 'c', image, resources: { requests: { cpu } } }] });
}

test('classes with the same images share their scores', () => {
  const cluster = clusterWith(['web']);
  const small = podClassOf(cluster, podWith('web'));
  const large = podClassOf(cluster, podWith('web', '200m'));
  for (const podClass of [small, large]) expect(cluster.names[schedulePod(cluster, podClass).node]).toBe('n0');
  expect(small.imageScores).toBe(large.imageScores);
  expect(small.imageScores.byNode).toBeDefined();
  expect(podClassOf(cluster, podWith('db')).imageScores).not.toBe(small.imageScores);
});

test('scores of only so many images are kept, and the first are worked out again when they are asked for', () => {
  const images = Array.from({ length: LIMIT + 10 }, (_, index) => `image-${index}`);
  const cluster = clusterWith(images);
  const classes = images.map((image) => podClassOf(cluster, podWith(image)));
  const first = classes[0]!;
  for (const podClass of classes) for (let time = 0; time < 2; time++) schedulePod(cluster, podClass);
  expect(classes.filter(({ imageScores }) => imageScores.byNode !== undefined)).toHaveLength(LIMIT);
  expect(first.imageScores.byNode).toBeUndefined();
  expect(cluster.names[schedulePod(cluster, first).node]).toBe('n0');
});
