import type { Pod } from '../api/objects/pod.js';
import { keyOf } from '../api/store.js';
import { countForAffinity } from './affinity-counts.js';
import {
  type ClusterState,
  indexOfNode,
  type NodeIndex,
  noteChange,
  type PlacedPod,
  releaseIndexIfUnused,
} from './cluster.js';
import { type PodClass, podClassOf } from './pod-class.js';
import { takenByPod } from './resources.js';
import { countPod } from './spread-counts.js';

/**
 * A pod takes room on a node: it is bound, or assumed to be bound soon. A pod that is known already moves, or changes,
 * or (mostly: its binding shows in the watch) is just as it was.
 */
export function placePod(cluster: ClusterState, pod: Pod, nodeName: string, itsClass?: PodClass): void {
  const { uid, deletionTimestamp } = pod.metadata;
  const node = indexOfNode(cluster, nodeName);
  const known = cluster.pods.get(uid);
  const terminating = deletionTimestamp !== undefined;
  const isResized = pod.status.containerStatuses?.some((status) => 'resources' in status) === true;
  if (known?.node === node && known.terminating === terminating && !isResized && takesAsMuch(known.pod, pod)) {
    const before = known.pod;
    known.pod = pod; // nobody else needs the older one
    if (before.metadata.labels !== pod.metadata.labels)
      changeClass(cluster, known, itsClass ?? podClassOf(cluster, pod));
    if (before.status.startTime !== pod.status.startTime) noteChange(cluster, node); // as a victim it comes later now
    return;
  }
  const podClass = itsClass ?? podClassOf(cluster, pod);
  if (known !== undefined) takeOffNode(cluster, known);
  const { requested, nonZeroCpu, nonZeroMemory } = isResized
    ? takenByPod(cluster, pod)
    : (podClass.taken ??= takenByPod(cluster, pod));
  putOnNode(cluster, { uid, pod, podClass, node, requested, nonZeroCpu, nonZeroMemory, terminating });
  if (known !== undefined && known.node !== node) releaseIndexIfUnused(cluster, known.node);
}

/** All that may change of a pod on a node and that a plugin reads, its labels aside, is one and the same object. */
function takesAsMuch(left: Pod, right: Pod): boolean {
  return (
    left.spec.containers === right.spec.containers &&
    left.spec.initContainers === right.spec.initContainers &&
    left.spec.tolerations === right.spec.tolerations &&
    left.spec.resources === right.spec.resources
  );
}

/** A placed pod has other labels than before, as each has that its binding gave those of its place. */
function changeClass(cluster: ClusterState, placed: PlacedPod, podClass: PodClass): void {
  const { podClass: former, node, terminating } = placed;
  if (podClass === former) return;
  placed.podClass = podClass;
  former.members.delete(placed);
  podClass.members.add(placed);
  const onNode = cluster.podsOnNode[node]!;
  onNode.push(onNode.splice(onNode.indexOf(placed), 1)[0]!); // the real cache takes it off the node and adds it
  if (!terminating) {
    countPod(cluster, former, node, -1);
    countPod(cluster, podClass, node, 1);
  }
  countForAffinity(cluster, former, node, -1);
  countForAffinity(cluster, podClass, node, 1);
  noteChange(cluster, node);
}

/** The pod is gone (deleted, finished, or its binding failed). */
export function removePod(cluster: ClusterState, uid: string): void {
  const placed = cluster.pods.get(uid);
  if (placed === undefined) return;
  takeOffNode(cluster, placed);
  releaseIndexIfUnused(cluster, placed.node);
}

function putOnNode(cluster: ClusterState, placed: PlacedPod): void {
  const { podClass, node } = placed;
  cluster.pods.set(placed.uid, placed);
  cluster.podsOnNode[node]!.push(placed);
  podClass.members.add(placed);
  if (podClass.terms !== undefined) cluster.podsWithTerms += 1;
  cluster.podsByPriority.set(podClass.priority, (cluster.podsByPriority.get(podClass.priority) ?? 0) + 1);
  take(cluster, placed, node, 1);
  if (!placed.terminating) countPod(cluster, podClass, node, 1);
  countForAffinity(cluster, podClass, node, 1);
}

function takeOffNode(cluster: ClusterState, placed: PlacedPod): void {
  const { podClass, node } = placed;
  cluster.pods.delete(placed.uid);
  const onNode = cluster.podsOnNode[node]!;
  onNode.splice(onNode.indexOf(placed), 1);
  podClass.members.delete(placed);
  if (podClass.terms !== undefined) cluster.podsWithTerms -= 1;
  const left = cluster.podsByPriority.get(podClass.priority)! - 1;
  if (left === 0) cluster.podsByPriority.delete(podClass.priority);
  else cluster.podsByPriority.set(podClass.priority, left);
  take(cluster, placed, node, -1);
  if (!placed.terminating) countPod(cluster, podClass, node, -1);
  countForAffinity(cluster, podClass, node, -1);
}

function take(cluster: ClusterState, placed: PlacedPod, node: NodeIndex, sign: 1 | -1): void {
  occupy(cluster, placed, node, sign);
  cluster.nonZeroCpu[node]! += sign * placed.nonZeroCpu;
  cluster.nonZeroMemory[node]! += sign * placed.nonZeroMemory;
  noteChange(cluster, node);
}

/** Of a pod that is placed, or that a trial supposes to be (preemption/trial.ts). */
export type Occupant = Pick<PlacedPod, 'podClass' | 'requested'>;

/**
 * What the filters read of the node itself: a pod takes it (1) or gives it back (-1). Nobody is told of the change, so that a
 * trial may take it back at once.
 */
export function occupy(cluster: ClusterState, occupant: Occupant, node: NodeIndex, sign: 1 | -1): void {
  const { podClass, requested } = occupant;
  for (let resource = 0; resource < requested.length; resource++) {
    cluster.requested[resource]![node]! += sign * requested[resource]!;
  }
  cluster.podCounts[node]! += sign;
  if (podClass.hostPorts.length > 0) takePorts(cluster, podClass, node, sign);
  if (usesDisks(podClass)) useDisks(cluster, occupant, node, sign);
}

export function usesDisks({ claims, inlineDisks, inTreeDisks }: PodClass): boolean {
  return claims.length + inlineDisks.length + inTreeDisks.length > 0;
}

function useDisks(cluster: ClusterState, occupant: Occupant, node: NodeIndex, sign: 1 | -1): void {
  const { volumeUsers, claimUsers } = cluster;
  const users = volumeUsers.get(node) ?? new Set<Pick<Occupant, 'podClass'>>();
  if (sign === 1) users.add(occupant);
  else users.delete(occupant);
  if (users.size === 0) volumeUsers.delete(node);
  else volumeUsers.set(node, users);
  const { namespace, claims, namedClaims, inTreeDisks } = occupant.podClass;
  cluster.diskCounts[node]! += sign * (claims.length + inTreeDisks.length);
  for (const name of namedClaims) {
    const key = keyOf(namespace, name);
    const count = (claimUsers.get(key) ?? 0) + sign;
    if (count === 0) claimUsers.delete(key);
    else claimUsers.set(key, count);
  }
}

function takePorts(cluster: ClusterState, podClass: PodClass, node: NodeIndex, sign: 1 | -1): void {
  const used = cluster.usedPorts.get(node) ?? [];
  for (const port of podClass.hostPorts) {
    if (sign === 1) used.push(port);
    else used.splice(used.indexOf(port), 1);
  }
  if (used.length === 0) cluster.usedPorts.delete(node);
  else cluster.usedPorts.set(node, used);
}
