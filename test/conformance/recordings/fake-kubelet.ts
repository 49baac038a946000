import { type ApiRequest, issue, takeResult } from '../../../src/cluster/api/calls.js';
import { openClient } from '../../../src/cluster/api/clients.js';
import { type Listeners, lister, openInformer } from '../../../src/cluster/api/informers.js';
import { insertLease, setRenewing } from '../../../src/cluster/api/leases.js';
import type { Condition } from '../../../src/cluster/api/objects/meta.js';
import type { Pod, PodStatus } from '../../../src/cluster/api/objects/pod.js';
import type { ApiWorld } from '../../../src/cluster/api/world.js';
import { defineEvents, type Handlers } from '../../../src/kernel/events.js';
import { schedule } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US, type Micros } from '../../../src/kernel/time.js';
import {
  FIRST_STATUS_US,
  probedReady,
  sandboxReady,
  TERMINAL_STATUS_US,
  untilDeleteUs,
  VOLUME_POLL_US,
} from './hollow-kubelet.js';
import { created, type Ended, ended, pullFails, running, waitsToRestart } from './pod-statuses.js';

/** The process of all the recordings' nodes: recordings/README.md, "The fake kubelet's delays". */
const FAKE_KUBELET = 'fake-kubelet';
const NO_LIMIT = { qps: 0, burst: 0 };

const DEFAULT_START_MS = 1_000;
const DEFAULT_STOP_MS = 500;
/**
 * From a watch event, or from the end of a delay, to the request that follows: 3.8 ms at the median from the end of a delay (497 pods of the
 * recordings).
 */
const REACTION_US = 4 * MILLISECOND_US;
/** The same for the end of a run, which is stored 9.0 ms after its time at the median (19 pods of the Jobs): less 2 for our server. */
const END_REACTION_US = 7 * MILLISECOND_US;
const IMAGE_BACK_OFF_US = 15 * SECOND_US;
const FIRST_RESTART_BACK_OFF_US = 10 * SECOND_US;
const EXIT_KILLED = 137;
/** Exit code of a container that ends on SIGTERM. */
const EXIT_STOPPED = 0;

type Step = 'admit' | 'start' | 'sandbox' | 'run' | 'ready' | 'back-off' | 'end' | 'restart' | 'stop' | 'remove';

interface FakePod {
  pod: Pod;
  /** Names chance: that of the pod in its place in the recording, as names are random. */
  readonly fate: string;
  stage: 'creating' | 'running' | 'ended' | 'stopping';
  /** Steps of an earlier epoch are void. */
  epoch: number;
  restarts: number;
  ip: string;
  /** As sent last. */
  status: PodStatus | undefined;
}

interface Next {
  readonly step: Step;
  readonly afterUs: Micros;
}

interface Due {
  readonly uid: string;
  readonly epoch: number;
  /** Steps that follow: one, or those that count from an answer. */
  readonly next: readonly Next[];
}

export interface FakeKubeletState {
  readonly client: number;
  readonly informer: number;
  readonly pods: Map<string, FakePod>;
  /** Names of the recording's pods in the order in which they came. */
  readonly fates: readonly string[];
  readonly due: Due[];
  readonly failed: Set<string>;
  /** Nodes that register, and how they are then. */
  readonly joining: { readonly name: string; readonly ready: readonly Condition[] }[];
  /** Nodes whose kubelets came back. */
  readonly recovering: string[];
  addresses: number;
  /** Hollow kubelets: when their loops tick, by node ('' where that is not known). Undefined: the fake kubelet. */
  readonly hollowPhases: ReadonlyMap<string, Micros> | undefined;
}

export interface FakeKubeletWorld extends ApiWorld {
  readonly kubelet: FakeKubeletState;
}

/** Above those of the simulator and of the other tests. */
const KubeletEvent = defineEvents('fake-kubelet', 1600, [
  'StepDue',
  'EndReported',
  'StatusReported',
  'NodeRegistered',
  'NodeReported',
]);

export function createFakeKubelet(
  world: ApiWorld,
  fates: readonly string[],
  hollowPhases: FakeKubeletState['hollowPhases'],
): FakeKubeletState {
  return {
    client: openClient(world, FAKE_KUBELET, NO_LIMIT),
    informer: openInformer(world, FAKE_KUBELET, 'Pod'),
    pods: new Map(),
    fates,
    due: [],
    failed: new Set(),
    joining: [],
    recovering: [],
    addresses: 0,
    hollowPhases,
  };
}

