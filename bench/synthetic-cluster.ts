import { createApi } from '../src/cluster/api/create-api.js';
import { Listeners, notifyWatchers, registerInformers } from '../src/cluster/api/informers.js';
import type { EndpointSlice, Service, ServiceSpec } from '../src/cluster/api/objects/network.js';
import { API_PRESETS } from '../src/cluster/api/parameters.js';
import { mutableCollection, objectKey } from '../src/cluster/api/store.js';
import { SERVING_NOTHING, SERVING_OPEN, WorkloadListeners } from '../src/cluster/nodes/workload.js';
import type { NodesState } from '../src/cluster/nodes/world.js';
import { Handlers } from '../src/kernel/events.js';
import { openStream } from '../src/kernel/random.js';
import { createKernel, type KernelWorld, runUntil } from '../src/kernel/simulation.js';
import { createNetwork, registerNetwork } from '../src/network/create-network.js';
import type { NetworkParameters } from '../src/network/parameters.js';
import { createTraffic, finishTraffic, registerTraffic, startTraffic } from '../src/traffic/create-traffic.js';
import type { TrafficInput } from '../src/traffic/model.js';
import type { TrafficWorld } from '../src/traffic/world.js';

/** A group of equal pods behind a Service of the same name. */
export interface SyntheticService {
  readonly name: string;
  readonly pods: number;
  /** Index into the input's workloads. */
  readonly workload: number;
  /** 0: none. */
  readonly cpuLimitMilli: number;
  readonly spec?: ServiceSpec;
}

export interface SyntheticCluster {
  readonly seed: string;
  readonly nodes: number;
  readonly nodeCpuMilli: number;
  readonly zones: number;
  readonly network: NetworkParameters;
  readonly services: readonly SyntheticService[];
}

export interface Simulation {
  readonly world: TrafficWorld;
  readonly handlers: Handlers<TrafficWorld>;
  readonly workloads: WorkloadListeners<TrafficWorld>;
}

/** A cluster with pods that serve, without a control plane: for benchmarks and tests of network and traffic alone. */
export function createSimulation(cluster: SyntheticCluster, input: TrafficInput): Simulation {
  const world = { kernel: createKernel(cluster.seed) } as {
    -readonly [Slice in keyof TrafficWorld]: TrafficWorld[Slice];
  };
  const handlers = new Handlers<TrafficWorld>();
  const listeners = new Listeners<TrafficWorld>();
  const workloads = new WorkloadListeners<TrafficWorld>();
  world.api = createApi(world, API_PRESETS.managed);
  world.nodes = createNodes(world, cluster);
  world.network = createNetwork(world, cluster.network);
  world.traffic = createTraffic(world, input);
  registerInformers(handlers, listeners);
  registerNetwork(listeners, workloads);
  registerTraffic(handlers, workloads);
  const simulation: Simulation = { world, handlers, workloads };
  for (const service of cluster.services) addService(simulation, service);
  runUntil(world, handlers, 0);
  startTraffic(world);
  return simulation;
}

export function play({ world, handlers }: Simulation, untilUs: number): TrafficWorld {
  runUntil(world, handlers, untilUs);
  return world;
}

export function playToEnd(simulation: Simulation, untilUs: number): TrafficWorld {
  const world = play(simulation, untilUs);
  finishTraffic(world);
  return world;
}

