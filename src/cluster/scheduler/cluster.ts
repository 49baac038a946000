import { invariant } from '../../kernel/invariant.js';
import type { HostPort } from '../api/host-ports.js';
import type { LabelSelector, StringMap } from '../api/objects/meta.js';
import type { Service } from '../api/objects/network.js';
import type { PodDisruptionBudget } from '../api/objects/policy.js';
import type { Node } from '../api/objects/node.js';
import type { Pod } from '../api/objects/pod.js';
import { MAXIMUM_RESOURCES } from '../api/pod-resources.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageCapacity,
  StorageClass,
  StorageDriver,
  StorageNode,
  VolumeAttachment,
} from '../api/objects/storage.js';
import type { ObjectKey } from '../api/store.js';
import type { AffinityCounts } from './affinity-counts.js';
import { createDeviceState, type DeviceState } from './devices/device-state.js';
import { longerFloat64, longerInt32, longerUint8 } from './longer-arrays.js';
import type { PodClass, Twin } from './pod-class.js';
import type { Nomination } from './preemption/nominations.js';
import { DEFAULT_PROFILE, type SchedulingProfile } from './profile.js';
import type { SpreadCounter } from './spread-counts.js';
import { createSearchBuffers, growSearchBuffers, type SearchBuffers } from './search-buffers.js';
import { createSpreadIndex, type SpreadIndex } from './spread-index.js';
import type { ImageScores } from './image-scores.js';
import type { FitTable } from './fit-table.js';
import type { PlacementRules } from './placement-rules.js';

/** Number of a node in all arrays of the cluster: stable while the node exists, then used again. */
export type NodeIndex = number;

/** For fields that may hold a node: none. */
export const NO_NODE: NodeIndex = -1;

/** Positions in a resource vector. Extended resources and huge pages follow as they are first seen. */
export const CPU = 0;
export const MEMORY = 1;
export const EPHEMERAL_STORAGE = 2;

/** Amounts by resource number: milli-CPU, bytes, bytes, then units. Missing = 0. */
export type ResourceVector = readonly number[];

/** One value per node for a topology key (zone, hostname, rack ...), as small integers. */
export interface Topology {
  readonly key: string;
  /** The empty text is always value 0. */
  readonly values: Map<string, number>;
  /** By node; -1 where the node lacks the label. */
  valueOf: Int32Array;
  /** Nodes that have it. */
  labelled: number;
}

export const EMPTY_VALUE = 0;
export const NO_VALUE = -1;

/** A pod that takes room on a node: bound, or assumed to be soon. */
export interface PlacedPod {
  readonly uid: string;
  /** As it was when it was placed, or last seen to have changed in nothing that matters here. */
  pod: Pod;
  podClass: PodClass;
  readonly node: NodeIndex;
  readonly requested: ResourceVector;
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
  readonly terminating: boolean;
}

/** An image as the first node that reported it describes it, and the nodes that have it. */
interface ImageState {
  readonly sizeBytes: number;
  readonly nodes: Set<NodeIndex>;
  /** `imageVersion` of the cluster when a node got it or lost it last. */
  version: number;
}

/** Nodes of one zone in order of arrival: the node tree of kubernetes v1.36.3 pkg/scheduler/backend/cache/node_tree.go. */
export interface Zone {
  readonly key: string;
  readonly nodes: NodeIndex[];
}

/**
 * The scheduler's cache: all it knows when it decides. Nodes live in dense arrays by index; everything derived from
 * them (placement-rules.ts, fit-table.ts, spread-counts.ts) is brought up to date by versions, never rebuilt as a whole.
 */