export function registerFakeKubelet<W extends FakeKubeletWorld>(handlers: Handlers<W>, listeners: Listeners<W>): void {
  listeners.on<Pod>(FAKE_KUBELET, 'Pod', (world, { type, object }) => {
    if (type === 'deleted') world.kubelet.pods.delete(object.metadata.uid);
    else seen(world, object);
  });
  handlers.on(KubeletEvent.StepDue, (world, number) => {
    const { uid, next, epoch } = world.kubelet.due[number]!;
    const fake = world.kubelet.pods.get(uid);
    if (fake === undefined || fake.epoch !== epoch || world.kubelet.failed.has(fake.pod.spec.nodeName!)) return;
    STEPS[next[0]!.step](world, fake);
  });
  handlers.on(KubeletEvent.StatusReported, (world, number, call) => {
    takeResult(world, call);
    const { uid, next, epoch } = world.kubelet.due[number]!;
    const fake = world.kubelet.pods.get(uid);
    if (fake?.epoch === epoch) for (const step of next) later(world, fake, step);
  });
  handlers.on(KubeletEvent.NodeRegistered, (world, number, call) => {
    takeResult(world, call);
    const { name, ready } = world.kubelet.joining[number]!;
    issue(world, world.kubelet.client, nodePatch(name, ready));
  });
  handlers.on(KubeletEvent.NodeReported, (world, number, call) => {
    takeResult(world, call);
    resend(world, world.kubelet.recovering[number]!);
  });
  handlers.on(KubeletEvent.EndReported, (world, number, call) => {
    takeResult(world, call);
    const fake = world.kubelet.pods.get(world.kubelet.due[number]!.uid);
    const { hollowPhases } = world.kubelet;
    if (fake === undefined) return;
    if (hollowPhases === undefined) return remove(world, fake);
    const phaseUs = hollowPhases.get(fake.pod.spec.nodeName!) ?? hollowPhases.get('') ?? 0;
    after(world, fake, untilDeleteUs(world.kernel.now, phaseUs), 'remove');
  });
}

/** No lease, no status, no work from now on; its pods live on. */
export function failKubelet(world: FakeKubeletWorld, node: string): void {
  world.kubelet.failed.add(node);
  setRenewing(world, node, false);
}

/** Node status and lease at once, then the statuses of its pods. */
export function recoverKubelet(world: FakeKubeletWorld, node: string, conditions: readonly Condition[]): void {
  const { kubelet } = world;
  kubelet.failed.delete(node);
  setRenewing(world, node, true);
  const number = kubelet.recovering.push(node) - 1;
  issue(world, kubelet.client, nodePatch(node, conditions), KubeletEvent.NodeReported, number);
}

/** The node's status is stored: now those of its pods are sent again. */
function resend(world: FakeKubeletWorld, node: string): void {
  const { kubelet } = world;
  for (const pod of lister<Pod>(world, kubelet.informer).values()) {
    if (pod.spec.nodeName !== node) continue;
    const known = kubelet.pods.get(pod.metadata.uid);
    const isGoing = pod.metadata.deletionTimestamp !== undefined; // it is ended, with a status of its own
    if (known?.status !== undefined && !isGoing) send(world, known, known.status);
    seen(world, pod);
  }
}

function nodePatch(name: string, conditions: readonly Condition[]): ApiRequest {
  return { verb: 'patch', kind: 'Node', namespace: '', name, subresource: 'status', body: { status: { conditions } } };
}

/** A new node registers: not ready, then ready by a status of its own at once. */
export function registerNode(
  world: FakeKubeletWorld,
  node: { readonly metadata: { readonly name: string } } & object,
  ready: readonly Condition[],
): void {
  const { client, joining } = world.kubelet;
  const { name } = node.metadata;
  const request = { verb: 'create', kind: 'Node', namespace: '', name: '', body: node } as const;
  issue(world, client, request, KubeletEvent.NodeRegistered, joining.push({ name, ready }) - 1);
  insertLease(world, name, world.kernel.now);
}

