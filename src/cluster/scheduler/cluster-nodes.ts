import { isScalarResource } from '../api/pod-resources.js';
import { value as quantityValue, milliValue } from '../api/quantity.js';
import { sameData } from '../api/patch.js';
import type { StringMap } from '../api/objects/meta.js';
import type { Node } from '../api/objects/node.js';
import {
  type ClusterState,
  CPU,
  indexOfNode,
  type NodeIndex,
  noteChange,
  releaseIndexIfUnused,
  resourceNumber,
  setTopologyValue,
} from './cluster.js';

/** A node has come (or is seen for the first time). */
export function addNode(cluster: ClusterState, node: Node): NodeIndex {
  const index = indexOfNode(cluster, node.metadata.name);
  cluster.nodes[index] = node;
  cluster.nodeCount += 1;
  addToZone(cluster, index, zoneKey(node));
  cluster.orderIsStale = true;
  setAllocatable(cluster, index, node);
  setPlacement(cluster, index);
  addImages(cluster, index, imagesOf(node));
  return index;
}

/** A node has changed. Heartbeats cost nothing. */
export function updateNode(cluster: ClusterState, node: Node): void {
  const index = cluster.indexByName.get(node.metadata.name);
  const before = index === undefined ? undefined : cluster.nodes[index];
  if (index === undefined || before === undefined) {
    addNode(cluster, node);
    return;
  }
  cluster.nodes[index] = node;
  if (zoneKey(before) !== zoneKey(node)) {
    // The list itself is rebuilt only when a node comes or goes, as in cache.go: UpdateSnapshot.
    removeFromZone(cluster, index, zoneKey(before));
    addToZone(cluster, index, zoneKey(node));
  }
  if (!sameData(before.status.allocatable, node.status.allocatable)) setAllocatable(cluster, index, node);
  const samePlacement =
    sameData(before.metadata.labels, node.metadata.labels) &&
    sameData(before.spec.taints, node.spec.taints) &&
    before.spec.unschedulable === node.spec.unschedulable;
  if (!samePlacement) setPlacement(cluster, index);
  if (!sameData(before.status.declaredFeatures, node.status.declaredFeatures)) noteChange(cluster, index);
  if (!sameData(before.status.images, node.status.images)) {
    removeImages(cluster, index, imagesBeside(before, node));
    addImages(cluster, index, imagesBeside(node, before));
  }
}

export function removeNode(cluster: ClusterState, name: string): void {
  const index = cluster.indexByName.get(name);
  const node = index === undefined ? undefined : cluster.nodes[index];
  if (index === undefined || node === undefined) return;
  removeImages(cluster, index, imagesOf(node));
  removeFromZone(cluster, index, zoneKey(node));
  cluster.nodes[index] = undefined;
  cluster.nodeCount -= 1;
  cluster.orderIsStale = true;
  for (const amounts of cluster.allocatable) amounts[index] = 0;
  cluster.allowedPods[index] = 0;
  noteChange(cluster, index);
  setPlacement(cluster, index);
  releaseIndexIfUnused(cluster, index);
}

/** Nodes in the order of the search: first node of each zone, then the second of each ... (node_tree.go: list). */
export function nodeOrder(cluster: ClusterState): Int32Array {
  if (!cluster.orderIsStale) return cluster.order;
  const order = new Int32Array(cluster.nodeCount);
  let length = 0;
  for (let rank = 0; length < order.length; rank++) {
    for (const zone of cluster.zones) {
      if (rank < zone.nodes.length) order[length++] = zone.nodes[rank]!;
    }
  }
  cluster.order = order;
  cluster.orderIsStale = false;
  return order;
}

function setAllocatable(cluster: ClusterState, index: NodeIndex, node: Node): void {
  for (const amounts of cluster.allocatable) amounts[index] = 0;
  cluster.allowedPods[index] = 0;
  for (const [name, amount] of Object.entries(node.status.allocatable)) {
    if (name === 'pods') cluster.allowedPods[index] = quantityValue(amount);
    else if (name === 'cpu') cluster.allocatable[CPU]![index] = milliValue(amount);
    else if (name === 'memory' || name === 'ephemeral-storage' || isScalarResource(name)) {
      cluster.allocatable[resourceNumber(cluster, name)]![index] = quantityValue(amount);
    }
  }
  noteChange(cluster, index);
}

function setPlacement(cluster: ClusterState, index: NodeIndex): void {
  cluster.placementVersion += 1;
  noteChange(cluster, index);
  cluster.placementGenerations[index] = cluster.placementVersion;
  for (const topology of cluster.topologies) setTopologyValue(cluster, topology, index);
}

function addToZone(cluster: ClusterState, index: NodeIndex, key: string): void {
  const zone = cluster.zones.find((candidate) => candidate.key === key);
  if (zone === undefined) cluster.zones.push({ key, nodes: [index] });
  else zone.nodes.push(index);
}

function removeFromZone(cluster: ClusterState, index: NodeIndex, key: string): void {
  const at = cluster.zones.findIndex((zone) => zone.key === key);
  const { nodes } = cluster.zones[at]!;
  nodes.splice(nodes.indexOf(index), 1);
  if (nodes.length === 0) cluster.zones.splice(at, 1);
}

/** kubernetes v1.36.3 k8s.io/component-helpers node/topology/helpers.go: GetZoneKey. */
function zoneKey(node: Node): string {
  const labels: StringMap = node.metadata.labels ?? {};
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? '';
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
}

/** kubernetes v1.36.3 pkg/scheduler/backend/cache/cache.go: addNodeImageStates. */
function addImages(cluster: ClusterState, index: NodeIndex, images: readonly Image[]): void {
  const version = ++cluster.imageVersion;
  for (const { name, sizeBytes } of images) {
    const state = cluster.images.get(name);
    if (state === undefined) cluster.images.set(name, { sizeBytes, nodes: new Set([index]), version });
    else {
      state.nodes.add(index);
      state.version = version;
    }
  }
}

function removeImages(cluster: ClusterState, index: NodeIndex, images: readonly Image[]): void {
  const version = ++cluster.imageVersion;
  for (const { name } of images) {
    const state = cluster.images.get(name);
    if (state === undefined) continue;
    state.nodes.delete(index);
    state.version = version;
    if (state.nodes.size === 0) cluster.images.delete(name);
  }
}

interface Image {
  readonly name: string;
  readonly sizeBytes: number;
}

function imagesOf({ status }: Node): Image[] {
  return (status.images ?? []).flatMap(({ names, sizeBytes }) => names.map((name) => ({ name, sizeBytes })));
}

/** Those that the other node does not have as well, with the same size. */
function imagesBeside(node: Node, other: Node): Image[] {
  const others = new Map(imagesOf(other).map(({ name, sizeBytes }) => [name, sizeBytes]));
  return imagesOf(node).filter(({ name, sizeBytes }) => others.get(name) !== sizeBytes);
}
