import { expect, test } from 'vitest';
import { createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { decide } from '../../../src/cluster/scheduler/decide.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { node, pod } from './scheduler-world.js';

const LIMIT = 2_048;

test('a pod that failed fails again after a pod has shown up on a node that nobody knows, for which there was no room left', () => {
  const cluster = createCluster();
  for (let index = 0; index < 16; index++) addNode(cluster, node(`n${index}`));
  const huge = podClassOf(cluster, pod('huge', 64));
  const { failure } = decide(cluster, huge);
  placePod(cluster, pod('stray'), 'not-there');
  expect(cluster.capacity).toBe(32);
  expect(decide(cluster, huge).failure).toEqual(failure);
});

test('of too many classes that failed, the first forget what was said of them, and are told the same again', () => {
  const cluster = createCluster();
  addNode(cluster, node('n1'));
  const classes = Array.from({ length: LIMIT + 10 }, (_, index) => podClassOf(cluster, pod('p', 64 + index)));
  const [first] = classes;
  const { failure } = decide(cluster, first!);
  for (const podClass of classes) decide(cluster, podClass);
  expect(classes.filter(({ knownVerdicts }) => knownVerdicts !== undefined)).toHaveLength(LIMIT);
  expect([first!.knownVerdicts, first!.lastFailure]).toEqual([undefined, undefined]);
  expect(decide(cluster, first!).failure).toEqual(failure);
});