export interface ClusterState extends SearchBuffers {
  readonly profiles: readonly SchedulingProfile[];
  /** Every attempt is decided by the plain cycle (reference-cycle.ts). */
  readonly isReference: boolean;
  /** Length of the arrays by node. */
  capacity: number;
  /** Indexes below this one have been used. */
  indexes: number;
  readonly indexByName: Map<string, NodeIndex>;
  readonly freeIndexes: NodeIndex[];
  /** Undefined: free, or gone while pods are still bound to it. */
  readonly nodes: (Node | undefined)[];
  readonly names: string[];
  readonly zones: Zone[];
  /** Nodes as the scheduler goes through them: zones interleaved. Rebuilt when a node comes or goes. */
  order: Int32Array;
  orderIsStale: boolean;
  nodeCount: number;

  readonly resources: string[];
  /** By resource, then by node. */
  readonly allocatable: Float64Array[];
  readonly requested: Float64Array[];
  /** As scored: containers without a request count 100m and 200 MiB. */
  nonZeroCpu: Float64Array;
  nonZeroMemory: Float64Array;
  allowedPods: Int32Array;
  podCounts: Int32Array;
  /** Goes up with every change that may turn a rejection into something else. */
  version: number;
  /** Nodes whose room, labels or taints changed, newest last: the change number n stands at n modulo the length. */
  readonly changedNodes: Int32Array;
  changes: number;
  /** Goes up whenever labels, taints or schedulability of any node change: `placementGenerations[node]` is then set to it. */
  placementVersion: number;
  placementGenerations: Int32Array;
  /** Goes up whenever a topology value of a node changes. */
  topologyVersion: number;
  /** Goes up whenever a node gets or loses images. */
  imageVersion: number;

  readonly topologies: Topology[];
  readonly topologyByKey: Map<string, number>;
  readonly images: Map<string, ImageState>;
  readonly usedPorts: Map<NodeIndex, HostPort[]>;

  readonly pods: Map<string, PlacedPod>;
  /** By node, in the order of being placed. */
  readonly podsOnNode: PlacedPod[][];
  readonly podsByPriority: Map<number, number>;
  /** Placed pods with inter-pod terms of their own. */
  podsWithTerms: number;
  readonly podClasses: PodClass[];
  /** Made so far, and left by the last sweep (class-sweep.ts). */
  classesMade: number;
  classesLeft: number;
  readonly podClassBySignature: Map<string, PodClass>;
  /** Pods of each owner (by uid) that were classified last, newest first: the next one is probably a twin. */
  readonly recentByOwner: Map<string, Twin[]>;
  readonly placementRules: Map<string, PlacementRules>;
  readonly fitTables: Map<string, FitTable>;
  /** By images and number of containers. */
  readonly imageScores: Map<string, ImageScores>;
  /** Those that hold something by node, the first that was filled first: their number is limited (filled.ts). */
  readonly filledFitTables: FitTable[];
  readonly filledImages: ImageScores[];
  readonly filledVerdicts: PodClass[];
  readonly spreadCounterByKey: Map<string, SpreadCounter>;
  readonly spreadIndex: SpreadIndex;
  affinity: AffinityCounts;

  /** Pods without a node that room is kept for, by the name of the node, in the order of being nominated; and where each is. */
  readonly nominations: Map<string, Nomination[]>;
  readonly nominatedNodes: Map<string, string>;
  /** By node: 1 if it has nominations, so that a search asks only there. */
  isKept: Uint8Array;
  /** What preemption spares where it can. */
  readonly budgets: Map<ObjectKey, PodDisruptionBudget>;
  /** Goes up whenever a budget changes. */
  budgetVersion: number;

  /** Labels by namespace: what namespace selectors of affinity terms look up. */
  readonly namespaces: Map<string, StringMap>;
  /** Services and selectors of owners (by `kind/namespace/name`): what default topology spreading looks up. */
  readonly services: Map<string, Service>;
  readonly ownerSelectors: Map<string, LabelSelector>;
  /** Goes up whenever a Service changes. */
  selectorVersion: number;

