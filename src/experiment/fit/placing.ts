import { portsConflict } from '../../cluster/api/host-ports.js';
import type { ResourceClaim } from '../../cluster/api/objects/devices.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../cluster/api/objects/storage.js';
import type { ObjectKey } from '../../cluster/api/store.js';
import { rejectionOf } from '../../cluster/nodes/pod-rejection.js';
import { type ClusterState, CPU, MEMORY, NO_NODE } from '../../cluster/scheduler/cluster.js';
import { nodeOrder } from '../../cluster/scheduler/cluster-nodes.js';
import { placePod, removePod } from '../../cluster/scheduler/cluster-pods.js';
import { reserveVolumes } from '../../cluster/scheduler/cycle.js';
import { setClaim } from '../../cluster/scheduler/devices/device-state.js';
import { fitErrorOf } from '../../cluster/scheduler/fit-error.js';
import { roomFor } from '../../cluster/scheduler/node-room.js';
import { planDevices } from '../../cluster/scheduler/plugins/dynamic-resources.js';
import { FEASIBLE } from '../../cluster/scheduler/plugins/verdict.js';
import { type PodClass, podClassOf } from '../../cluster/scheduler/pod-class.js';
import { prepare, schedulePod } from '../../cluster/scheduler/schedule-pod.js';
import { bind, provide } from './fit-world.js';
import type { PodSource } from './pod-sources.js';

/** A pod with its number within its workload. */
export interface Wanted {
  readonly pod: Pod;
  readonly index: number;
}

/** The pods of one workload in their order: those placed, those that wait, and the others, which are not made yet. */
export interface PodLine {
  readonly source: PodSource;
  /** Made, but without a node. */
  waiting: Wanted[];
  /** Number of the next pod to be made. */
  next: number;
  placed: number;
  /** Why the API server, or the node that it names, refuses a pod, and with it all that follow; empty: they are taken. */
  refusal: string;
}

/**
 * Of pods that differ in more than their names (those of a StatefulSet, each with its volumes) no others are tried after so many in
 * a row found no node. Of a DaemonSet every pod is tried: each has a node of its own.
 */
const MOST_FAILURES = 100;

/** What a pod costs that is like none before it, beside the one that its twins cost: much is worked out by class of pods. */
export const CLASS_COST = 50;

/** Places a pod where it asks to be, or else where the scheduler would; false if there is no such node. */
export function place(cluster: ClusterState, pod: Pod, podClass: PodClass): boolean {
  const asked = pod.spec.nodeName ?? '';
  if (asked !== '') {
    if (refusalByNode(cluster, pod, podClass) !== '') return false;
    placePod(cluster, pod, asked, podClass);
    return true;
  }
  if (cluster.nodeCount === 0) return false;
  const { node } = schedulePod(cluster, podClass);
  if (node === NO_NODE) return false;
  const plan = reserveVolumes(cluster, podClass, node);
  for (const { volume, claim } of plan?.bindings ?? []) bind(cluster, volume, claim);
  for (const claim of plan?.provisions ?? []) provide(cluster, claim, cluster.nodes[node]!);
  for (const { key, claim, allocation } of planDevices(cluster, podClass, node) ?? []) {
    if (allocation !== undefined) setClaim(cluster.devices, key, { ...claim, status: { allocation } });
  }
  placePod(cluster, pod, cluster.names[node]!, podClass);
  return true;
}

/** Why the node that a pod names does not take it, by its kubelet, as nobody schedules the pod; empty: it does. */
function refusalByNode(cluster: ClusterState, pod: Pod, { request, hostPorts }: PodClass): string {
  const name = pod.spec.nodeName!;
  const node = cluster.indexByName.get(name);
  if (node === undefined) return `node ${name} is not there`;
  const roomOf = (resource: number): { readonly used: number; readonly capacity: number } => ({
    used: cluster.requested[resource]![node]!,
    capacity: cluster.allocatable[resource]![node]!,
  });
  const rejection = rejectionOf(
    cluster.nodes[node],
    {
      pods: { used: cluster.podCounts[node]!, capacity: cluster.allowedPods[node]! },
      milliCpu: roomOf(CPU),
      memoryBytes: roomOf(MEMORY),
      arePortsFree: !portsConflict(hostPorts, cluster.usedPorts.get(node) ?? []),
    },
    pod,
    { milliCpu: request[CPU]!, memoryBytes: request[MEMORY]! },
  );
  return rejection === undefined ? '' : `${rejection.reason} on ${name}: ${rejection.message}`;
}

/**
 * Places the pods of all lines, in the order of the lines. Like in the queue, one that failed is tried again after others have
 * come: a pod that must stand beside another may be in front of it. Gives what it cost, in attempts.
 */
