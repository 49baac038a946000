import type { ApiRequest, ApiResult } from '../../../src/cluster/api/calls.js';
import type { Condition } from '../../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { Deployment, ReplicaSet } from '../../../src/cluster/api/objects/workload.js';
import { controllerOf } from '../../../src/cluster/api/owner-references.js';
import { isActive, isReady } from '../../../src/cluster/api/pod-predicates.js';
import { syncDeployment } from '../../../src/cluster/controllers/deployment/decide.js';
import { availabilityOf, countPods, readySinceOf } from '../../../src/cluster/controllers/replica-set/counts.js';
import { syncReplicaSet } from '../../../src/cluster/controllers/replica-set/decide.js';
import { SECOND_US, wholeSeconds } from '../../../src/kernel/time.js';
import { answered, playStory } from '../../cluster/controllers/play-story.js';
import { activeByNode } from './active-by-node.js';
import { type Checker, difference } from './checker.js';

interface Case {
  id: string;
  deployment: Deployment;
  actions: { t: number; kind: 'image' | 'scale' | 'pause'; image?: string; replicas?: number; paused?: boolean }[];
  neverReadyImages: string[];
  flakyPods: number;
  readyPerSecond: number;
  terminationSeconds: number;
  expected: {
    scaleEvents: { t: number; rs: string; image: string; replicas: number }[];
    podReady: { t: number; rs: string }[];
    finalReplicaSets: {
      rs: string;
      image: string;
      replicas: number;
      ready: number;
      available: number;
      revision: string;
    }[];
    conditions: { type: string; status: string; reason: string }[];
  };
}

/** Both controllers, a store without delays and a kubelet that makes pods ready as the case says, in steps of a second. */
interface Tank {
  readonly given: Case;
  now: number;
  deployment: Deployment;
  /** The Deployment as its controller knows it: after an action the first sync still sees the old one. */
  seen: Deployment;
  readonly sets: Map<string, ReplicaSet>;
  readonly pods: Map<string, Pod>;
  /** rs-1, rs-2 ... by the ReplicaSet's name. */
  readonly numbers: Map<string, string>;
  readonly scaleEvents: Case['expected']['scaleEvents'];
  readonly podReady: Case['expected']['podReady'];
  /** ReplicaSets in the order in which they were written: their controller takes them so. */
  queue: string[];
  version: number;
  changes: number;
}

const imageOf = (object: Pod | ReplicaSet): string =>
  ('template' in object.spec ? object.spec.template.spec : object.spec).containers[0]!.image;
const DEPLOYMENT_FIELDS = { uid: 'd', resourceVersion: 1, generation: 1, creationTimestamp: 0 };

function createTank(given: Case): Tank {
  const deployment: Deployment = {
    ...given.deployment,
    metadata: { ...given.deployment.metadata, ...DEPLOYMENT_FIELDS },
    status: {},
  };
  const fresh = { sets: new Map(), pods: new Map(), numbers: new Map(), scaleEvents: [], podReady: [], queue: [] };
  return { given, now: 0, deployment, seen: deployment, ...fresh, version: 1, changes: 0 };
}

const CONFLICT: ApiResult = { status: 409, reason: 'Conflict', message: 'modified' };

function nextVersion<T extends Deployment | ReplicaSet>(tank: Tank, object: T): T {
  tank.version += 1;
  return { ...object, metadata: { ...object.metadata, resourceVersion: tank.version } };
}

function answer(tank: Tank, request: ApiRequest): ApiResult {
  const current = request.kind === 'Deployment' ? tank.deployment : tank.sets.get(request.name);
  tank.changes += 1;
  if (request.verb === 'get') return answered(current!);
  if ((request.resourceVersion ?? current?.metadata.resourceVersion) !== current?.metadata.resourceVersion)
    return CONFLICT;
  if (request.kind === 'Deployment') {
    tank.deployment = nextVersion(tank, request.body as Deployment);
    return answered(tank.deployment);
  }
  return request.kind === 'Pod' ? answerPod(tank, request) : answerSet(tank, request);
}

