import { API_PRESETS, type ApiParameters } from '../../src/cluster/api/parameters.js';
import { type ApiRequest, type ApiResult, issue, takeResult } from '../../src/cluster/api/calls.js';
import { openClient } from '../../src/cluster/api/clients.js';
import { Controllers, openControllers } from '../../src/cluster/api/controller-loop.js';
import { createApi, registerApi } from '../../src/cluster/api/create-api.js';
import { Listeners, openInformer, PROBE_COMPONENT } from '../../src/cluster/api/informers.js';
import { createKcm, type KcmWorld, registerKcm } from '../../src/cluster/api/kcm.js';
import type { KubernetesObject } from '../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../src/cluster/api/objects/pod.js';
import { isReady } from '../../src/cluster/api/pod-predicates.js';
import { collection, stored } from '../../src/cluster/api/store.js';
import { insertObject } from '../../src/cluster/api/writes.js';
import { EVENT_TABLE } from '../../src/cluster/api/tables.js';
import { targetNode } from '../../src/cluster/controllers/daemon-set/placement.js';
import { defineEvents, Handlers } from '../../src/kernel/events.js';
import { createKernel, runUntil, schedule } from '../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US, type Micros } from '../../src/kernel/time.js';

/** A world of an API server and chosen controllers, with a kubelet that is only a pair of delays. */
export interface TestWorld extends KcmWorld {
  readonly controllers: Record<string, unknown>;
  readonly test: TestState;
}

interface TestState {
  readonly client: number;
  readonly kubelet: number;
  /** Pods that the kubelet works on, by number. */
  readonly pods: Pod[];
  /** Uids of pods whose start or end is under way. */
  readonly starting: Set<string>;
  readonly stopping: Set<string>;
  ips: number;
  result: ApiResult | undefined;
  /** Answers so far by call: numbers are used again. */
  readonly answers: Map<number, ApiResult>;
}

export interface FakeKubelet {
  /** From a pod's creation to its Ready; undefined = never, null = this pod needs no kubelet. */
  readonly readyAfterUs?: (pod: Pod) => Micros | undefined;
  /** From deletionTimestamp to the end of the object. */
  readonly stopAfterUs?: Micros;
  readonly nodes?: readonly string[];
}

export interface TestRooms<W extends TestWorld> {
  readonly controllers: Readonly<Record<string, unknown>>;
  register(controllers: Controllers<W>, listeners: Listeners<W>, handlers: Handlers<W>): void;
  readonly kubelet?: FakeKubelet;
  readonly parameters?: ApiParameters;
  readonly seed?: string;
}

/** Above the experiment's. */
const TestEvent = defineEvents('test', 1500, ['PodStarts', 'PodReady', 'PodStops', 'Answered']);

const READY_AFTER_US = SECOND_US;
const STOP_AFTER_US = 500 * MILLISECOND_US;
const UNLIMITED = { qps: 0, burst: 0 };

/** A world under test and the code that plays it. */
export class TestTank<W extends TestWorld> {
  readonly world: W;
  readonly handlers = new Handlers<W>();
  readonly listeners = new Listeners<W>();

  constructor(rooms: TestRooms<W>) {
    const controllers = new Controllers<W>();
    registerKcm(this.listeners);
    rooms.register(controllers, this.listeners, this.handlers);
    registerApi(this.handlers, this.listeners, controllers);
    this.world = createWorld(rooms, controllers);
    registerKubelet(this.handlers, this.listeners, rooms.kubelet ?? {});
    this.handlers.on(TestEvent.Answered, (world, _subject, call) => {
      world.test.result = takeResult(world, call);
      world.test.answers.set(call, world.test.result);
    });
  }

  /** Plays on for a while. */
  run(durationUs: Micros): void {
    runUntil(this.world, this.handlers, this.world.kernel.now + durationUs);
  }

  /** Sends a request and plays until it is answered. */
  ask(request: ApiRequest): ApiResult {
    const { test } = this.world;
    test.result = undefined;
    issue(this.world, test.client, request, TestEvent.Answered, 0);
    while (test.result === undefined) this.run(MILLISECOND_US);
    return test.result;
  }

  /** Sends requests side by side and plays until all are answered. */
  askAll(requests: readonly ApiRequest[]): readonly ApiResult[] {
    const { test } = this.world;
    const answers = new Map<number, ApiResult>();
    test.answers.clear();
    const calls = requests.map((request) => issue(this.world, test.client, request, TestEvent.Answered, 0));
    while (answers.size < calls.length) {
      this.run(MILLISECOND_US);
      for (const [call, answer] of test.answers) answers.set(call, answer);
    }
    return calls.map((call) => answers.get(call)!);
  }

  create(object: unknown): KubernetesObject {
    const { kind, metadata } = object as KubernetesObject;
    const result = this.ask({ verb: 'create', kind, namespace: metadata.namespace ?? '', name: '', body: object });
    if (result.object === undefined) throw new Error(result.message);
    return result.object;
  }

  patch(kind: string, name: string, body: unknown): ApiResult {
    return this.ask({ verb: 'patch', kind, namespace: 'default', name, body });
  }

  delete(kind: string, name: string, propagation: NonNullable<ApiRequest['propagation']> = 'Background'): ApiResult {
    return this.ask({ verb: 'delete', kind, namespace: 'default', name, propagation });
  }

  all<T extends KubernetesObject>(kind: string): T[] {
    return [...collection<T>(this.world, kind).values()];
  }

  get<T extends KubernetesObject>(kind: string, name: string): T | undefined {
    return stored<T>(this.world, kind, `default/${name}`);
  }

