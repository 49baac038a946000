import { openControllers, type Controllers } from '../../../src/cluster/api/controller-loop.js';
import { createApi } from '../../../src/cluster/api/create-api.js';
import { openInformer, PROBE_COMPONENT } from '../../../src/cluster/api/informers.js';
import { createKcm } from '../../../src/cluster/api/kcm.js';
import { insertLease, spreadRenewal } from '../../../src/cluster/api/leases.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import { API_PRESETS } from '../../../src/cluster/api/parameters.js';
import type { ApiWorld } from '../../../src/cluster/api/world.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { readyConditions } from '../../../src/cluster/nodes/node-conditions.js';
import { SCHEDULER_PRESETS } from '../../../src/cluster/scheduler/parameters.js';
import { createScheduler, type SchedulerWorld } from '../../../src/cluster/scheduler/scheduler.js';
import { STORAGE_PARAMETERS } from '../../../src/cluster/controllers/storage-driver/parameters.js';
import { type ControllersWorld, createControllerStates } from '../../../src/experiment/controllers.js';
import { insertNamespaces } from '../../../src/experiment/setup.js';
import { ACTION_TABLE } from '../../../src/experiment/tables.js';
import type { ExperimentState, ExperimentWorld } from '../../../src/experiment/world.js';
import { openTable } from '../../../src/kernel/probe.js';
import { createKernel } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US, type Micros } from '../../../src/kernel/time.js';
import type { TimelineEntry } from '../../../src/scenario/types.js';
import { createFakeKubelet, type FakeKubeletWorld } from './fake-kubelet.js';
import { hollowPhases, phaseOf, renewedAt } from './phases.js';
import type { Recording } from './recording.js';
import type { Line } from './timeline.js';

/** The control plane that plays a recording: our own code but for the kubelets. */
export interface PlayWorld extends ExperimentWorld, ControllersWorld, SchedulerWorld, FakeKubeletWorld {
  readonly controllers: ControllersWorld['controllers'];
  /** Thousandths of a core that all pods together use: the recordings' stub of the metrics server. */
  stubMilliCpu: number;
}

/** The cluster stands for so long before the recording starts. */
const LEAD_US = 3 * SECOND_US;
const DAY_MS = 86_400_000;

/** When the recording starts: since midnight, so that whole seconds and minutes fall where they fell. */
export function startOf({ startUtc }: Recording): Micros {
  const fraction = /\.(\d{1,6})/.exec(startUtc)?.[1] ?? '0';
  const seconds = Math.floor(Date.parse(startUtc) / 1_000) % (DAY_MS / 1_000);
  return seconds * SECOND_US + Number(fraction.padEnd(6, '0'));
}

/** Limits of a component's clients where the recording's own words give flags for them. */
export function limitsOf({ what }: Recording, component: string): { qps: number; burst: number } | undefined {
  const flags = new RegExp(`${component} with --kube-api-qps=(\\d+) --kube-api-burst=(\\d+)`).exec(what);
  return flags === null ? undefined : { qps: Number(flags[1]), burst: Number(flags[2]) };
}

/** Kinds of which a timeline tells. */
export const RECORDED_KINDS: readonly string[] =
  'Namespace Node Pod Deployment ReplicaSet ReplicationController StatefulSet DaemonSet ControllerRevision Job CronJob EndpointSlice PodDisruptionBudget ResourceQuota HorizontalPodAutoscaler'.split(
    ' ',
  );

export function createWorld(
  recording: Recording,
  controllers: Controllers<PlayWorld>,
  commands: Pick<ExperimentState, 'operator' | 'drainer'>,
  timeline: TimelineEntry[],
  run: number,
): PlayWorld {
  // Slices are added one by one, each built upon those before it.
  const world = { kernel: createKernel(`recordings/${run}`) } as {
    -readonly [Slice in keyof PlayWorld]: PlayWorld[Slice];
  };
  world.kernel.now = startOf(recording) - LEAD_US;
  world.api = createApi(world, API_PRESETS.recorded);
  openTable(world, ACTION_TABLE);
  for (const kind of RECORDED_KINDS) openInformer(world, PROBE_COMPONENT, kind);
  insertNamespaces(world);
  openControllers(world, controllers);
  world.kcm = createKcm(world);
  world.controllers = createControllerStates(STORAGE_PARAMETERS);
  const limits = limitsOf(recording, 'scheduler');
  world.scheduler = createScheduler(world, { ...SCHEDULER_PRESETS.recorded, ...limits });
  const pods = recording.timeline.filter(({ kind, name }) => kind === 'Pod' && name !== undefined);
  const start = startOf(recording);
  const fates = [...new Set(pods.map(({ name }) => name!))];
  world.kubelet = createFakeKubelet(world, fates, hollowPhases(recording, start));
  world.experiment = {
    timeline,
    ...commands,
    drains: new Map(),
    underWay: new Set(),
    applied: new Map(),
  } as unknown as ExperimentState;
  world.stubMilliCpu = 0;
  world.controllers.nodeLifecycle.phaseUs = phaseOf(recording, 'nodeLifecycle', start);
  world.controllers.podGc.phaseUs = phaseOf(recording, 'podGc', start);
  insertStart(world, recording, start);
  return world;
}

/** The namespace and the nodes that the timeline begins with. */
function insertStart(world: ApiWorld, recording: Recording, start: Micros): void {
  const { timeline, namespace, nodes } = recording;
  insert(world, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { 'kubernetes.io/metadata.name': namespace } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  });
  const initial = timeline.filter(({ ev, kind }) => ev === 'INITIAL' && kind === 'Node');
  for (const [index, { name, labels, allocatable, taints, unschedulable }] of initial.entries()) {
    insert(world, {
      ...nodeObject(name!, withOldNames(labels), allocatable ?? { cpu: nodes.cpu, memory: nodes.memory, pods: '110' }),
      spec: { ...(taints === undefined ? {} : { taints }), ...(unschedulable === true ? { unschedulable } : {}) },
    });
    insertLease(world, name!, renewedAt(recording, name!, start) ?? spreadRenewal(world.kernel.now, index));
  }
}

/** A node as the fake kubelet registers it, ready. */
export function nodeObject(name: string, labels: object | undefined, allocatable: unknown) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: {},
    status: { capacity: allocatable, allocatable, conditions: readyConditions(0) },
  };
}

/** The labels that the node controller gave the nodes when they came, and that the recorder left out. */
function withOldNames(labels: Line['labels'] = {}): Line['labels'] {
  return {
    ...labels,
    'beta.kubernetes.io/arch': labels['kubernetes.io/arch']!,
    'beta.kubernetes.io/os': labels['kubernetes.io/os']!,
  };
}

/** Puts an object into the store as it is. */
function insert(world: ApiWorld, object: object): void {
  const draft = object as KubernetesObject;
  world.api.resourceVersion += 1;
  world.api.nextUid += 1;
  const { resourceVersion, nextUid } = world.api;
  const metadata = {
    ...draft.metadata,
    namespace: '',
    uid: `uid-${nextUid}`,
    resourceVersion,
    generation: 1,
    creationTimestamp: world.kernel.now,
  };
  insertObject(world, { ...draft, metadata });
}

/** Milliseconds of the recording's own clock. */
export function recordingMs(world: PlayWorld, start: Micros): number {
  return (world.kernel.now - start) / MILLISECOND_US;
}
