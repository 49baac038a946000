import { CHANGES_REMEMBERED, type ClusterState, NO_NODE, type NodeIndex } from './cluster.js';
import { nodeOrder } from './cluster-nodes.js';
import type { Filters } from './filter-node.js';
import { noteFilled } from './filled.js';
import type { PodClass } from './pod-class.js';
import { Rejection, type Verdict } from './plugins/verdict.js';
import type { Candidate } from './preemption/choose-node.js';
import { filterWithNominated } from './preemption/trial.js';

/**
 * What the filters and the search for victims said of each node when a pod of the class was last looked at. Where filters look at one
 * node at a time, only nodes that have changed since are looked at again: thousands of pods may fail or preempt one after the other.
 */
export interface KnownVerdicts {
  /** The nodes as they are gone through. */
  order: Int32Array;
  /** By node. */
  verdicts: Int32Array;
  /** By node: victims, or why there are none (preemption/dry-run.ts); undefined where nobody has looked yet. */
  outcomes: (Candidate | number | undefined)[];
  /** Changes of the cluster and of its budgets that this takes in. */
  seenChanges: number;
  seenBudgets: number;
  /** Verdicts hold until the next change of anything, as a filter looks beyond the node. */
  isFleeting: boolean;
  /** The node that the pod in question is nominated for itself, so that nobody else is judged there like it. */
  own: NodeIndex;
}

const UNKNOWN: Verdict = -1;

function createKnownVerdicts(): KnownVerdicts {
  return {
    order: new Int32Array(0),
    verdicts: new Int32Array(0),
    outcomes: [],
    seenChanges: 0,
    seenBudgets: 0,
    isFleeting: true,
    own: NO_NODE,
  };
}

/** Where too many classes have failed, the one that did so first forgets what was said, victims that are long gone among it. */
function startKnowing(cluster: ClusterState, pod: PodClass): KnownVerdicts {
  const oldest = noteFilled(cluster.filledVerdicts, pod);
  if (oldest !== undefined) oldest.knownVerdicts = oldest.lastFailure = undefined;
  return createKnownVerdicts();
}

/** What the filters say of every node. */
export function knownVerdicts(cluster: ClusterState, filters: Filters, uid: string): KnownVerdicts {
  const { pod } = filters;
  const known = cluster.isReference ? createKnownVerdicts() : (pod.knownVerdicts ??= startKnowing(cluster, pod));
  refresh(cluster, known, filters);
  known.own = cluster.indexByName.get(cluster.nominatedNodes.get(uid) ?? '') ?? NO_NODE;
  forget(known, known.own);
  const { order, verdicts } = known;
  for (let position = 0; position < order.length; position++) {
    const node = order[position]!;
    if (verdicts[node] !== UNKNOWN) continue;
    const isCandidate = pod.nodeNames === undefined || pod.nodeNames.has(cluster.names[node]!);
    verdicts[node] = isCandidate ? filterWithNominated(cluster, filters, uid, node) : Rejection.NodeSet;
  }
  return known;
}

function refresh(cluster: ClusterState, known: KnownVerdicts, filters: Filters): void {
  const { changes, changedNodes, capacity, budgetVersion } = cluster;
  const order = nodeOrder(cluster);
  const isFleeting = filters.rest.some((plugin) => plugin !== 'NodePorts');
  const isStale = known.order !== order || changes - known.seenChanges > CHANGES_REMEMBERED;
  if (isStale || known.seenBudgets !== budgetVersion || known.isFleeting !== isFleeting) known.outcomes = [];
  if (known.verdicts.length < capacity) known.verdicts = new Int32Array(capacity).fill(UNKNOWN);
  if (isStale || known.isFleeting || isFleeting) known.verdicts.fill(UNKNOWN);
  if (!isStale) {
    forget(known, known.own);
    for (let change = known.seenChanges; change < changes; change++) {
      forget(known, changedNodes[change % CHANGES_REMEMBERED]!);
    }
  }
  known.order = order;
  known.isFleeting = isFleeting;
  known.seenChanges = changes;
  known.seenBudgets = budgetVersion;
}

function forget({ verdicts, outcomes }: KnownVerdicts, node: NodeIndex): void {
  if (node === NO_NODE) return;
  verdicts[node] = UNKNOWN;
  outcomes[node] = undefined;
}
