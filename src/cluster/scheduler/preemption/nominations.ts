import type { Pod } from '../../api/objects/pod.js';
import { type ClusterState, type NodeIndex, noteChange, type PlacedPod } from '../cluster.js';
import { podClassOf } from '../pod-class.js';
import { takenByPod } from '../resources.js';

/**
 * A pod without a node that is to go to a certain one: a preemption makes room there, or `status.nominatedNodeName` says so. Filters
 * count it on its node for pods that are no more urgent. Source: kubernetes v1.36.3 pkg/scheduler/backend/queue/nominator.go.
 */
export type Nomination = Pick<PlacedPod, 'uid' | 'pod' | 'podClass' | 'requested'>;

/** What an attempt knows of its pod beside the class. */
export interface Incoming {
  readonly uid: string;
  /** As its status says; empty: none. */
  readonly nominatedNodeName: string;
}

/** A pod that nobody has seen, as what-if questions ask for. */
export const UNKNOWN_POD: Incoming = { uid: '', nominatedNodeName: '' };

export function incomingOf({ metadata, status }: Pod): Incoming {
  return { uid: metadata.uid, nominatedNodeName: status.nominatedNodeName ?? '' };
}

/** Keeps room for the pod on the node, and nowhere else; nowhere at all with an empty name. */
export function nominate(cluster: ClusterState, pod: Pod, nodeName: string): void {
  const { uid } = pod.metadata;
  if (nodeName === '') return denominate(cluster, uid);
  const podClass = podClassOf(cluster, pod);
  const known = nominationOf(cluster, uid);
  if (known?.podClass === podClass && cluster.nominatedNodes.get(uid) === nodeName) {
    known.pod = pod;
    return;
  }
  denominate(cluster, uid);
  const { requested } = (podClass.taken ??= takenByPod(cluster, pod));
  const nomination = { uid, pod, podClass, requested };
  const others = cluster.nominations.get(nodeName);
  if (others === undefined) cluster.nominations.set(nodeName, [nomination]);
  else others.push(nomination);
  cluster.nominatedNodes.set(uid, nodeName);
  noteNomination(cluster, nodeName);
}

/** Nothing is kept for the pod any more. */
export function denominate(cluster: ClusterState, uid: string): void {
  const nodeName = cluster.nominatedNodes.get(uid);
  if (nodeName === undefined) return;
  const others = cluster.nominations.get(nodeName)!.filter((nomination) => nomination.uid !== uid);
  if (others.length === 0) cluster.nominations.delete(nodeName);
  else cluster.nominations.set(nodeName, others);
  cluster.nominatedNodes.delete(uid);
  noteNomination(cluster, nodeName);
}

/** The pod has changed: its nomination follows, and one that only the scheduler knows stays (UpdateNominatedPod). */
export function updateNomination(cluster: ClusterState, before: Pod, pod: Pod): void {
  const { nominatedNodeName = '' } = pod.status;
  const isOurs = nominatedNodeName === '' && (before.status.nominatedNodeName ?? '') === '';
  const nodeName = isOurs ? (cluster.nominatedNodes.get(pod.metadata.uid) ?? '') : nominatedNodeName;
  nominate(cluster, pod, nodeName);
}

function nominationOf(cluster: ClusterState, uid: string): Nomination | undefined {
  const nodeName = cluster.nominatedNodes.get(uid);
  return nodeName === undefined ? undefined : cluster.nominations.get(nodeName)?.find((one) => one.uid === uid);
}

function noteNomination(cluster: ClusterState, nodeName: string): void {
  const node = cluster.indexByName.get(nodeName);
  if (node === undefined) return;
  cluster.isKept[node] = cluster.nominations.has(nodeName) ? 1 : 0;
  noteChange(cluster, node);
}

const NOBODY: readonly Nomination[] = [];

/** Who counts on the node for a pod of this priority: all nominated pods that are as urgent, itself left out. */
export function nominatedAhead(
  cluster: ClusterState,
  node: NodeIndex,
  priority: number,
  uid: string,
): readonly Nomination[] {
  const nominations = cluster.nominations.get(cluster.names[node]!);
  if (nominations === undefined) return NOBODY;
  return nominations.filter((other) => other.podClass.priority >= priority && other.uid !== uid);
}

/** Nominated pods that a more urgent one pushes off the node. */
export function nominatedBelow(cluster: ClusterState, nodeName: string, priority: number): readonly Nomination[] {
  return (cluster.nominations.get(nodeName) ?? NOBODY).filter(({ podClass }) => podClass.priority < priority);
}
