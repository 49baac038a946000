import { Controllers, openControllers } from '../../../src/cluster/api/controller-loop.js';
import { createApi, registerApi } from '../../../src/cluster/api/create-api.js';
import { createKcm, type KcmWorld, registerKcm } from '../../../src/cluster/api/kcm.js';
import { Listeners, openInformer } from '../../../src/cluster/api/informers.js';
import type { KubernetesObject, StringMap } from '../../../src/cluster/api/objects/meta.js';
import type { Container, Pod, PodSpec } from '../../../src/cluster/api/objects/pod.js';
import { API_PRESETS, type Preset } from '../../../src/cluster/api/parameters.js';
import { stored } from '../../../src/cluster/api/store.js';
import { EVENT_TABLE } from '../../../src/cluster/api/tables.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { createNodes, registerNodes } from '../../../src/cluster/nodes/create-nodes.js';
import type { NodePool } from '../../../src/cluster/nodes/node-objects.js';
import { NODE_PRESETS, type NodeParameters } from '../../../src/cluster/nodes/parameters.js';
import { type PodUsage, type WorkloadBehaviour, WorkloadListeners } from '../../../src/cluster/nodes/workload.js';
import type { NodesWorld } from '../../../src/cluster/nodes/world.js';
import { constant } from '../../../src/kernel/distributions.js';
import { Handlers } from '../../../src/kernel/events.js';
import { createKernel, runUntil } from '../../../src/kernel/simulation.js';
import { SECOND_US } from '../../../src/kernel/time.js';

export interface NodesStage {
  readonly world: NodesWorld;
  readonly handlers: Handlers<NodesWorld>;
  readonly listeners: Listeners<NodesWorld>;
  readonly controllers: Controllers<NodesWorld>;
  readonly workloads: WorkloadListeners<NodesWorld>;
}

export interface StageOptions {
  readonly seed?: string;
  readonly preset?: Preset;
  readonly nodes?: number;
  readonly zones?: readonly string[];
  readonly parameters?: Partial<NodeParameters>;
  readonly behaviours?: readonly WorkloadBehaviour[];
  readonly imagesPresent?: NodePool['imagesPresent'];
  readonly missingImages?: readonly string[];
  readonly usage?: PodUsage<NodesWorld>;
  /** Adds controllers and gives their memories. */
  readonly controllers?: (
    controllers: Controllers<NodesWorld>,
    listeners: Listeners<NodesWorld>,
  ) => Readonly<Record<string, unknown>>;
}

const NO_USAGE: PodUsage<unknown> = { cpuUs: () => 0, inFlight: () => 0 };

/** An API server and nodes, nothing else: pods come already bound. */
export function nodesStage(options: StageOptions = {}): NodesStage {
  const { seed = '1', preset = 'managed', nodes = 1, zones = ['a'], behaviours = [], missingImages = [] } = options;
  const handlers = new Handlers<NodesWorld>();
  const listeners = new Listeners<NodesWorld>();
  const controllers = new Controllers<NodesWorld>();
  const workloads = new WorkloadListeners<NodesWorld>();
  registerKcm(listeners as unknown as Listeners<KcmWorld>);
  const memories = options.controllers?.(controllers, listeners);
  registerApi(handlers, listeners, controllers);
  registerNodes(handlers, listeners, workloads, options.usage ?? NO_USAGE);
  const world = { kernel: createKernel(seed) } as { -readonly [Slice in keyof NodesWorld]: NodesWorld[Slice] };
  world.api = createApi(world, API_PRESETS[preset]);
  insertObject(world, plainObject('v1', 'Namespace', '', 'default'));
  insertObject(world, plainObject('v1', 'ServiceAccount', 'default', 'default'));
  const parameters = { ...NODE_PRESETS[preset], ...options.parameters };
  const pool = nodePool(nodes, zones, options.imagesPresent ?? 'all');
  world.nodes = createNodes(world, [pool], behaviours, parameters, missingImages);
  openInformer(world, 'watcher', 'Pod');
  if (memories !== undefined) {
    openControllers(world, controllers);
    Object.assign(world, { kcm: createKcm(world), controllers: memories });
  }
  return { world, handlers, listeners, controllers, workloads };
}

