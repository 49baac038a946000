import { expect, test } from 'vitest';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { nodeOrder } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { NO_NODE } from '../../../src/cluster/scheduler/cluster.js';
import { fitErrorOf } from '../../../src/cluster/scheduler/fit-error.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { feasibleNodesToFind } from '../../../src/cluster/scheduler/sampling.js';
import { schedulePod } from '../../../src/cluster/scheduler/schedule-pod.js';
import { readVectors } from '../../vectors/read.js';
import { clusterOf, type VectorCluster } from './vector-cluster.js';

interface Case extends VectorCluster {
  readonly snapshotOrder: readonly string[];
  readonly steps: readonly {
    readonly pod: Pod;
    readonly node?: string;
    readonly feasibleNodes?: number;
    readonly evaluatedNodes?: number;
    readonly fitError?: string;
  }[];
}

test.each(readVectors<Case>('scheduling.sampling.jsonl.gz').map((one) => [one.id, one] as const))('%s', (_id, one) => {
  const cluster = clusterOf(one);
  expect([...nodeOrder(cluster)].map((node) => cluster.names[node])).toEqual(one.snapshotOrder);
  for (const step of one.steps) {
    const podClass = podClassOf(cluster, step.pod);
    const decision = schedulePod(cluster, podClass);
    if (step.fitError !== undefined) {
      expect(decision.node).toBe(NO_NODE);
      expect(fitErrorOf(cluster, podClass)).toBe(step.fitError);
      continue;
    }
    expect({
      node: cluster.names[decision.node],
      feasibleNodes: decision.feasible,
      evaluatedNodes: decision.evaluated,
    }).toEqual({ node: step.node, feasibleNodes: step.feasibleNodes, evaluatedNodes: step.evaluatedNodes });
    placePod(cluster, step.pod, step.node!);
  }
});

test.each([
  [99, 99],
  [100, 100],
  [200, 100],
  [300, 144],
  [500, 230],
  [1_000, 420],
  [2_000, 680],
  [3_000, 780],
  [4_000, 720],
  [5_000, 500],
  [6_000, 300],
  [15_000, 750],
])('of %i nodes %i feasible ones are enough', (nodes, enough) => expect(feasibleNodesToFind(nodes)).toBe(enough));
