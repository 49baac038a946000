import type { ApiRequest } from '../src/cluster/api/calls.js';
import { issue } from '../src/cluster/api/calls.js';
import type { Controllers } from '../src/cluster/api/controller-loop.js';
import type { Listeners } from '../src/cluster/api/informers.js';
import { registerKcm } from '../src/cluster/api/kcm.js';
import type { Deployment } from '../src/cluster/api/objects/workload.js';
import { collection } from '../src/cluster/api/store.js';
import { registerDeployment } from '../src/cluster/controllers/deployment/controller.js';
import { registerGarbageCollector } from '../src/cluster/controllers/garbage-collector/controller.js';
import { registerReplicaSet } from '../src/cluster/controllers/replica-set/controller.js';
import { runUntil } from '../src/kernel/simulation.js';
import { MINUTE_US } from '../src/kernel/time.js';
import { type ControlPlane, controlPlane, type Tank } from './control-plane.js';
import { type Benchmark, cpuSeconds, type Figure } from './measure.js';

/** So many Deployments of so many pods each, on a tenth as many nodes. */
interface Size {
  readonly deployments: number;
  readonly replicas: number;
}

const SIZES: readonly Size[] = [
  { deployments: 1, replicas: 1_000 },
  { deployments: 1_000, replicas: 10 },
  { deployments: 1, replicas: 10_000 },
  { deployments: 1, replicas: 100_000 },
];

const PODS_PER_NODE = 10;

export const controllersBenchmark: Benchmark = {
  name: 'controllers',
  description:
    'Deployments are created, rolled to a new image (25 % surge and unavailable) and deleted, through the Deployment and\n' +
    'ReplicaSet controllers and the garbage collector, API server, etcd, watches and scheduler, each within its client limits, preset managed;\n' +
    'kubelets are delays: running after 1 s, gone after 0.5 s. Processor time a pod of each phase, once, after a small\n' +
    'case that warms up: the work a pod takes should not grow with the number of pods.',
  run: () => {
    play({ deployments: 10, replicas: 100 });
    return SIZES.flatMap(figuresOf);
  },
};

function register(controllers: Controllers<ControlPlane>, listeners: Listeners<ControlPlane>): void {
  registerKcm(listeners);
  registerDeployment(controllers, listeners);
  registerReplicaSet(controllers, listeners);
  registerGarbageCollector(controllers, listeners);
}

interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly events: number;
}

function figuresOf(size: Size): Figure[] {
  globalThis.gc?.();
  const phases = play(size);
  const pods = size.deployments * size.replicas;
  const what = { bench: 'controllers', case: `${size.deployments} x ${size.replicas} pods` };
  const total = phases.reduce((sum, { seconds }) => sum + seconds, 0);
  const events = phases.reduce((sum, phase) => sum + phase.events, 0);
  return [
    ...phases.map(({ name, seconds }) => ({ ...what, metric: name, value: (1e6 * seconds) / pods, unit: 'us/pod' })),
    { ...what, metric: 'all three', value: total, unit: 's' },
    { ...what, metric: 'events', value: events / total, unit: '1/s' },
    {
      ...what,
      metric: 'peak memory of the process so far',
      value: process.resourceUsage().maxRSS / 1_024,
      unit: 'MB',
    },
  ];
}

function play(size: Size): Phase[] {
  const pods = size.deployments * size.replicas;
  const tank = controlPlane(Math.ceil(pods / PODS_PER_NODE), register);
  const names = Array.from({ length: size.deployments }, (_, index) => `web-${index}`);
  const request = (verb: ApiRequest['verb'], name: string): ApiRequest => ({
    verb,
    kind: 'Deployment',
    namespace: 'default',
    name,
  });
  return [
    phase(
      tank,
      'created',
      () => isRolledOut(tank, size, 'web:1'),
      names.map((name) => ({ ...request('create', name), body: deployment(name, size.replicas) })),
    ),
    phase(
      tank,
      'rolled',
      () => isRolledOut(tank, size, 'web:2'),
      names.map((name) => ({ ...request('patch', name), body: { spec: { template: template(name, 'web:2') } } })),
    ),
    phase(
      tank,
      'deleted',
      () => collection(tank.world, 'Pod').size === 0,
      names.map((name) => ({ ...request('delete', name), propagation: 'Background' as const })),
    ),
  ];
}

/** Far beyond what the client limits of a phase take: 100,000 pods at 20 a second are 84 minutes. */
const PHASE_LIMIT_US = 48 * 60 * MINUTE_US;

function phase({ world, handlers }: Tank, name: string, isDone: () => boolean, requests: readonly ApiRequest[]): Phase {
  const before = cpuSeconds();
  const eventsBefore = world.kernel.digest.events;
  for (const request of requests) issue(world, world.bench.client, request);
  const limit = world.kernel.now + PHASE_LIMIT_US;
  while (!isDone()) {
    if (world.kernel.now > limit) throw new Error(`${name}: not done after ${PHASE_LIMIT_US / MINUTE_US} min`);
    runUntil(world, handlers, world.kernel.now + MINUTE_US);
  }
  return { name, seconds: cpuSeconds() - before, events: world.kernel.digest.events - eventsBefore };
}

function isRolledOut({ world }: Tank, { deployments, replicas }: Size, image: string): boolean {
  const all = [...collection<Deployment>(world, 'Deployment').values()];
  return (
    all.length === deployments &&
    all.every(({ spec, status, metadata }) => {
      const counts = [status.replicas, status.updatedReplicas, status.availableReplicas];
      const isSeen = status.observedGeneration === metadata.generation;
      return isSeen && spec.template.spec.containers[0]!.image === image && counts.every((count) => count === replicas);
    })
  );
}

function deployment(name: string, replicas: number): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name, 'web:1') },
  };
}

function template(name: string, image: string): unknown {
  const resources = { requests: { cpu: '100m', memory: '128Mi' } };
  return { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'server', image, resources }] } };
}
