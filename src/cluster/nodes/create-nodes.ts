import type { Handlers } from '../../kernel/events.js';
import { invariant } from '../../kernel/invariant.js';
import { CLIENT_LIMITS, openClient } from '../api/clients.js';
import { type Listeners, openInformer } from '../api/informers.js';
import { addressOfNode, MAXIMUM_NODES } from './addresses.js';
import { createDisks, registerDisks } from './disks.js';
import { NodesEvent } from './events.js';
import { registerFaults } from './faults.js';
import type { HostRecord } from './host-record.js';
import { registerImagePulls } from './image-pulls.js';
import { KUBELET, listenToPods } from './kubelet-watch.js';
import { METRICS_SERVER, registerMetricsServer } from './metrics-server.js';
import { insertNode, nodeSpecs, type NodePool, type NodeSpec } from './node-objects.js';
import type { NodeParameters } from './parameters.js';
import { registerPodEnd, registerPodLife, registerPodStart } from './pod-events.js';
import { createPodTable } from './pod-table.js';
import { registerStatusSync } from './status-sync.js';
import { processEnded } from './termination.js';
import type { NodeWiring } from './wiring.js';
import { type PodUsage, SERVING_DRAINING, type WorkloadBehaviour, type WorkloadListeners } from './workload.js';
import type { HostTable, NodesState, NodesWorld } from './world.js';
import type { ApiWorld } from '../api/world.js';

/** Creates the nodes of all pools, Ready, with their kubelets. */
export function createNodes(
  world: ApiWorld,
  pools: readonly NodePool[],
  behaviours: readonly WorkloadBehaviour[],
  parameters: NodeParameters,
  missingImages: readonly string[] = [],
): NodesState {
  const specs = nodeSpecs(pools, parameters);
  invariant(specs.length <= MAXIMUM_NODES, `${specs.length} nodes, at most ${MAXIMUM_NODES}`);
  const hosts = createHosts(specs);
  const hostByInformer = new Map<number, number>();
  for (const [node, spec] of specs.entries()) {
    insertNode(world, spec, node);
    const host = createHost(world, spec);
    hosts.records.push(host);
    hostByInformer.set(host.informer, node);
  }
  return {
    parameters,
    behaviours,
    hosts,
    pods: createPodTable(),
    missingImages,
    ordinals: new Map(),
    metrics: {
      informer: openInformer(world, METRICS_SERVER, 'HorizontalPodAutoscaler'),
      isArmed: false,
      round: 0,
    },
    hostByInformer,
    disks: createDisks(world),
  };
}

/** Puts the kubelets' behaviour together. `usage` is what traffic knows of a pod's load. */
export function registerNodes<W extends NodesWorld>(
  handlers: Handlers<W>,
  listeners: Listeners<W>,
  workloads: WorkloadListeners<W>,
  usage: PodUsage<W>,
): void {
  // The nodes only hand on the world that they were given, which is a W.
  const wiring = { listeners: workloads.serving, usage } as unknown as NodeWiring;
  registerPodStart(handlers);
  registerPodLife(handlers, wiring);
  registerPodEnd(handlers, wiring);
  registerDisks(handlers, listeners);
  registerImagePulls(handlers);
  registerStatusSync(handlers);
  listenToPods(handlers, listeners, wiring);
  registerFaults(handlers, wiring);
  registerMetricsServer(handlers, listeners, wiring);
  handlers.on(NodesEvent.Drained, (world, podIndex, epoch) => {
    const { pods } = world.nodes;
    if (pods.epoch[podIndex] !== epoch || pods.serving[podIndex] !== SERVING_DRAINING) return;
    processEnded(world, wiring, podIndex);
  });
}

function createHosts(specs: readonly NodeSpec[]): HostTable {
  const count = specs.length;
  const zoneNames = [...new Set(specs.map(({ zone }) => zone))];
  return {
    count,
    names: specs.map(({ name }) => name),
    pools: specs.map(({ pool }) => pool.pool),
    zoneNames,
    zones: Int32Array.from(specs, ({ zone }) => zoneNames.indexOf(zone)),
    reachable: new Uint8Array(count).fill(1),
    kubeletUp: new Uint8Array(count).fill(1),
    starting: new Int32Array(count),
    cpuMilli: Float64Array.from(specs, ({ pool }) => pool.milliCpu),
    allocatableMilliCpu: Float64Array.from(specs, ({ allocatable }) => allocatable.milliCpu),
    allocatableMemory: Float64Array.from(specs, ({ allocatable }) => allocatable.memoryBytes),
    allocatablePods: Int32Array.from(specs, ({ pool }) => pool.pods),
    usedMilliCpu: new Float64Array(count),
    usedMemory: new Float64Array(count),
    usedPods: new Int32Array(count),
    ips: specs.map((_, node) => addressOfNode(node)),
    indexByName: new Map(specs.map(({ name }, node) => [name, node])),
    records: [],
  };
}

function createHost(world: ApiWorld, { name, pool }: NodeSpec): HostRecord {
  return {
    client: openClient(world, KUBELET, CLIENT_LIMITS.kubelet),
    eventClient: openClient(world, KUBELET, CLIENT_LIMITS.kubelet),
    informer: openInformer(world, KUBELET, 'Pod', name),
    hasAllImages: pool.imagesPresent === 'all',
    images: new Set(pool.imagesPresent === 'all' ? [] : pool.imagesPresent),
    pulls: new Map(),
    nextPull: 0,
    pullsFullAt: 0,
    pods: new Set(),
    statusQueue: [],
    statusPod: -1,
    statusCall: 'none',
    awaitedCall: -1,
    statusSent: undefined,
    addresses: 0,
    boot: 0,
    hasLostContainers: false,
  };
}
