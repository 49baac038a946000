import { type ClusterState, NO_NODE, type NodeIndex } from './cluster.js';
import { errorFailure, type Failure, failureOf } from './fit-error.js';
import type { PodClass } from './pod-class.js';
import { type Incoming, UNKNOWN_POD } from './preemption/nominations.js';
import { moveStart, schedulePod } from './schedule-pod.js';
import type { TieDraw } from './tie-break.js';

/** What an attempt comes to: a node, or NO_NODE and a failure. */
export interface Outcome {
  readonly node: NodeIndex;
  readonly evaluated: number;
  /** The node was kept for the pod, and taken without a look at others. */
  readonly isNominated: boolean;
  readonly failure: Failure | undefined;
}

/**
 * One attempt for a pod of this class. While nothing in the cluster has changed, a second pod of a class that failed
 * fails for the same reasons: they are remembered, as thousands of pending twins may be tried in a row. A pod that room
 * is kept for is not like its twins, and a pod with claims for devices has none.
 */
export function decide(
  cluster: ClusterState,
  pod: PodClass,
  incoming: Incoming = UNKNOWN_POD,
  draw?: TieDraw,
): Outcome {
  const hasNomination = incoming.nominatedNodeName !== '' || cluster.nominatedNodes.has(incoming.uid);
  // What devices are free is no part of the cluster's version.
  const isAlone = hasNomination || pod.claimUser !== undefined;
  const last = isAlone || cluster.isReference ? undefined : pod.lastFailure;
  if (last !== undefined && last.version === cluster.version) {
    moveStart(cluster, last.outcome.evaluated);
    return last.outcome;
  }
  const { node, evaluated, isNominated, error } = schedulePod(cluster, pod, incoming, draw);
  if (error !== '') return { node, evaluated, isNominated, failure: errorFailure(error) };
  if (node !== NO_NODE) return { node, evaluated, isNominated, failure: undefined };
  const outcome = { node, evaluated, isNominated, failure: failureOf(cluster, pod, incoming) };
  if (!isAlone) pod.lastFailure = { version: cluster.version, outcome };
  return outcome;
}