export function placeAll(cluster: ClusterState, lines: readonly PodLine[]): number {
  let cost = 0;
  let placed = -1;
  while (placed !== 0) {
    placed = 0;
    // What no node takes now, none takes for a twin either.
    const hopeless = new Set<PodClass>();
    for (const line of lines) {
      const before = line.placed;
      cost += placeLine(cluster, line, hopeless);
      placed += line.placed - before;
    }
  }
  return cost;
}

function placeLine(cluster: ClusterState, line: PodLine, hopeless: Set<PodClass>): number {
  const { source } = line;
  const again = line.waiting;
  const failed: Wanted[] = [];
  const most = source.isOrdered ? 1 : source.grows ? MOST_FAILURES : Infinity;
  let failures = 0;
  let cost = 0;
  let used = 0;
  while (failures < most) {
    const one = used < again.length ? again[used++] : nextOf(line);
    if (one === undefined) break;
    const classes = cluster.podClasses.length;
    const podClass = podClassOf(cluster, one.pod);
    if (cluster.podClasses.length > classes) cost += CLASS_COST;
    const isTwin = hopeless.has(podClass);
    if (!isTwin) cost += 1;
    if (!isTwin && place(cluster, one.pod, podClass)) {
      line.placed += 1;
      failures = 0;
      continue;
    }
    failed.push(one);
    if ((one.pod.spec.nodeName ?? '') !== '') line.refusal ||= refusalByNode(cluster, one.pod, podClass);
    hopeless.add(podClass);
    if (isTwin) break; // as are all others
    failures += 1;
  }
  line.waiting = [...failed, ...again.slice(used)];
  return cost;
}

/** Makes the next pod; undefined if there is none, or it is refused. */
function nextOf(line: PodLine): Wanted | undefined {
  const { source, next, refusal } = line;
  if (next >= source.replicas || refusal !== '') return undefined;
  const pod = source.pod(next);
  if (typeof pod === 'string') {
    line.refusal = pod;
    return undefined;
  }
  line.next += 1;
  return { pod, index: next };
}

/** The line of a workload, with its first pod made. */
export function lineOf(source: PodSource): PodLine {
  const line: PodLine = { source, waiting: [], next: 0, placed: 0, refusal: '' };
  const first = nextOf(line);
  if (first !== undefined) line.waiting.push(first);
  return line;
}

/**
 * How many more pods of a class find a node, where each asks nothing but room of it: then it does not matter which one the scheduler
 * takes for the first. Undefined: it does matter, as the pods have ports, volumes, hard spread constraints or terms, or others' terms
 * keep them away.
 */
export function roomForMore(cluster: ClusterState, pod: Pod, podClass: PodClass): number | undefined {
  const { nodeNames, placement, fit } = podClass;
  if ((pod.spec.nodeName ?? '') !== '' || podClass.claims.length > 0 || !fit.filtersResources) return undefined;
  if (prepare(cluster, podClass).rest.length > 0) return undefined;
  let room = 0;
  for (const node of nodeOrder(cluster)) {
    if (placement.verdicts[node] !== FEASIBLE || nodeNames?.has(cluster.names[node]!) === false) continue;
    room += roomFor(cluster, podClass, node);
  }
  return room;
}

/** Why the scheduler finds no node for the pod, without what preemption would say. */
export function reasonOf(cluster: ClusterState, pod: Pod): string {
  return cluster.nodeCount === 0 ? 'there are no nodes' : fitErrorOf(cluster, podClassOf(cluster, pod));
}

/** What a trial leaves as it was: pods, claims and volumes, and where the next search begins. */
export interface Before {
  readonly pods: number;
  readonly claims: ReadonlyMap<ObjectKey, PersistentVolumeClaim>;
  readonly volumes: ReadonlyMap<string, PersistentVolume>;
  readonly deviceClaims: ReadonlyMap<ObjectKey, ResourceClaim>;
  readonly nextStart: number;
}

export function remember({ pods, claims, volumes, devices, nextStart }: ClusterState): Before {
  return {
    pods: pods.size,
    claims: new Map(claims),
    volumes: new Map(volumes),
    deviceClaims: new Map(devices.claims),
    nextStart,
  };
}

export function takeBack(cluster: ClusterState, before: Before): void {
  // Pods stand in the order of being placed.
  for (const uid of [...cluster.pods.keys()].slice(before.pods)) removePod(cluster, uid);
  restore(cluster.claims, before.claims);
  restore(cluster.volumes, before.volumes);
  for (const key of cluster.devices.claims.keys()) setClaim(cluster.devices, key, before.deviceClaims.get(key));
  cluster.nextStart = before.nextStart;
  cluster.version += 1;
}

function restore<Key, Value>(map: Map<Key, Value>, before: ReadonlyMap<Key, Value>): void {
  map.clear();
  for (const [key, value] of before) map.set(key, value);
}