  /** What the volume plugins look up; claims and volumes on their way to being bound stand here as they will be. */
  readonly claims: Map<ObjectKey, PersistentVolumeClaim>;
  readonly volumes: Map<string, PersistentVolume>;
  readonly storageClasses: Map<string, StorageClass>;
  /** CSIDrivers, CSINodes by node, CSIStorageCapacities. */
  readonly storageDrivers: Map<string, StorageDriver>;
  readonly storageNodes: Map<string, StorageNode>;
  readonly storageCapacities: Map<ObjectKey, StorageCapacity>;
  /** VolumeAttachments by node and name. */
  readonly attachments: Map<string, Map<string, VolumeAttachment>>;
  /** Placed pods that claim or name disks, by node, and the number of those that mount a claim. */
  readonly volumeUsers: Map<NodeIndex, Set<Pick<PlacedPod, 'podClass'>>>;
  readonly claimUsers: Map<ObjectKey, number>;
  /** By node: disks of its pods, those that several mount as often. */
  diskCounts: Int32Array;

  /** What DynamicResources looks up. */
  readonly devices: DeviceState;

  /** Where the next search begins in `order`. */
  nextStart: number;
}

const INITIAL_CAPACITY = 16;

/** Who has missed more changes than this looks at all nodes again. */
export const CHANGES_REMEMBERED = 4_096;

export function createCluster(
  profiles: readonly SchedulingProfile[] = [DEFAULT_PROFILE],
  isReference = false,
): ClusterState {
  const cluster: ClusterState = {
    profiles,
    isReference,
    capacity: 0,
    indexes: 0,
    indexByName: new Map(),
    freeIndexes: [],
    nodes: [],
    names: [],
    zones: [],
    order: new Int32Array(0),
    orderIsStale: false,
    nodeCount: 0,
    resources: [],
    allocatable: [],
    requested: [],
    nonZeroCpu: new Float64Array(0),
    nonZeroMemory: new Float64Array(0),
    allowedPods: new Int32Array(0),
    podCounts: new Int32Array(0),
    version: 0,
    changedNodes: new Int32Array(CHANGES_REMEMBERED),
    changes: 0,
    placementVersion: 0,
    placementGenerations: new Int32Array(0),
    topologyVersion: 0,
    imageVersion: 0,
    topologies: [],
    topologyByKey: new Map(),
    images: new Map(),
    usedPorts: new Map(),
    pods: new Map(),
    podsOnNode: [],
    podsByPriority: new Map(),
    podsWithTerms: 0,
    podClasses: [],
    classesMade: 0,
    classesLeft: 0,
    podClassBySignature: new Map(),
    recentByOwner: new Map(),
    placementRules: new Map(),
    fitTables: new Map(),
    imageScores: new Map(),
    filledFitTables: [],
    filledImages: [],
    filledVerdicts: [],
    spreadCounterByKey: new Map(),
    spreadIndex: createSpreadIndex(),
    affinity: { matching: [], held: [], byKey: new Map(), matchingByTerm: new Map(), heldByTerm: new Map() },
    nominations: new Map(),
    nominatedNodes: new Map(),
    isKept: new Uint8Array(0),
    budgets: new Map(),
    budgetVersion: 0,
    namespaces: new Map(),
    services: new Map(),
    ownerSelectors: new Map(),
    selectorVersion: 0,
    claims: new Map(),
    volumes: new Map(),
    storageClasses: new Map(),
    storageDrivers: new Map(),
    storageNodes: new Map(),
    storageCapacities: new Map(),
    attachments: new Map(),
    volumeUsers: new Map(),
    claimUsers: new Map(),
    diskCounts: new Int32Array(0),
    devices: createDeviceState(),
    nextStart: 0,
    ...createSearchBuffers(),
  };
  grow(cluster, INITIAL_CAPACITY);
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) resourceNumber(cluster, name);
  return cluster;
}

/** Notes that what is known of a node no longer holds. */
export function noteChange(cluster: ClusterState, node: NodeIndex): void {
  cluster.changedNodes[cluster.changes % CHANGES_REMEMBERED] = node;
  cluster.changes += 1;
  cluster.version += 1;
}

