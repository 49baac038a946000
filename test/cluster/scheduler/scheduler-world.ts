import { Controllers } from '../../../src/cluster/api/controller-loop.js';
import { createApi, registerApi } from '../../../src/cluster/api/create-api.js';
import { Listeners, openInformer, PROBE_COMPONENT } from '../../../src/cluster/api/informers.js';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Pod, PodSpec } from '../../../src/cluster/api/objects/pod.js';
import { API_PRESETS, type ApiParameters } from '../../../src/cluster/api/parameters.js';
import { stored } from '../../../src/cluster/api/store.js';
import { insertObject, removeObject, replaceObject } from '../../../src/cluster/api/writes.js';
import { SCHEDULER_PRESETS, type SchedulerParameters } from '../../../src/cluster/scheduler/parameters.js';
import { createScheduler, registerScheduler, type SchedulerWorld } from '../../../src/cluster/scheduler/scheduler.js';
import { insertNamespaces } from '../../../src/experiment/setup.js';
import { Handlers } from '../../../src/kernel/events.js';
import { createKernel, runUntil } from '../../../src/kernel/simulation.js';
import { SECOND_US } from '../../../src/kernel/time.js';

/** An API server and a scheduler, nothing else: bound pods do nothing. */
export function schedulerWorld(
  seed = 'test',
  parameters: SchedulerParameters = SCHEDULER_PRESETS.managed,
  apiParameters: ApiParameters = API_PRESETS.managed,
) {
  const kernel = { kernel: createKernel(seed) };
  const api = { ...kernel, api: createApi(kernel, apiParameters) };
  insertNamespaces(api);
  const world: SchedulerWorld = { ...api, scheduler: createScheduler(api, parameters) };
  const handlers = new Handlers<SchedulerWorld>();
  const listeners = new Listeners<SchedulerWorld>();
  registerApi(handlers, listeners, new Controllers<SchedulerWorld>());
  registerScheduler(handlers, listeners);
  const boundAt: number[] = [];
  openInformer(world, PROBE_COMPONENT, 'Pod');
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', ({ kernel: { now } }, { before, object }) => {
    if (before?.spec.nodeName === undefined && object.spec.nodeName !== undefined) boundAt.push(now / SECOND_US);
  });
  return {
    world,
    handlers,
    run: (seconds: number) => runUntil(world, handlers, Math.round(seconds * SECOND_US)),
    events: () => eventsOf(world),
    /** When pods were bound (s), in order. */
    boundAt: boundAt as readonly number[],
    pod: (name: string) => stored<Pod>(world, 'Pod', `default/${name}`),
    addNode: (node: Node) => insertObject(world, node),
    addPod: (pod: Pod) => insertObject(world, pod),
    removePod: (name: string) => removeObject(world, stored<Pod>(world, 'Pod', `default/${name}`)!),
    changePod: (name: string, change: (pod: Pod) => Pod) => {
      const pod = stored<Pod>(world, 'Pod', `default/${name}`)!;
      replaceObject(world, pod, change(pod));
    },
    changeNode: (name: string, change: (node: Node) => Node) => {
      const node = stored<Node>(world, 'Node', name)!;
      replaceObject(world, node, change(node));
    },
  };
}

export interface EventRow {
  readonly at: number;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

function eventsOf(world: SchedulerWorld): EventRow[] {
  const { rows, columns } = world.kernel.probe.tables.get('events')!;
  return Array.from({ length: rows }, (_unused, row) => ({
    at: columns[0]![row] as number,
    name: columns[4]![row] as string,
    reason: columns[6]![row] as string,
    message: columns[7]![row] as string,
  }));
}

const META = { resourceVersion: 1, generation: 1, creationTimestamp: 0 };

export function node(name: string, cpu: string | number = 4, more: Partial<Node['spec']> = {}): Node {
  const amounts = { cpu, memory: '16Gi', pods: 110 };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...META, name, namespace: '', uid: `node-${name}`, labels: { 'kubernetes.io/hostname': name } },
    spec: more,
    status: { capacity: amounts, allocatable: amounts },
  };
}

export function pod(name: string, cpu: string | number = 1, more: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...META, name, namespace: 'default', uid: `pod-${name}`, labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image: 'web', resources: { requests: { cpu } } }], ...more },
    status: { phase: 'Pending' },
  };
}