export function nodePool(count: number, zones: readonly string[], imagesPresent: NodePool['imagesPresent']): NodePool {
  return {
    pool: 'n',
    count,
    milliCpu: 4_000,
    memoryBytes: 16 * 1024 * 1024 * 1024,
    ephemeralStorageBytes: 100 * 1024 * 1024 * 1024,
    pods: 110,
    zones,
    labels: {},
    taints: [],
    extendedResources: {},
    imagesPresent,
  };
}

export function plainObject(apiVersion: string, kind: string, namespace: string, name: string): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid: `${kind}-${name}`, resourceVersion: 1, generation: 1, creationTimestamp: 0 },
  };
}

export interface PodOptions {
  readonly containers?: readonly Partial<Container>[];
  readonly initContainers?: readonly Partial<Container>[];
  readonly labels?: StringMap;
  readonly spec?: Partial<PodSpec>;
}

/** A pod as the API server stores it after its binding. */
export function boundPod(name: string, node: string, options: PodOptions = {}): Pod {
  const complete = (container: Partial<Container>, index: number): Container => ({
    name: `c${index}`,
    image: 'app:1',
    imagePullPolicy: 'IfNotPresent',
    ...container,
  });
  const init = options.initContainers?.map((container, index) => complete({ name: `i${index}`, ...container }, index));
  return {
    ...plainObject('v1', 'Pod', 'default', name),
    metadata: {
      ...plainObject('v1', 'Pod', 'default', name).metadata,
      labels: options.labels ?? { app: 'web' },
    },
    spec: {
      containers: (options.containers ?? [{}]).map(complete),
      ...(init === undefined ? {} : { initContainers: init }),
      volumes: [{ name: 'token' }],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      nodeName: node,
      ...options.spec,
    },
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True' }] },
  };
}

export function workload(options: Partial<WorkloadBehaviour> = {}): WorkloadBehaviour {
  return {
    name: 'web',
    selector: { matchLabels: { app: 'web' } },
    images: [],
    imageBytes: 20_000_000,
    start: constant(SECOND_US),
    onTerm: 'exit',
    run: null,
    failure: null,
    ...options,
  };
}

export function play({ world, handlers }: NodesStage, seconds: number): void {
  runUntil(world, handlers, Math.round(seconds * SECOND_US));
}

export function podNamed({ world }: NodesStage, name: string): Pod | undefined {
  return stored<Pod>(world, 'Pod', `default/${name}`);
}

interface EventRow {
  readonly at: number;
  readonly reason: string;
  readonly message: string;
}

function eventRows({ world }: NodesStage, name: string): EventRow[] {
  const { columns } = world.kernel.probe.tables.get(EVENT_TABLE.name)!;
  const column = (field: string) => columns[EVENT_TABLE.columns.findIndex((definition) => definition.name === field)]!;
  const [times, names, reasons, messages] = [column('time_s'), column('name'), column('reason'), column('message')];
  const rows = times.map((at, row) => ({
    at: at as number,
    name: names[row],
    reason: reasons[row] as string,
    message: messages[row] as string,
  }));
  return rows.filter((row) => row.name === name);
}

/** Reasons of the recorded events about a pod, in order. */
export function eventReasons(stage: NodesStage, name: string): string[] {
  return eventRows(stage, name).map(({ reason }) => reason);
}

/** What events with this reason say about a pod. */
export function eventMessages(stage: NodesStage, name: string, reason: string): string[] {
  return eventRows(stage, name)
    .filter((row) => row.reason === reason)
    .map(({ message }) => message);
}

/** Seconds at which events with this reason were recorded about a pod. */
export function eventTimes(stage: NodesStage, name: string, reason: string): number[] {
  return eventRows(stage, name)
    .filter((row) => row.reason === reason)
    .map(({ at }) => at);
}
