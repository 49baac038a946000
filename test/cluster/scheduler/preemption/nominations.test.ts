import { expect, test, vi } from 'vitest';
import { type ClusterState, createCluster, NO_NODE } from '../../../../src/cluster/scheduler/cluster.js';
import { addNode, removeNode } from '../../../../src/cluster/scheduler/cluster-nodes.js';
import { podClassOf } from '../../../../src/cluster/scheduler/pod-class.js';
import { denominate, nominate } from '../../../../src/cluster/scheduler/preemption/nominations.js';
import { schedulePod } from '../../../../src/cluster/scheduler/schedule-pod.js';
import { node, pod } from '../scheduler-world.js';

const room = (cluster: ClusterState): string | undefined =>
  cluster.names[schedulePod(cluster, podClassOf(cluster, pod('p', 2))).node];

test('one nomination is asked for on its node alone', () => {
  const cluster = createCluster();
  for (let index = 0; index < 90; index++) addNode(cluster, node(`n${index}`));
  nominate(cluster, pod('first', 4), 'n5');
  const asked = [vi.spyOn(cluster.nominations, 'has'), vi.spyOn(cluster.nominations, 'get')];
  const { feasible } = schedulePod(cluster, podClassOf(cluster, pod('p', 2)));
  expect(feasible).toBe(89);
  const questions = asked.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  expect(questions).toBeLessThan(5);
});

test('room is kept on a node of that name, whether it came before or after, and not on the next with its index', () => {
  const cluster = createCluster();
  nominate(cluster, pod('first', 4), 'n1');
  addNode(cluster, node('n1'));
  expect(room(cluster)).toBeUndefined();
  removeNode(cluster, 'n1');
  addNode(cluster, node('n2'));
  expect(cluster.indexByName.get('n2')).toBe(0);
  expect(room(cluster)).toBe('n2');
  removeNode(cluster, 'n2');
  addNode(cluster, node('n1'));
  expect(schedulePod(cluster, podClassOf(cluster, pod('p', 2))).node).toBe(NO_NODE);
  denominate(cluster, 'pod-first');
  expect(room(cluster)).toBe('n1');
});
