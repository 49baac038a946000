import type { KubernetesObject, LabelSelector, StringMap } from '../../../src/cluster/api/objects/meta.js';
import type { Service } from '../../../src/cluster/api/objects/network.js';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { setNamespaceLabels } from '../../../src/cluster/scheduler/affinity-counts.js';
import { MILLISECOND_US, type Micros } from '../../../src/kernel/time.js';
import { type ClusterState, createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod } from '../../../src/cluster/scheduler/cluster-pods.js';

/** What the scheduling vectors have in common. */
export interface VectorCluster {
  readonly id: string;
  readonly nodes: readonly Node[];
  readonly namespaces: readonly { readonly metadata: { readonly name: string; readonly labels?: StringMap } }[];
  readonly services: readonly Service[];
  readonly replicaSets: readonly (KubernetesObject & { readonly spec: { readonly selector: LabelSelector } })[];
  readonly existingPods: readonly Pod[];
}

export function clusterOf(vector: VectorCluster): ClusterState {
  const cluster = createCluster();
  for (const { metadata } of vector.namespaces) setNamespaceLabels(cluster, metadata.name, metadata.labels ?? {});
  for (const service of vector.services) {
    cluster.services.set(`${service.metadata.namespace}/${service.metadata.name}`, service);
  }
  for (const { metadata, spec } of vector.replicaSets) {
    cluster.ownerSelectors.set(`ReplicaSet/${metadata.namespace}/${metadata.name}`, spec.selector);
  }
  for (const node of vector.nodes) addNode(cluster, { ...node, spec: node.spec ?? {} });
  for (const pod of vector.existingPods) {
    const { startTime } = pod.status;
    const status = startTime === undefined ? pod.status : { ...pod.status, startTime: inMicros(startTime) };
    placePod(cluster, { ...pod, status }, pod.spec.nodeName!);
  }
  return cluster;
}

/** Vectors spell points in time out. */
export function inMicros(time: unknown): Micros {
  return Date.parse(time as string) * MILLISECOND_US;
}
