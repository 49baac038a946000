import { expect, test } from 'vitest';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import { createCluster, NO_NODE } from '../../../src/cluster/scheduler/cluster.js';
import { addNode, updateNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { decide } from '../../../src/cluster/scheduler/decide.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { node, pod } from './scheduler-world.js';

const FEATURE = 'RestartAllContainersOnContainerExits';

test('a pod that failed for want of a feature is decided anew once a node declares it', () => {
  const cluster = createCluster();
  addNode(cluster, node('n1'));
  const plain = pod('p');
  const restartPolicyRules = [{ action: 'RestartAllContainers' }];
  const containers = plain.spec.containers.map((container) => ({ ...container, restartPolicyRules }));
  const demanding = podClassOf(cluster, { ...plain, spec: { ...plain.spec, containers } });
  expect(decide(cluster, demanding).node).toBe(NO_NODE);
  const before: Node = node('n1');
  updateNode(cluster, { ...before, status: { ...before.status, declaredFeatures: [FEATURE] } });
  expect(decide(cluster, demanding).node).toBe(cluster.indexByName.get('n1'));
});