  readyPods(): Pod[] {
    return this.all<Pod>('Pod').filter(isReady);
  }

  /** Requests of a client so far; of one verb, if it is given. */
  requests(client: string, verb?: ApiRequest['verb']): number {
    let count = 0;
    for (const [key, byKind] of this.world.api.usage.get(client) ?? []) {
      if (verb === undefined || key === verb) for (const { latency } of byKind.values()) count += latency.count;
    }
    return count;
  }

  /** Events recorded so far: time (s), reason, message. */
  events(reason?: string): { time: number; reason: string; message: string }[] {
    const { columns, rows } = this.world.kernel.probe.tables.get(EVENT_TABLE.name)!;
    return Array.from({ length: rows }, (_, row) => ({
      time: Number(columns[0]![row]),
      reason: String(columns[6]![row]),
      message: String(columns[7]![row]),
    })).filter((event) => reason === undefined || event.reason === reason);
  }
}

function createWorld<W extends TestWorld>(rooms: TestRooms<W>, controllers: Controllers<W>): W {
  const world = { kernel: createKernel(rooms.seed ?? 'test') } as {
    -readonly [Slice in keyof TestWorld]: TestWorld[Slice];
  };
  world.api = createApi(world, rooms.parameters ?? API_PRESETS['bare-metal']);
  openControllers(world as unknown as W, controllers);
  world.kcm = createKcm(world);
  world.controllers = { ...rooms.controllers };
  world.test = {
    client: openClient(world, 'test', UNLIMITED),
    kubelet: openClient(world, 'fake-kubelet', UNLIMITED),
    pods: [],
    starting: new Set(),
    stopping: new Set(),
    ips: 0,
    result: undefined,
    answers: new Map(),
  };
  openInformer(world, PROBE_COMPONENT, 'Pod');
  openInformer(world, PROBE_COMPONENT, 'ReplicaSet');
  openInformer(world, PROBE_COMPONENT, 'Deployment');
  issue(world, world.test.client, {
    verb: 'create',
    kind: 'Namespace',
    namespace: '',
    name: '',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
  });
  issue(world, world.test.client, {
    verb: 'create',
    kind: 'ServiceAccount',
    namespace: 'default',
    name: '',
    body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } },
  });
  for (const name of rooms.kubelet?.nodes ?? ['n1']) {
    const labels = { 'topology.kubernetes.io/zone': `zone-${name}` };
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      spec: {},
      status: { capacity: {}, allocatable: {} },
    };
    insertObject(world, { ...node, metadata: storedMetadata(world, node.metadata) } as KubernetesObject);
  }
  return world as unknown as W;
}

/** As the server completes it; the nodes of a test have been there, and ready, for long. */
function storedMetadata({ api }: TestWorld, metadata: object): object {
  api.resourceVersion += 1;
  api.nextUid += 1;
  const fresh = { namespace: '', generation: 1, creationTimestamp: 0 };
  return { ...metadata, ...fresh, uid: `uid-${api.nextUid}`, resourceVersion: api.resourceVersion };
}

/** Binds pods to the nodes in turn (a daemon's to its own), makes them ready and ends them, each through the API. */
function registerKubelet<W extends TestWorld>(
  handlers: Handlers<W>,
  listeners: Listeners<W>,
  kubelet: FakeKubelet,
): void {
  const { readyAfterUs = () => READY_AFTER_US, stopAfterUs = STOP_AFTER_US, nodes = ['n1'] } = kubelet;
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (world, { type, object }) => {
    const { test } = world;
    const { uid, deletionTimestamp } = object.metadata;
    if (type === 'added') schedule(world, 0, TestEvent.PodStarts, test.pods.push(object) - 1, 0);
    if (type === 'deleted' || deletionTimestamp === undefined || test.stopping.has(uid)) return;
    test.stopping.add(uid);
    schedule(world, stopAfterUs, TestEvent.PodStops, test.pods.push(object) - 1, 0);
  });
  handlers.on(TestEvent.PodStarts, (world, index) => {
    const pod = world.test.pods[index]!;
    const { namespace, name, uid } = pod.metadata;
    const body = targetNode(pod.spec) ?? nodes[world.test.starting.size % nodes.length];
    world.test.starting.add(uid);
    issue(world, world.test.kubelet, { verb: 'bind', kind: 'Pod', namespace, name, uid, body });
    const afterUs = readyAfterUs(pod);
    if (afterUs !== undefined) schedule(world, afterUs, TestEvent.PodReady, index, 0);
  });
  handlers.on(TestEvent.PodReady, (world, index) => {
    const { namespace, name, uid } = world.test.pods[index]!.metadata;
    const { now } = world.kernel;
    world.test.ips += 1;
    const podIP = `10.0.${Math.floor(world.test.ips / 250)}.${(world.test.ips % 250) + 1}`;
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: now }];
    const body = { status: { phase: 'Running', podIP, startTime: now, conditions } };
    issue(world, world.test.kubelet, { verb: 'patch', kind: 'Pod', namespace, name, uid, subresource: 'status', body });
  });
  handlers.on(TestEvent.PodStops, (world, index) => {
    const { namespace, name, uid } = world.test.pods[index]!.metadata;
    issue(world, world.test.kubelet, { verb: 'delete', kind: 'Pod', namespace, name, uid, gracePeriodSeconds: 0 });
  });
}

/** Container template of a Deployment with the label app=web. */
export function webTemplate(image = 'web:v1'): unknown {
  return {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image, ports: [{ name: 'http', containerPort: 8080 }] }] },
  };
}

export function webDeployment(replicas: number, spec: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: webTemplate(),
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
    },
  };
}
