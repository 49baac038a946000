import { issue } from '../src/cluster/api/calls.js';
import { openClient } from '../src/cluster/api/clients.js';
import { Controllers, openControllers } from '../src/cluster/api/controller-loop.js';
import { createApi, registerApi } from '../src/cluster/api/create-api.js';
import { Listeners, openInformer, PROBE_COMPONENT } from '../src/cluster/api/informers.js';
import { ApiEvent } from '../src/cluster/api/events.js';
import { createKcm, registerKcm } from '../src/cluster/api/kcm.js';
import type { Node } from '../src/cluster/api/objects/node.js';
import type { Pod } from '../src/cluster/api/objects/pod.js';
import { API_PRESETS } from '../src/cluster/api/parameters.js';
import { insertObject } from '../src/cluster/api/writes.js';
import { SCHEDULER_PRESETS } from '../src/cluster/scheduler/parameters.js';
import { registerDeployment } from '../src/cluster/controllers/deployment/controller.js';
import { registerGarbageCollector } from '../src/cluster/controllers/garbage-collector/controller.js';
import { registerReplicaSet } from '../src/cluster/controllers/replica-set/controller.js';
import { createScheduler, registerScheduler, type SchedulerWorld } from '../src/cluster/scheduler/scheduler.js';
import { STORAGE_PARAMETERS } from '../src/cluster/controllers/storage-driver/parameters.js';
import { type ControllersWorld, createControllerStates } from '../src/experiment/controllers.js';
import { defineEvents, type EventKind, Handlers } from '../src/kernel/events.js';
import { createKernel, runUntil, schedule } from '../src/kernel/simulation.js';
import { type Micros, MILLISECOND_US, SECOND_US } from '../src/kernel/time.js';

/** A control plane with its scheduler, and kubelets that are only delays. */
export interface ControlPlane extends ControllersWorld, SchedulerWorld {
  readonly bench: {
    readonly client: number;
    /** Pods that are about to run or to end. */
    readonly pods: Map<number, Pod>;
    nextPod: number;
    /** How many changes have come to informers. */
    deliveries: number;
    /** How many syncs of controllers have begun. */
    syncs: number;
  };
}

/** Above the experiment's. */
const BenchEvent = defineEvents('bench-kubelets', 1_300, ['PodRuns', 'PodEnds']);

const START_US = SECOND_US;
const STOP_US = 500 * MILLISECOND_US;
const ZONES = ['a', 'b', 'c'];
const META = { namespace: '', resourceVersion: 1, generation: 1, creationTimestamp: 0 };

/** Put together once: with code made anew for each world the engine would compile it anew. */
export const HANDLERS = new Handlers<ControlPlane>();
const CONTROLLERS = new Controllers<ControlPlane>();
registerCode();

function registerCode(): void {
  const listeners = new Listeners<ControlPlane>();
  registerKcm(listeners);
  registerDeployment(CONTROLLERS, listeners);
  registerReplicaSet(CONTROLLERS, listeners);
  registerGarbageCollector(CONTROLLERS, listeners);
  registerApi(HANDLERS, listeners, CONTROLLERS);
  registerScheduler(HANDLERS, listeners);
  registerKubelets(HANDLERS, listeners);
  countFirst(ApiEvent.WatchDelivered, ({ bench }) => (bench.deliveries += 1));
  countFirst(ApiEvent.SyncStarted, ({ bench }) => (bench.syncs += 1));
}

/** Counts each event of a kind before it is handled. */
function countFirst(kind: EventKind, count: (world: ControlPlane) => void): void {
  const handle = HANDLERS.table[kind]!;
  HANDLERS.table[kind] = (world, a, b) => {
    count(world);
    handle(world, a, b);
  };
}

/** An empty cluster of so many nodes. */
export function controlPlane(nodes: number): ControlPlane {
  const slices = { api: undefined, kcm: undefined, controllers: undefined, scheduler: undefined, bench: undefined };
  const world = { kernel: createKernel('bench'), ...slices } as unknown as Growing;
  world.api = createApi(world, API_PRESETS.managed);
  openControllers(world, CONTROLLERS);
  world.kcm = createKcm(world);
  world.controllers = createControllerStates(STORAGE_PARAMETERS);
  world.scheduler = createScheduler(world, SCHEDULER_PRESETS.managed);
  const client = openClient(world, 'bench', { qps: 0, burst: 0 });
  world.bench = { client, pods: new Map(), nextPod: 0, deliveries: 0, syncs: 0 };
  insertObject(world, { apiVersion: 'v1', kind: 'Namespace', metadata: { ...META, name: 'default', uid: 'default' } });
  const account = { ...META, name: 'default', namespace: 'default', uid: 'account' };
  insertObject(world, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
  for (let index = 0; index < nodes; index++) insertObject(world, node(index));
  openInformer(world, PROBE_COMPONENT, 'Pod');
  runUntil(world, HANDLERS, 10 * SECOND_US);
  return world;
}

type Growing = { -readonly [Slice in keyof ControlPlane]: ControlPlane[Slice] };

/** Runs the pods that are bound and ends those that are deleted, each by one request. */
function registerKubelets(handlers: Handlers<ControlPlane>, listeners: Listeners<ControlPlane>): void {
  const later = (world: ControlPlane, delayUs: Micros, kind: EventKind, pod: Pod): void => {
    const number = world.bench.nextPod++;
    world.bench.pods.set(number, pod);
    schedule(world, delayUs, kind, number, 0);
  };
  const take = ({ bench: { pods } }: ControlPlane, number: number): Pod => {
    const pod = pods.get(number)!;
    pods.delete(number);
    return pod;
  };
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (world, { type, object, before }) => {
    if (type === 'deleted' || object.spec.nodeName === undefined) return;
    const isGoing = object.metadata.deletionTimestamp !== undefined;
    if (before?.spec.nodeName === undefined) later(world, START_US, BenchEvent.PodRuns, object);
    if (isGoing && before?.metadata.deletionTimestamp === undefined) later(world, STOP_US, BenchEvent.PodEnds, object);
  });
  handlers.on(BenchEvent.PodRuns, (world, number) => {
    const { namespace, name, uid } = take(world, number).metadata;
    const { now } = world.kernel;
    const podIP = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: now }];
    const body = { status: { phase: 'Running', podIP, startTime: now, conditions } };
    issue(world, world.bench.client, { verb: 'patch', kind: 'Pod', namespace, name, uid, subresource: 'status', body });
  });
  handlers.on(BenchEvent.PodEnds, (world, number) => {
    const { namespace, name, uid } = take(world, number).metadata;
    issue(world, world.bench.client, { verb: 'delete', kind: 'Pod', namespace, name, uid, gracePeriodSeconds: 0 });
  });
}

function node(index: number): Node {
  const name = `node-${index}`;
  const amounts = { cpu: 8, memory: '32Gi', pods: 110 };
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': ZONES[index % ZONES.length]! };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...META, name, uid: name, labels },
    spec: {},
    status: { capacity: amounts, allocatable: amounts },
  };
}
