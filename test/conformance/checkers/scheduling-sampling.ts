import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { nodeOrder } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { NO_NODE } from '../../../src/cluster/scheduler/cluster.js';
import { fitErrorOf } from '../../../src/cluster/scheduler/fit-error.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { schedulePod } from '../../../src/cluster/scheduler/schedule-pod.js';
import { type Checker, difference } from './checker.js';
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

/** How the first step that disagrees does so; placements follow the recorded ones. */
function firstDifference(given: Case): string | undefined {
  const cluster = clusterOf(given);
  const order = difference(
    [...nodeOrder(cluster)].map((node) => cluster.names[node]),
    given.snapshotOrder,
  );
  if (order !== undefined) return `order of nodes\n${order}`;
  for (const { pod, ...real } of given.steps) {
    const podClass = podClassOf(cluster, pod);
    const { node, feasible, evaluated } = schedulePod(cluster, podClass);
    const ours =
      node === NO_NODE
        ? { fitError: fitErrorOf(cluster, podClass) }
        : { node: cluster.names[node], feasibleNodes: feasible, evaluatedNodes: evaluated };
    const { fitError, node: realNode, feasibleNodes, evaluatedNodes } = real;
    const words = difference(
      ours,
      fitError === undefined ? { node: realNode, feasibleNodes, evaluatedNodes } : { fitError },
    );
    if (words !== undefined) return `pod ${pod.metadata.name}\n${words}`;
    if (real.node !== undefined) placePod(cluster, pod, real.node);
  }
  return undefined;
}

/** `scheduling.sampling`: how many nodes are looked at, and where the next search starts. */
export const sampling: Checker = { kind: 'scheduling.sampling', check: firstDifference };