function seen(world: FakeKubeletWorld, pod: Pod): void {
  const { kubelet } = world;
  const { nodeName } = pod.spec;
  if (nodeName === undefined || kubelet.failed.has(nodeName)) return;
  const known = kubelet.pods.get(pod.metadata.uid);
  if (known !== undefined) known.pod = pod;
  const fake = known ?? admit(world, pod);
  if (pod.metadata.deletionTimestamp !== undefined) stop(world, fake);
}

function admit(world: FakeKubeletWorld, pod: Pod): FakePod {
  const { kubelet } = world;
  const fate = kubelet.fates[kubelet.addresses] ?? pod.metadata.name;
  kubelet.addresses += 1;
  const ip = `10.${1 + Math.floor(kubelet.addresses / 62_500)}.${Math.floor(kubelet.addresses / 250) % 250}.${(kubelet.addresses % 250) + 1}`;
  const fake: FakePod = { pod, fate, stage: 'creating', epoch: 0, restarts: 0, ip, status: undefined };
  kubelet.pods.set(pod.metadata.uid, fake);
  if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') {
    fake.stage = 'ended';
    return fake;
  }
  if (kubelet.hollowPhases === undefined) later(world, fake, { step: 'admit', afterUs: 0 });
  else {
    after(world, fake, FIRST_STATUS_US, 'admit');
    after(world, fake, VOLUME_POLL_US, 'sandbox');
  }
  return fake;
}

const STEPS: Readonly<Record<Step, (world: FakeKubeletWorld, fake: FakePod) => void>> = {
  admit: (world, fake) => {
    if (world.kubelet.hollowPhases !== undefined) {
      send(world, fake, probedReady(created(fake.pod, world.kernel.now)));
      return;
    }
    const afterUs = delayUs(fake, 'wt/start-ms', DEFAULT_START_MS);
    send(world, fake, created(fake.pod, world.kernel.now), { step: 'start', afterUs });
  },
  start: (world, fake) => {
    fake.status = { ...fake.status!, podIP: fake.ip, podIPs: [{ ip: fake.ip }] };
    const isBroken = fake.pod.spec.containers.some(({ image }) => image.includes('broken'));
    if (!isBroken) run(world, fake);
    else send(world, fake, pullFails(fake.status!, 'ErrImagePull'), { step: 'back-off', afterUs: IMAGE_BACK_OFF_US });
  },
  sandbox: (world, fake) => {
    const status = { ...sandboxReady(fake.status!, world.kernel.now), podIP: fake.ip, podIPs: [{ ip: fake.ip }] };
    send(world, fake, status, { step: 'run', afterUs: 0 });
  },
  run: (world, fake) => run(world, fake),
  'back-off': (world, fake) => send(world, fake, pullFails(fake.status!, 'ImagePullBackOff')),
  restart: (world, fake) => run(world, fake),
  ready: (world, fake) => send(world, fake, running(fake.status!, true, fake.restarts, world.kernel.now)),
  end: (world, fake) => endByItself(world, fake),
  remove: (world, fake) => remove(world, fake),
  stop: (world, fake) => report(world, fake, { phase: 'Succeeded', exitCode: EXIT_STOPPED }),
};

function run(world: FakeKubeletWorld, fake: FakePod): void {
  fake.stage = 'running';
  const readyUs = delayUs(fake, 'wt/ready-ms', 0);
  const runUs = delayUs(fake, 'wt/run-ms', Number.POSITIVE_INFINITY);
  const next: Next[] = [];
  if (readyUs > 0) next.push({ step: 'ready', afterUs: readyUs });
  if (runUs < Number.POSITIVE_INFINITY) next.push({ step: 'end', afterUs: runUs });
  send(world, fake, running(fake.status!, readyUs === 0, fake.restarts, world.kernel.now), ...next);
}