function createNodes(world: KernelWorld, cluster: SyntheticCluster): NodesState {
  const numbers = Array.from({ length: cluster.nodes }, (_, node) => node);
  const names = numbers.map((node) => `node-${node + 1}`);
  const capacity = cluster.services.reduce((sum, service) => sum + service.pods, 0) + SPARE_PODS;
  const reals = (): Float64Array => new Float64Array(capacity);
  const state = {
    parameters: undefined,
    behaviours: [],
    hosts: {
      count: cluster.nodes,
      names,
      pools: names.map(() => 'synthetic'),
      zoneNames: Array.from({ length: cluster.zones }, (_, zone) => `zone-${zone}`),
      zones: Int32Array.from(numbers, (node) => node % cluster.zones),
      reachable: new Uint8Array(cluster.nodes).fill(1),
      kubeletUp: new Uint8Array(cluster.nodes).fill(1),
      cpuMilli: new Float64Array(cluster.nodes).fill(cluster.nodeCpuMilli),
      ips: names,
      indexByName: new Map(names.map((name, node) => [name, node])),
      records: [],
    },
    pods: {
      capacity,
      count: 0,
      free: [],
      node: new Int32Array(capacity),
      epoch: new Int32Array(capacity),
      serving: new Uint8Array(capacity),
      behaviour: new Int32Array(capacity).fill(-1),
      cpuLimitMilli: reals(),
      cpuRequestMilli: reals(),
      admittedAt: reals(),
      sandboxAt: reals(),
      pulledAt: reals(),
      startedAt: reals(),
      stoppedAt: reals(),
      restarts: new Int32Array(capacity),
      keys: [],
      uids: [],
      ips: [],
      indexByUid: new Map(),
      indexByIp: new Map(),
      records: [],
    },
    stream: openStream(world, 'nodes'),
  };
  return state as unknown as NodesState;
}

/** Room for pods that come later. */
const SPARE_PODS = 64;

function addService(simulation: Simulation, service: SyntheticService): void {
  const pods = Array.from({ length: service.pods }, () => addPod(simulation, service));
  storeObject<Service>(simulation.world, 'added', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(service.name),
    spec: { type: 'ClusterIP', ports: [{ port: 80 }], ...service.spec },
    status: { loadBalancer: {} },
  });
  storeEndpoints(simulation.world, service.name, 'added', pods);
}

/** A pod that serves, on the next node in turn. It is not an endpoint yet. */
export function addPod({ world, workloads }: Simulation, service: SyntheticService): number {
  const { pods, hosts } = world.nodes;
  const pod = pods.count++;
  pods.node[pod] = pod % hosts.count;
  pods.behaviour[pod] = service.workload;
  pods.cpuLimitMilli[pod] = service.cpuLimitMilli;
  pods.keys[pod] = `default/${service.name}-${pod}`;
  pods.uids[pod] = `uid-${pod}`;
  pods.ips[pod] = `10.0.0.${pod}`;
  pods.indexByUid.set(pods.uids[pod]!, pod);
  pods.indexByIp.set(pods.ips[pod]!, pod);
  setServing({ world, workloads }, pod, SERVING_OPEN);
  return pod;
}

/** As the nodes do when something happens to a pod. */
export function setServing(
  { world, workloads }: Pick<Simulation, 'world' | 'workloads'>,
  pod: number,
  serving: number,
): void {
  const from = world.nodes.pods.serving[pod]!;
  world.nodes.pods.serving[pod] = serving;
  if (serving === SERVING_NOTHING) world.nodes.pods.epoch[pod]! += 1;
  for (const listener of workloads.serving) listener(world, pod, from, serving);
}

/** Writes the endpoints of a Service, in EndpointSlices of one size. */
export function storeEndpoints(
  world: TrafficWorld,
  service: string,
  type: 'added' | 'modified',
  ready: readonly number[],
  terminating: readonly number[] = [],
): void {
  const { pods, hosts } = world.nodes;
  const endpointOf = (pod: number, isReady: boolean): EndpointSlice['endpoints'][number] => ({
    addresses: [pods.ips[pod]!],
    conditions: { ready: isReady, serving: true, terminating: !isReady },
    nodeName: hosts.names[pods.node[pod]!]!,
    targetRef: { kind: 'Pod', namespace: 'default', name: pods.keys[pod]!, uid: pods.uids[pod]! },
  });
  storeObject<EndpointSlice>(world, type, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadataOf(`${service}-0`), labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: [...ready.map((pod) => endpointOf(pod, true)), ...terminating.map((pod) => endpointOf(pod, false))],
  });
}

function storeObject<T extends Service | EndpointSlice>(
  world: TrafficWorld,
  type: 'added' | 'modified',
  object: T,
): void {
  mutableCollection(world, object.kind).set(objectKey(object), object);
  notifyWatchers(world, type, object, objectKey(object));
}

function metadataOf(name: string): Service['metadata'] {
  return { name, namespace: 'default', uid: name, resourceVersion: 1, generation: 1, creationTimestamp: 0 };
}
