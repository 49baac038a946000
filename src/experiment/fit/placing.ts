import type { Pod } from '../../cluster/api/objects/pod.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../cluster/api/objects/storage.js';
import type { ObjectKey } from '../../cluster/api/store.js';
import { type ClusterState, NO_NODE } from '../../cluster/scheduler/cluster.js';
import { placePod, removePod } from '../../cluster/scheduler/cluster-pods.js';
import { reserveVolumes } from '../../cluster/scheduler/cycle.js';
import { fitErrorOf } from '../../cluster/scheduler/fit-error.js';
import { type PodClass, podClassOf } from '../../cluster/scheduler/pod-class.js';
import { schedulePod } from '../../cluster/scheduler/schedule-pod.js';
import { bind, provide } from './fit-world.js';

/** A pod that is to have a node, with the place of its workload among all. */
export interface Wanted {
  readonly pod: Pod;
  readonly source: number;
}

/** Places a pod where the scheduler would; false if there is no such node. */
export function place(cluster: ClusterState, pod: Pod, podClass: PodClass): boolean {
  const asked = pod.spec.nodeName ?? '';
  if (asked !== '') {
    if (!cluster.indexByName.has(asked)) return false; // nobody schedules it, and its node is not there
    placePod(cluster, pod, asked, podClass);
    return true;
  }
  if (cluster.nodeCount === 0) return false;
  const { node } = schedulePod(cluster, podClass);
  if (node === NO_NODE) return false;
  const plan = reserveVolumes(cluster, podClass, node);
  for (const { volume, claim } of plan?.bindings ?? []) bind(cluster, volume, claim);
  for (const claim of plan?.provisions ?? []) provide(cluster, claim, cluster.nodes[node]!);
  placePod(cluster, pod, cluster.names[node]!, podClass);
  return true;
}

/**
 * Places pods in their order and gives those that find no node. Like in the queue, one that failed is tried again after others
 * have come: a pod that must stand beside another may be in front of it.
 */
export function placeAll(cluster: ClusterState, wanted: readonly Wanted[]): readonly Wanted[] {
  let left = wanted;
  for (;;) {
    // What no node takes now, none takes for a twin either.
    const hopeless = new Set<PodClass>();
    const before = left.length;
    left = left.filter(({ pod }) => {
      const podClass = podClassOf(cluster, pod);
      if (hopeless.has(podClass)) return true;
      if (place(cluster, pod, podClass)) return false;
      hopeless.add(podClass);
      return true;
    });
    if (left.length === 0 || left.length === before) return left;
  }
}

/** Why the pod has no node, without what preemption would say. */
export function reasonOf(cluster: ClusterState, pod: Pod): string {
  const { nodeName = '' } = pod.spec;
  if (nodeName !== '') return `node ${nodeName} is not there`;
  return cluster.nodeCount === 0 ? 'there are no nodes' : fitErrorOf(cluster, podClassOf(cluster, pod));
}

/** What a trial leaves as it was: pods, claims and volumes, and where the next search begins. */
export interface Before {
  readonly pods: number;
  readonly claims: ReadonlyMap<ObjectKey, PersistentVolumeClaim>;
  readonly volumes: ReadonlyMap<string, PersistentVolume>;
  readonly nextStart: number;
}

export function remember({ pods, claims, volumes, nextStart }: ClusterState): Before {
  return { pods: pods.size, claims: new Map(claims), volumes: new Map(volumes), nextStart };
}

export function takeBack(cluster: ClusterState, before: Before): void {
  // Pods stand in the order of being placed.
  for (const uid of [...cluster.pods.keys()].slice(before.pods)) removePod(cluster, uid);
  restore(cluster.claims, before.claims);
  restore(cluster.volumes, before.volumes);
  cluster.nextStart = before.nextStart;
  cluster.version += 1;
}

function restore<Key, Value>(map: Map<Key, Value>, before: ReadonlyMap<Key, Value>): void {
  map.clear();
  for (const [key, value] of before) map.set(key, value);
}