/** The software in the container is through: the restart policy says what comes next. */
function endByItself(world: FakeKubeletWorld, fake: FakePod): void {
  const exitCode = choice(fake, 'wt/exit-code') ?? 0;
  const { restartPolicy = 'Always' } = fake.pod.spec;
  fake.epoch += 1;
  if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && exitCode === 0)) {
    fake.stage = 'ended';
    const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
    send(world, fake, ended(fake.status!, { phase, exitCode }, fake.restarts, world.kernel.now));
    return;
  }
  fake.restarts += 1;
  if (fake.restarts === 1) {
    run(world, fake);
    return;
  }
  let afterUs = FIRST_RESTART_BACK_OFF_US;
  for (let restart = 2; restart < fake.restarts; restart++) afterUs *= 2;
  const waiting = waitsToRestart(fake.status!, fake.restarts - 1, exitCode, world.kernel.now);
  send(world, fake, waiting, { step: 'restart', afterUs });
}

/** The pod is to go: it ends after its delay (at once, if it does not run), then the object is removed. */
function stop(world: FakeKubeletWorld, fake: FakePod): void {
  if (fake.stage === 'stopping') return;
  const { stage, pod } = fake;
  fake.stage = 'stopping';
  fake.epoch += 1;
  if (stage === 'ended') remove(world, fake);
  else if (world.kubelet.hollowPhases !== undefined) after(world, fake, TERMINAL_STATUS_US, 'stop');
  else if (stage === 'creating') report(world, fake, { phase: 'Failed', exitCode: EXIT_KILLED });
  else {
    const graceUs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * SECOND_US;
    later(world, fake, { step: 'stop', afterUs: Math.min(delayUs(fake, 'wt/stop-ms', DEFAULT_STOP_MS), graceUs) });
  }
}

/** Terminal status; the removal follows its answer. */
function report(world: FakeKubeletWorld, fake: FakePod, end: Ended): void {
  const status = ended(fake.status!, end, fake.restarts, world.kernel.now);
  fake.status = status;
  issue(world, world.kubelet.client, statusPatch(fake), KubeletEvent.EndReported, dueOf(world, fake, []));
}

function remove(world: FakeKubeletWorld, { pod }: FakePod): void {
  const { namespace, name, uid } = pod.metadata;
  issue(world, world.kubelet.client, { verb: 'delete', kind: 'Pod', namespace, name, uid, gracePeriodSeconds: 0 });
}

/** What follows counts from the answer. */
function send(world: FakeKubeletWorld, fake: FakePod, status: PodStatus, ...next: readonly Next[]): void {
  fake.status = status;
  issue(world, world.kubelet.client, statusPatch(fake), KubeletEvent.StatusReported, dueOf(world, fake, next));
}

const OWN_CONDITIONS = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'];

/** One patch of pods/status: the kubelet's own conditions as a whole, others as they are. */
function statusPatch({ pod, status }: FakePod): ApiRequest {
  const { namespace, name, uid } = pod.metadata;
  const others = (pod.status.conditions ?? []).filter(({ type }) => !OWN_CONDITIONS.includes(type));
  const body = { status: { ...status, conditions: [...(status!.conditions ?? []), ...others] } };
  return { verb: 'patch', kind: 'Pod', namespace, name, uid, subresource: 'status', body, patchType: 'merge' };
}

function later(world: FakeKubeletWorld, fake: FakePod, next: Next): void {
  const reactionUs = next.step === 'end' ? END_REACTION_US : REACTION_US;
  after(world, fake, next.afterUs + reactionUs, next.step);
}

function after(world: FakeKubeletWorld, fake: FakePod, delayUs: Micros, step: Step): void {
  schedule(world, delayUs, KubeletEvent.StepDue, dueOf(world, fake, [{ step, afterUs: 0 }]), 0);
}

function dueOf({ kubelet }: FakeKubeletWorld, { pod, epoch }: FakePod, next: readonly Next[]): number {
  return kubelet.due.push({ uid: pod.metadata.uid, epoch, next }) - 1;
}

function delayUs(fake: FakePod, annotation: string, withoutMs: number): Micros {
  return (choice(fake, annotation) ?? withoutMs) * MILLISECOND_US;
}

/** The number in a pod's annotation; of a list, the one that its fate chooses. */
function choice({ pod, fate }: FakePod, annotation: string): number | undefined {
  const choices = pod.metadata.annotations?.[annotation]?.split(',').map(Number);
  return choices?.[hashOf(fate) % choices.length];
}

function hashOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index++) hash = (31 * hash + name.charCodeAt(index)) & 0xff_ff_ff;
  return hash;
}