function answerSet(tank: Tank, request: ApiRequest): ApiResult {
  if (request.verb === 'delete') {
    tank.sets.delete(request.name);
    return { status: 200, reason: '', message: '' };
  }
  let set = request.body as ReplicaSet;
  if (request.verb === 'create') {
    tank.version += 1;
    tank.numbers.set(set.metadata.name, `rs-${tank.numbers.size + 1}`);
    // Creation times of Kubernetes have a second's resolution, but here an image is never given twice in one.
    const metadata = { ...set.metadata, uid: set.metadata.name, resourceVersion: 1, generation: 1 };
    set = { ...set, metadata: { ...metadata, creationTimestamp: tank.now }, status: { replicas: 0 } };
  }
  const before = tank.sets.get(set.metadata.name);
  const replicas = set.spec.replicas!;
  if (before === undefined ? true : before.spec.replicas !== replicas) {
    const rs = tank.numbers.get(set.metadata.name)!;
    tank.scaleEvents.push({ t: wholeSeconds(tank.now), rs, image: imageOf(set), replicas });
    set = { ...set, metadata: { ...set.metadata, generation: set.metadata.generation + 1 } };
  }
  set = nextVersion(tank, set);
  tank.sets.set(set.metadata.name, set);
  tank.queue.push(set.metadata.name);
  return answered(set);
}

function answerPod(tank: Tank, request: ApiRequest): ApiResult {
  if (request.verb === 'delete') {
    const pod = tank.pods.get(request.name)!;
    const deletionTimestamp = tank.now + tank.given.terminationSeconds * SECOND_US;
    if (tank.given.terminationSeconds === 0) tank.pods.delete(request.name);
    else tank.pods.set(request.name, { ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
    return answered(pod);
  }
  tank.version += 1;
  const draft = request.body as Pod;
  const name = `pod-${tank.version}`;
  const metadata = {
    ...draft.metadata,
    name,
    uid: name,
    creationTimestamp: tank.now,
    generation: 1,
    resourceVersion: 1,
  };
  const pod: Pod = { ...draft, metadata, spec: { ...draft.spec, nodeName: 'node' }, status: { phase: 'Running' } };
  tank.pods.set(name, pod);
  return answered(pod);
}

function podsOf(tank: Tank, set: ReplicaSet): Pod[] {
  return [...tank.pods.values()].filter((pod) => controllerOf(pod)?.uid === set.metadata.uid);
}

/**
 * Until neither controller has anything to do. ReplicaSets are taken to be infinitely fast: they act between two writes of
 * a Deployment's sync.
 */
function settle(tank: Tank): void {
  for (let changes = -1; changes !== tank.changes; ) {
    changes = tank.changes;
    settleSets(tank);
    const pods = new Map([...tank.sets.values()].map((set) => [set.metadata.uid, podsOf(tank, set)]));
    const { seen: deployment, now } = tank;
    playStory(syncDeployment({ deployment, candidates: [...tank.sets.values()], pods, now }), (request) => {
      const result = answer(tank, request);
      if (request.kind === 'ReplicaSet') settleSets(tank);
      return result;
    });
    if (tank.seen !== tank.deployment) tank.changes += 1;
    tank.seen = tank.deployment;
  }
}

function settleSets(tank: Tank): void {
  for (let changes = -1; changes !== tank.changes; ) {
    changes = tank.changes;
    const order = new Set([...tank.queue, ...tank.sets.keys()]);
    tank.queue = [];
    for (const name of order) {
      const replicaSet = tank.sets.get(name);
      if (replicaSet === undefined) continue;
      const pods = podsOf(tank, replicaSet);
      const active = pods.filter(isActive);
      const ranks = activeByNode([...tank.pods.values()].filter(isActive));
      const counts = countPods(replicaSet, pods);
      const { minReadySeconds = 0 } = replicaSet.spec;
      const availability = availabilityOf(counts, readySinceOf(active), minReadySeconds, tank.now);
      const view = { owner: replicaSet, counts, availability, active, ranks, mayManage: true, now: tank.now };
      playStory(syncReplicaSet(view), (request) => answer(tank, request));
    }
  }
}

function setReady(tank: Tank, pod: Pod, status: Condition['status']): void {
  const conditions: Condition[] = [{ type: 'Ready', status, lastTransitionTime: tank.now }];
  tank.pods.set(pod.metadata.name, { ...pod, status: { ...pod.status, conditions } });
}

function act(tank: Tank, action: Case['actions'][number]): void {
  const { spec, metadata } = tank.deployment;
  let next = spec;
  if (action.kind === 'scale') next = { ...spec, replicas: action.replicas! };
  else if (action.kind === 'pause') next = { ...spec, paused: action.paused! };
  else {
    const container = { ...spec.template.spec.containers[0]!, image: action.image! };
    next = { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers: [container] } } };
  }
  tank.deployment = {
    ...tank.deployment,
    spec: next,
    metadata: { ...metadata, generation: metadata.generation + 1 },
  };
  tank.deployment = nextVersion(tank, tank.deployment);
}

