import type { Node } from '../api/objects/node.js';
import { milliValue, value } from '../api/quantity.js';
import { type ClusterState, CPU, type NodeIndex } from './cluster.js';
import type { PodClass } from './pod-class.js';

/** Would the pod fit if nothing else ran on the node? */
export function podFitsEmptyNode(cluster: ClusterState, pod: PodClass, node: Node): boolean {
  if (allowedPods(node) < 1) return false;
  return pod.request.every((wanted, resource) => wanted <= 0 || wanted <= allocatable(cluster, node, resource));
}

/**
 * How many more pods of the class the node takes, going by NodeResourcesFit alone. Each takes what it asks for, so that
 * nothing but their number counts.
 */
export function roomFor(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  let room = cluster.allowedPods[node]! - cluster.podCounts[node]!;
  for (const [resource, wanted] of pod.filteredRequest.entries()) {
    if (wanted <= 0) continue;
    const free = cluster.allocatable[resource]![node]! - cluster.requested[resource]![node]!;
    room = Math.min(room, Math.floor(free / wanted));
  }
  return Math.max(0, room);
}

/** Did the number of pods or a resource that the pod asks for grow? */
export function roomGrew(cluster: ClusterState, pod: PodClass, before: Node, node: Node): boolean {
  if (allowedPods(node) > allowedPods(before)) return true;
  return pod.request.some(
    (wanted, resource) => wanted > 0 && allocatable(cluster, node, resource) > allocatable(cluster, before, resource),
  );
}

function allowedPods(node: Node): number {
  return value(node.status.allocatable['pods'] ?? 0);
}

function allocatable(cluster: ClusterState, node: Node, resource: number): number {
  const amount = node.status.allocatable[cluster.resources[resource]!] ?? 0;
  return resource === CPU ? milliValue(amount) : value(amount);
}
