import { issue } from '../src/cluster/api/calls.js';
import { openClient } from '../src/cluster/api/clients.js';
import { Controllers, openControllers } from '../src/cluster/api/controller-loop.js';
import { createApi, registerApi } from '../src/cluster/api/create-api.js';
import { Listeners, openInformer, PROBE_COMPONENT } from '../src/cluster/api/informers.js';
import { createKcm } from '../src/cluster/api/kcm.js';
import type { Node } from '../src/cluster/api/objects/node.js';
import type { Pod } from '../src/cluster/api/objects/pod.js';
import { API_PRESETS } from '../src/cluster/api/parameters.js';
import { insertObject } from '../src/cluster/api/writes.js';
import { SCHEDULER_PRESETS } from '../src/cluster/scheduler/parameters.js';
import { createScheduler, registerScheduler, type SchedulerWorld } from '../src/cluster/scheduler/scheduler.js';
import { STORAGE_PARAMETERS } from '../src/cluster/controllers/storage-driver/parameters.js';
import { type ControllersWorld, createControllerStates } from '../src/experiment/controllers.js';
import { defineEvents, Handlers } from '../src/kernel/events.js';
import { createKernel, runUntil, schedule } from '../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US } from '../src/kernel/time.js';

/** A control plane with its scheduler, and kubelets that are only delays. */
export interface ControlPlane extends ControllersWorld, SchedulerWorld {
  readonly bench: { readonly client: number; readonly pods: Pod[] };
}

export interface Tank {
  readonly world: ControlPlane;
  readonly handlers: Handlers<ControlPlane>;
}

/** Above the experiment's. */
const BenchEvent = defineEvents('bench-kubelets', 1_300, ['PodRuns', 'PodEnds']);

const START_US = SECOND_US;
const STOP_US = 500 * MILLISECOND_US;
const ZONES = ['a', 'b', 'c'];
const META = { namespace: '', resourceVersion: 1, generation: 1, creationTimestamp: 0 };

/** An empty cluster of so many nodes with the controllers that `register` adds. */
export function controlPlane(
  nodes: number,
  register: (controllers: Controllers<ControlPlane>, listeners: Listeners<ControlPlane>) => void,
): Tank {
  const handlers = new Handlers<ControlPlane>();
  const listeners = new Listeners<ControlPlane>();
  const controllers = new Controllers<ControlPlane>();
  register(controllers, listeners);
  registerApi(handlers, listeners, controllers);
  registerScheduler(handlers, listeners);
  const world = { kernel: createKernel('bench') } as { -readonly [Slice in keyof ControlPlane]: ControlPlane[Slice] };
  world.api = createApi(world, API_PRESETS.managed);
  openControllers(world, controllers);
  world.kcm = createKcm(world);
  world.controllers = createControllerStates(STORAGE_PARAMETERS);
  world.scheduler = createScheduler(world, SCHEDULER_PRESETS.managed);
  world.bench = { client: openClient(world, 'bench', { qps: 0, burst: 0 }), pods: [] };
  insertObject(world, { apiVersion: 'v1', kind: 'Namespace', metadata: { ...META, name: 'default', uid: 'default' } });
  const account = { ...META, name: 'default', namespace: 'default', uid: 'account' };
  insertObject(world, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
  for (let index = 0; index < nodes; index++) insertObject(world, node(index));
  openInformer(world, PROBE_COMPONENT, 'Pod');
  registerKubelets(handlers, listeners);
  runUntil(world, handlers, 10 * SECOND_US);
  return { world, handlers };
}

/** Runs the pods that are bound and ends those that are deleted, each by one request. */
function registerKubelets(handlers: Handlers<ControlPlane>, listeners: Listeners<ControlPlane>): void {
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (world, { type, object, before }) => {
    if (type === 'deleted' || object.spec.nodeName === undefined) return;
    const isBound = before?.spec.nodeName === undefined;
    const isGoing = object.metadata.deletionTimestamp !== undefined;
    if (isBound) schedule(world, START_US, BenchEvent.PodRuns, world.bench.pods.push(object) - 1, 0);
    if (isGoing && before?.metadata.deletionTimestamp === undefined)
      schedule(world, STOP_US, BenchEvent.PodEnds, world.bench.pods.push(object) - 1, 0);
  });
  handlers.on(BenchEvent.PodRuns, (world, index) => {
    const { namespace, name, uid } = world.bench.pods[index]!.metadata;
    const { now } = world.kernel;
    const podIP = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: now }];
    const body = { status: { phase: 'Running', podIP, startTime: now, conditions } };
    issue(world, world.bench.client, { verb: 'patch', kind: 'Pod', namespace, name, uid, subresource: 'status', body });
  });
  handlers.on(BenchEvent.PodEnds, (world, index) => {
    const { namespace, name, uid } = world.bench.pods[index]!.metadata;
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