/** Pods that become unready for ever, just before the first new image. */
function breakFlakyPods(tank: Tank, broken: Set<string>): void {
  for (const pod of [...tank.pods.values()].slice(0, tank.given.flakyPods)) {
    broken.add(pod.metadata.name);
    setReady(tank, pod, 'False');
  }
}

function playSecond(tank: Tank, second: number, broken: Set<string>): void {
  tank.now = second * SECOND_US;
  for (const [name, { metadata }] of tank.pods) {
    if ((metadata.deletionTimestamp ?? Number.POSITIVE_INFINITY) <= tank.now) tank.pods.delete(name);
  }
  const firstImage = tank.given.actions.find((action) => action.kind === 'image');
  for (const action of tank.given.actions.filter(({ t }) => t === second)) {
    if (action === firstImage) breakFlakyPods(tank, broken);
    act(tank, action);
    settle(tank);
  }
  for (let count = 0; count < tank.given.readyPerSecond; count++) {
    const pod = [...tank.pods.values()].find(
      (candidate) =>
        isActive(candidate) &&
        !isReady(candidate) &&
        candidate.metadata.creationTimestamp < tank.now &&
        !broken.has(candidate.metadata.name) &&
        !tank.given.neverReadyImages.includes(imageOf(candidate)),
    );
    if (pod === undefined) break;
    tank.podReady.push({ t: second, rs: tank.numbers.get(controllerOf(pod)!.name)! });
    setReady(tank, pod, 'True');
    settle(tank);
  }
  settle(tank);
}

/** Long enough for every rollout of the vectors to end or to hang, too short for a deadline of 600 s. */
const SECONDS_AFTER_LAST_ACTION = 500;

function play(given: Case): Case['expected'] {
  const tank = createTank(given);
  const broken = new Set<string>();
  const end = Math.max(...given.actions.map(({ t }) => t)) + SECONDS_AFTER_LAST_ACTION;
  for (let second = 0; second <= end; second++) playSecond(tank, second, broken);
  const finalReplicaSets = [...tank.sets.values()].map((set) => ({
    rs: tank.numbers.get(set.metadata.name)!,
    image: imageOf(set),
    replicas: set.spec.replicas!,
    ready: set.status.readyReplicas!,
    available: set.status.availableReplicas!,
    revision: set.metadata.annotations!['deployment.kubernetes.io/revision']!,
  }));
  const conditions = (tank.deployment.status.conditions ?? []).map(({ type, status, reason = '' }) => ({
    type,
    status,
    reason,
  }));
  const byType = (left: { type: string }, right: { type: string }): number => (left.type < right.type ? -1 : 1);
  return {
    scaleEvents: tank.scaleEvents,
    podReady: tank.podReady,
    finalReplicaSets,
    conditions: conditions.sort(byType),
  };
}

/** `deployment.rollout`: whole rollouts, with an ideal kubelet. */
export const deploymentRollout: Checker = {
  kind: 'deployment.rollout',
  check: (given: Case) => difference(play(given), given.expected),
};
