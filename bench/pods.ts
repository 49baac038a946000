import { issue } from '../src/cluster/api/calls.js';
import { openClient } from '../src/cluster/api/clients.js';
import { Controllers, openControllers } from '../src/cluster/api/controller-loop.js';
import { createApi, registerApi } from '../src/cluster/api/create-api.js';
import { Listeners } from '../src/cluster/api/informers.js';
import { createKcm, registerKcm } from '../src/cluster/api/kcm.js';
import type { Node } from '../src/cluster/api/objects/node.js';
import type { Pod } from '../src/cluster/api/objects/pod.js';
import { API_PRESETS } from '../src/cluster/api/parameters.js';
import { collection } from '../src/cluster/api/store.js';
import { insertObject } from '../src/cluster/api/writes.js';
import { registerDeployment } from '../src/cluster/controllers/deployment/controller.js';
import { registerReplicaSet } from '../src/cluster/controllers/replica-set/controller.js';
import { createReplicaSetState, type ReplicaSetWorld } from '../src/cluster/controllers/replica-set/state.js';
import { SCHEDULER_PRESETS } from '../src/cluster/scheduler/parameters.js';
import { createScheduler, registerScheduler, type SchedulerWorld } from '../src/cluster/scheduler/scheduler.js';
import { Handlers } from '../src/kernel/events.js';
import { createKernel, runUntil } from '../src/kernel/simulation.js';
import { HOUR_US, SECOND_US } from '../src/kernel/time.js';
import { type Benchmark, type Figure, median } from './measure.js';

type ControlPlane = ReplicaSetWorld & SchedulerWorld;

interface Size {
  readonly nodes: number;
  readonly pods: number;
  readonly repetitions: number;
  /** Plays before the repetitions; the large case is long enough not to need any. */
  readonly warmUps: number;
  /** Pods a second of kubernetriks, a Rust simulator with one filter and one score, on a similar core. */
  readonly kubernetriks: number;
}

const SIZES: readonly Size[] = [
  { nodes: 1_000, pods: 10_000, repetitions: 5, warmUps: 2, kubernetriks: 3_600 },
  { nodes: 5_000, pods: 50_000, repetitions: 1, warmUps: 0, kubernetriks: 450 },
];

const DEPLOYMENTS = 100;

export const podsBenchmark: Benchmark = {
  name: 'pods',
  description:
    '100 Deployments bring their pods onto nodes of three zones through the whole control plane: Deployment and\n' +
    'ReplicaSet controllers, API server, etcd, watches, all filters and scores of the default scheduler, bindings,\n' +
    "each within Kubernetes' own client limits, preset managed. Pods a second of wall time from the creation of the\n" +
    'Deployments to the last binding; median of five after two that warm up (one of the large case). Those of kubernetriks\n' +
    'were measured elsewhere, on a similar core, and without a control plane.',
  run: () => SIZES.flatMap(figuresOf),
};

function figuresOf(size: Size): Figure[] {
  const seconds: number[] = [];
  for (let warmUp = 0; warmUp < size.warmUps; warmUp++) play(size);
  for (let repetition = 0; repetition < size.repetitions; repetition++) {
    globalThis.gc?.();
    seconds.push(play(size));
  }
  const value = size.pods / median(seconds);
  const what = { bench: 'pods', case: `${size.nodes} nodes, ${size.pods} pods` };
  const peakMegabytes = process.resourceUsage().maxRSS / 1_024;
  return [
    {
      ...what,
      metric: 'pods bound',
      value,
      unit: '1/s',
      baseline: { name: 'kubernetriks', value: size.kubernetriks },
      ratio: value / size.kubernetriks,
    },
    { ...what, metric: 'peak memory of the process so far', value: peakMegabytes, unit: 'MB' },
  ];
}

/** Seconds on the wall. */
function play({ nodes, pods }: Size): number {
  const world = controlPlane();
  for (let index = 0; index < nodes; index++) insertObject(world, node(index));
  runUntil(world, HANDLERS, 10 * SECOND_US);
  const client = openClient(world, 'bench', { qps: 0, burst: 0 });
  const before = performance.now();
  for (let index = 0; index < DEPLOYMENTS; index++) {
    const body = deployment(index, pods / DEPLOYMENTS);
    const { name } = body.metadata;
    issue(world, client, { verb: 'create', kind: 'Deployment', namespace: 'default', name, body });
  }
  runUntil(world, HANDLERS, HOUR_US);
  const seconds = (performance.now() - before) / 1_000;
  let bound = 0;
  for (const pod of collection<Pod>(world, 'Pod').values()) if (pod.spec.nodeName !== undefined) bound += 1;
  if (bound !== pods) throw new Error(`${bound} of ${pods} pods have a node after an hour`);
  return seconds;
}

const HANDLERS = new Handlers<ControlPlane>();
const CONTROLLERS = new Controllers<ControlPlane>();
registerCode();

function registerCode(): void {
  const listeners = new Listeners<ControlPlane>();
  registerKcm(listeners);
  registerDeployment(CONTROLLERS, listeners);
  registerReplicaSet(CONTROLLERS, listeners);
  registerApi(HANDLERS, listeners, CONTROLLERS);
  registerScheduler(HANDLERS, listeners);
}

function controlPlane(): ControlPlane {
  const slices = { api: undefined, kcm: undefined, controllers: undefined, scheduler: undefined };
  const world = { kernel: createKernel('bench'), ...slices } as unknown as Growing;
  world.api = createApi(world, API_PRESETS.managed);
  openControllers(world, CONTROLLERS);
  world.kcm = createKcm(world);
  world.controllers = { replicaSet: createReplicaSetState() };
  world.scheduler = createScheduler(world, SCHEDULER_PRESETS.managed);
  insertObject(world, { apiVersion: 'v1', kind: 'Namespace', metadata: { ...META, name: 'default', uid: 'default' } });
  insertObject(world, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { ...META, name: 'default', namespace: 'default', uid: 'account' },
  });
  return world;
}

type Growing = { -readonly [Slice in keyof ControlPlane]: ControlPlane[Slice] };

const META = { namespace: '', resourceVersion: 1, generation: 1, creationTimestamp: 0 };
const ZONES = ['a', 'b', 'c'];

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

/** Requests differ from Deployment to Deployment, so that pods of one kind don't all look alike to the scheduler. */
function deployment(index: number, replicas: number) {
  const name = `web-${index}`;
  const labels = { app: name };
  const requests = { cpu: `${100 + 50 * (index % 5)}m`, memory: `${64 + 64 * (index % 3)}Mi` };
  const containers = [{ name: 'server', image: 'web:1', resources: { requests } }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}
