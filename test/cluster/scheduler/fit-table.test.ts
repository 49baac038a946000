import { expect, test } from 'vitest';
import { createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { explainPod } from '../../../src/cluster/scheduler/explain.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { schedulePod } from '../../../src/cluster/scheduler/schedule-pod.js';
import { node, pod } from './scheduler-world.js';

const LIMIT = 2_048;

test('where every pod asks for something else, tables that were filled long ago are empty again, and filled when asked', () => {
  const cluster = createCluster();
  for (const cpu of [4, 8]) addNode(cluster, node(`n${cpu}`, cpu));
  const classes = Array.from({ length: LIMIT + 10 }, (_, index) => podClassOf(cluster, pod('p', `${100 + index}m`)));
  const [first] = classes;
  for (const podClass of classes) schedulePod(cluster, podClass);
  const filled = classes.filter(({ fit }) => fit.scores.length > 0);
  expect(filled).toHaveLength(LIMIT);
  expect(filled).not.toContain(first);
  const { node: chosen } = schedulePod(cluster, first!);
  expect(cluster.names[chosen]).toBe('n8');
  const { totals } = explainPod(cluster, first!);
  expect(totals.get(chosen)).toBe(Math.max(...totals.values()));
});
