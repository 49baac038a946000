import { expect, test } from 'vitest';
import type { NodeSelectorTerm, Pod } from '../../../src/cluster/api/objects/pod.js';
import { createCluster, NO_NODE } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { decide } from '../../../src/cluster/scheduler/decide.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { node, pod } from './scheduler-world.js';

const NODES = 30;

function daemon(index: number): Pod {
  const name = `n${index}`;
  const term: NodeSelectorTerm = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] };
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
  return pod(`daemon-${index}`, '100m', { affinity: { nodeAffinity: required } });
}

test('the pods of a DaemonSet find their nodes with one set of rules and one table of scores for all of them', () => {
  const cluster = createCluster();
  for (let index = 0; index < NODES; index++) addNode(cluster, node(`n${index}`));
  for (let index = 0; index < NODES; index++) {
    const decision = decide(cluster, podClassOf(cluster, daemon(index)));
    expect(cluster.names[decision.node]).toBe(`n${index}`);
    expect(decision.evaluated).toBe(1);
  }
  expect(decide(cluster, podClassOf(cluster, daemon(NODES))).node).toBe(NO_NODE);
  expect(cluster.placementRules.size).toBe(1);
  expect(cluster.fitTables.size).toBe(1);
});
