import { expect, test } from 'vitest';
import { createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { decide } from '../../../src/cluster/scheduler/decide.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { node, pod } from './scheduler-world.js';

test('a pod that failed fails again after a pod has shown up on a node that nobody knows, for which there was no room left', () => {
  const cluster = createCluster();
  for (let index = 0; index < 16; index++) addNode(cluster, node(`n${index}`));
  const huge = podClassOf(cluster, pod('huge', 64));
  const { failure } = decide(cluster, huge);
  placePod(cluster, pod('stray'), 'not-there');
  expect(cluster.capacity).toBe(32);
  expect(decide(cluster, huge).failure).toEqual(failure);
});