/** The number of a resource, given at first sight. */
export function resourceNumber(cluster: ClusterState, name: string): number {
  const known = cluster.resources.indexOf(name);
  if (known >= 0) return known;
  invariant(cluster.resources.length < MAXIMUM_RESOURCES, `more than ${MAXIMUM_RESOURCES} kinds of resources`);
  cluster.resources.push(name);
  cluster.allocatable.push(new Float64Array(cluster.capacity));
  cluster.requested.push(new Float64Array(cluster.capacity));
  return cluster.resources.length - 1;
}

/** The index of a node of this name, whether the node is there or only pods bound to it. */
export function indexOfNode(cluster: ClusterState, name: string): NodeIndex {
  const known = cluster.indexByName.get(name);
  if (known !== undefined) return known;
  const index = cluster.freeIndexes.pop() ?? cluster.indexes++;
  if (index >= cluster.capacity) grow(cluster, cluster.capacity * 2);
  cluster.indexByName.set(name, index);
  cluster.nodes[index] = undefined;
  cluster.names[index] = name;
  cluster.podsOnNode[index] ??= [];
  cluster.isKept[index] = cluster.nominations.has(name) ? 1 : 0;
  return index;
}

/** Gives the index back once neither the node nor a pod on it is left. */
export function releaseIndexIfUnused(cluster: ClusterState, index: NodeIndex): void {
  if (cluster.nodes[index] !== undefined || cluster.podCounts[index]! > 0) return;
  cluster.indexByName.delete(cluster.names[index]!);
  cluster.freeIndexes.push(index);
}

function grow(cluster: ClusterState, capacity: number): void {
  cluster.capacity = capacity;
  for (let resource = 0; resource < cluster.resources.length; resource++) {
    cluster.allocatable[resource] = longerFloat64(cluster.allocatable[resource]!, capacity);
    cluster.requested[resource] = longerFloat64(cluster.requested[resource]!, capacity);
  }
  cluster.nonZeroCpu = longerFloat64(cluster.nonZeroCpu, capacity);
  cluster.nonZeroMemory = longerFloat64(cluster.nonZeroMemory, capacity);
  cluster.allowedPods = longerInt32(cluster.allowedPods, capacity);
  cluster.podCounts = longerInt32(cluster.podCounts, capacity);
  cluster.diskCounts = longerInt32(cluster.diskCounts, capacity);
  cluster.isKept = longerUint8(cluster.isKept, capacity);
  cluster.placementGenerations = longerInt32(cluster.placementGenerations, capacity);
  for (const topology of cluster.topologies) topology.valueOf = longerInt32(topology.valueOf, capacity, NO_VALUE);
  growSearchBuffers(cluster, capacity);
}

/** The number of a topology key, with the values of all nodes. */
export function topologyNumber(cluster: ClusterState, key: string): number {
  const known = cluster.topologyByKey.get(key);
  if (known !== undefined) return known;
  const topology: Topology = {
    key,
    values: new Map([['', EMPTY_VALUE]]),
    valueOf: new Int32Array(cluster.capacity).fill(NO_VALUE),
    labelled: 0,
  };
  const number = cluster.topologies.length;
  cluster.topologies.push(topology);
  cluster.topologyByKey.set(key, number);
  for (let index = 0; index < cluster.indexes; index++) setTopologyValue(cluster, topology, index);
  return number;
}

/** Notes the value that a node has now; a node that is gone has none. */
export function setTopologyValue(cluster: ClusterState, topology: Topology, index: NodeIndex): void {
  const text = cluster.nodes[index]?.metadata.labels?.[topology.key];
  let value = text === undefined ? NO_VALUE : topology.values.get(text);
  if (value === undefined) {
    value = topology.values.size;
    topology.values.set(text!, value);
  }
  if (topology.valueOf[index] === value) return;
  if (topology.valueOf[index] === NO_VALUE) topology.labelled += 1;
  else if (value === NO_VALUE) topology.labelled -= 1;
  topology.valueOf[index] = value;
  cluster.topologyVersion += 1;
}
