import type { ApiRequest } from '../src/cluster/api/calls.js';
import { issue } from '../src/cluster/api/calls.js';
import type { Deployment } from '../src/cluster/api/objects/workload.js';
import { collection } from '../src/cluster/api/store.js';
import { runUntil } from '../src/kernel/simulation.js';
import { MINUTE_US } from '../src/kernel/time.js';
import { type ControlPlane, controlPlane, HANDLERS } from './control-plane.js';
import { type Benchmark, cpuSeconds, type Figure, median } from './measure.js';

/** So many Deployments of so many pods each, on a tenth as many nodes. */
interface Size {
  readonly deployments: number;
  readonly replicas: number;
  readonly repetitions: number;
}

/** In the order of the memory that they need: its peak is of all that has been played. */
const SIZES: readonly Size[] = [
  { deployments: 1, replicas: 1_000, repetitions: 9 },
  { deployments: 1, replicas: 10_000, repetitions: 1 },
  { deployments: 1_000, replicas: 10, repetitions: 1 },
  { deployments: 1, replicas: 100_000, repetitions: 1 },
];

const PODS_PER_NODE = 10;

export const controllersBenchmark: Benchmark = {
  name: 'controllers',
  description:
    'Deployments are created, rolled to a new image (25 % surge and unavailable) and deleted, through the Deployment and\n' +
    'ReplicaSet controllers and the garbage collector, API server, etcd, watches and scheduler, each within its client limits, preset managed;\n' +
    'kubelets are delays: running after 1 s, gone after 0.5 s. Processor time of each phase, and what is done in it: events, requests, changes that\n' +
    'come to informers, syncs of controllers. None of it should grow with the number of pods. Each case begins with a collection and one of 1,000 pods\n' +
    'that warms up; that of 1,000 pods is played nine times, for its median, as the first times still pay for code that is not warm.',
  run: () => SIZES.flatMap(figuresOf),
};

interface Work {
  readonly seconds: number;
  readonly events: number;
  readonly requests: number;
  readonly deliveries: number;
  readonly syncs: number;
}

interface Phase extends Work {
  readonly name: string;
}

function figuresOf(size: Size): Figure[] {
  globalThis.gc?.();
  play(SIZES[0]!); // the engine has just thrown away the code that it had compiled for objects of clusters that are gone
  const repetitions = Array.from({ length: size.repetitions }, () => play(size));
  const phases = repetitions[0]!.map((phase, index) => ({
    ...phase,
    seconds: median(repetitions.map((played) => played[index]!.seconds)),
  }));
  const pods = size.deployments * size.replicas;
  const what = { bench: 'controllers', case: `${size.deployments} x ${size.replicas} pods` };
  const sum = (of: keyof Work): number => phases.reduce((total, phase) => total + phase[of], 0);
  const perPod = (metric: string, value: number, unit: string): Figure => ({
    ...what,
    metric,
    value: value / pods,
    unit,
  });
  const peakMegabytes = process.resourceUsage().maxRSS / 1_024;
  return [
    ...phases.map(({ name, seconds }) => perPod(name, 1e6 * seconds, 'us/pod')),
    ...phases.map(({ name, events }) => perPod(`events while ${name}`, events, '1/pod')),
    perPod('requests', sum('requests'), '1/pod'),
    perPod('watch deliveries', sum('deliveries'), '1/pod'),
    perPod('syncs', sum('syncs'), '1/pod'),
    { ...what, metric: 'all three', value: sum('seconds'), unit: 's' },
    { ...what, metric: 'events', value: sum('events') / sum('seconds'), unit: '1/s' },
    { ...what, metric: 'peak memory of the process so far', value: peakMegabytes, unit: 'MB' },
  ];
}

function play(size: Size): Phase[] {
  const pods = size.deployments * size.replicas;
  const world = controlPlane(Math.ceil(pods / PODS_PER_NODE));
  const names = Array.from({ length: size.deployments }, (_, index) => `web-${index}`);
  const request = (verb: ApiRequest['verb'], name: string): ApiRequest => ({
    verb,
    kind: 'Deployment',
    namespace: 'default',
    name,
  });
  return [
    phase(
      world,
      'created',
      () => isRolledOut(world, size, 'web:1'),
      names.map((name) => ({ ...request('create', name), body: deployment(name, size.replicas) })),
    ),
    phase(
      world,
      'rolled',
      () => isRolledOut(world, size, 'web:2'),
      names.map((name) => ({ ...request('patch', name), body: { spec: { template: template(name, 'web:2') } } })),
    ),
    phase(
      world,
      'deleted',
      () => collection(world, 'Pod').size === 0,
      names.map((name) => ({ ...request('delete', name), propagation: 'Background' as const })),
    ),
  ];
}

/** Far beyond what the client limits of a phase take: 100,000 pods at 20 a second are 84 minutes. */
const PHASE_LIMIT_US = 48 * 60 * MINUTE_US;

function phase(world: ControlPlane, name: string, isDone: () => boolean, requests: readonly ApiRequest[]): Phase {
  const before = workSoFar(world);
  for (const request of requests) issue(world, world.bench.client, request);
  const limit = world.kernel.now + PHASE_LIMIT_US;
  while (!isDone()) {
    if (world.kernel.now > limit) throw new Error(`${name}: not done after ${PHASE_LIMIT_US / MINUTE_US} min`);
    runUntil(world, HANDLERS, world.kernel.now + MINUTE_US);
  }
  const after = workSoFar(world);
  return {
    name,
    seconds: after.seconds - before.seconds,
    events: after.events - before.events,
    requests: after.requests - before.requests,
    deliveries: after.deliveries - before.deliveries,
    syncs: after.syncs - before.syncs,
  };
}

function workSoFar({ kernel, api, bench: { deliveries, syncs } }: ControlPlane): Work {
  let requests = 0;
  for (const ofClient of api.usage.values()) {
    for (const ofVerb of ofClient.values()) for (const { latency } of ofVerb.values()) requests += latency.count;
  }
  return { seconds: cpuSeconds(), events: kernel.digest.events, requests, deliveries, syncs };
}

function isRolledOut(world: ControlPlane, { deployments, replicas }: Size, image: string): boolean {
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
