import { insertLease, spreadRenewal } from '../api/leases.js';
import type { ResourceList, StringMap } from '../api/objects/meta.js';
import type { Node, Taint } from '../api/objects/node.js';
import { milliValue, value } from '../api/quantity.js';
import type { ApiWorld } from '../api/world.js';
import { insertObject } from '../api/writes.js';
import { addressOfNode, podCidrOf } from './addresses.js';
import { allocatableOf } from './allocatable.js';
import { readyConditions } from './node-conditions.js';
import type { NodeParameters } from './parameters.js';

/** Equal nodes, named `<pool>-<1..count>`, in the zones by turns. */
export interface NodePool {
  readonly pool: string;
  readonly count: number;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  readonly pods: number;
  readonly zones: readonly string[];
  readonly labels: StringMap;
  readonly taints: readonly Taint[];
  readonly extendedResources: ResourceList;
  /** Images that every node has from the start: all images that ever run, or those named. */
  readonly imagesPresent: 'all' | readonly string[];
}

export interface NodeSpec {
  readonly name: string;
  readonly pool: NodePool;
  readonly zone: string;
  readonly capacity: ResourceList;
  readonly allocatableList: ResourceList;
  readonly allocatable: { readonly milliCpu: number; readonly memoryBytes: number };
}

/** The simulated cluster stands in one region. */
const REGION = 'region';
/** Hard eviction thresholds that come off the allocatable (kubernetes v1.36.3 pkg/kubelet/eviction/defaults_linux.go). */
const EVICTION_THRESHOLDS = { 'memory.available': '100Mi', 'nodefs.available': '10%' };
const KIBIBYTE = 1_024;
/**
 * Features that pods may need and that a kubelet of v1.36 has without being told (k8s.io/component-helpers v0.36.3
 * nodedeclaredfeatures/features: Discover; the gates of both are on).
 */
const DECLARED_FEATURES = ['InPlacePodLevelResourcesVerticalScaling', 'RestartAllContainersOnContainerExits'];

export function nodeSpecs(pools: readonly NodePool[], parameters: NodeParameters): NodeSpec[] {
  return pools.flatMap((pool) => {
    const capacity = capacityOf(pool);
    const kubeReserved = {
      cpu: `${parameters.reservedMilliCpu}m`,
      memory: parameters.reservedMemoryBytes,
    };
    const allocatableList = allocatableOf(capacity, {
      systemReserved: {},
      kubeReserved,
      evictionThresholds: EVICTION_THRESHOLDS,
    });
    const milliCpu = milliValue(allocatableList['cpu']!);
    const memoryBytes = value(allocatableList['memory']!);
    return Array.from({ length: pool.count }, (_, index) => ({
      name: `${pool.pool}-${index + 1}`,
      pool,
      zone: pool.zones[index % pool.zones.length]!,
      capacity,
      allocatableList,
      allocatable: { milliCpu, memoryBytes },
    }));
  });
}

function capacityOf(pool: NodePool): ResourceList {
  return {
    cpu: pool.milliCpu % 1_000 === 0 ? String(pool.milliCpu / 1_000) : `${pool.milliCpu}m`,
    'ephemeral-storage': binary(pool.ephemeralStorageBytes),
    memory: binary(pool.memoryBytes),
    pods: String(pool.pods),
    ...pool.extendedResources,
  };
}

function binary(bytes: number): string {
  return bytes % KIBIBYTE === 0 ? `${bytes / KIBIBYTE}Ki` : String(bytes);
}

/** Puts a node that is Ready since ever, and its lease, into the store. */
export function insertNode(world: ApiWorld, spec: NodeSpec, node: number): void {
  insertObject(world, nodeObject(world, spec, node));
  insertLease(world, spec.name, spreadRenewal(world.kernel.now, node));
}

/** A node as it is once its kubelet has registered it and it is Ready. */
export function nodeObject(world: ApiWorld, spec: NodeSpec, node: number): Node {
  const { name, pool, zone, capacity, allocatableList } = spec;
  world.api.resourceVersion += 1;
  world.api.nextUid += 1;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      namespace: '',
      uid: `uid-${world.api.nextUid}`,
      resourceVersion: world.api.resourceVersion,
      generation: 1,
      creationTimestamp: world.kernel.now,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': REGION,
        'topology.kubernetes.io/zone': zone,
        ...pool.labels,
      },
    },
    spec: { podCIDR: podCidrOf(node), ...(pool.taints.length > 0 ? { taints: pool.taints } : {}) },
    status: {
      capacity,
      allocatable: allocatableList,
      conditions: readyConditions(world.kernel.now),
      addresses: [
        { type: 'InternalIP', address: addressOfNode(node) },
        { type: 'Hostname', address: name },
      ],
      declaredFeatures: DECLARED_FEATURES,
      ...(pool.imagesPresent === 'all' ? {} : { images: pool.imagesPresent.map(imageEntry) }),
    },
  };
}

/** Sizes of images that no workload describes are unknown; ImageLocality counts those below 23 MB as nothing. */
function imageEntry(name: string): { readonly names: readonly string[]; readonly sizeBytes: number } {
  return { names: [name], sizeBytes: 0 };
}
