import type { ApiRequest, ApiResult } from '../../../src/cluster/api/calls.js';
import type { Condition } from '../../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { ControllerRevision, StatefulSet } from '../../../src/cluster/api/objects/workload.js';
import { isReady } from '../../../src/cluster/api/pod-predicates.js';
import { syncStatefulSet } from '../../../src/cluster/controllers/stateful-set/decide.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { answered, playStory } from '../../cluster/controllers/play-story.js';
import { type Checker, difference } from './checker.js';

interface SetEvent {
  readonly t: number;
  readonly do: 'create' | 'delete' | 'ready';
  readonly pod: string;
  readonly image?: string;
}

interface Action {
  readonly t: number;
  readonly image?: string;
  readonly partition?: number;
  readonly replicas?: number;
  readonly failPod?: string;
}

interface Case {
  readonly statefulSet: StatefulSet;
  readonly actions: readonly Action[];
  readonly neverReadyImages: readonly string[];
  readonly readyDelaySeconds: number;
  readonly terminationSeconds: number;
  readonly expected: {
    readonly events: readonly SetEvent[];
    readonly final: {
      readonly current: number;
      readonly ready: number;
      readonly replicas: number;
      readonly updated: number;
      readonly restAt: number;
    };
  };
}

/** The controller, a store without delays and a kubelet that makes one pod ready a second. */
interface Tank {
  readonly given: Case;
  now: number;
  set: StatefulSet;
  readonly pods: Map<string, Pod>;
  readonly revisions: Map<string, ControllerRevision>;
  readonly events: SetEvent[];
  version: number;
  changes: number;
}

const imageOf = ({ spec }: Pod): string => spec.containers[0]!.image;

function createTank(given: Case): Tank {
  const { statefulSet } = given;
  const metadata = { ...statefulSet.metadata, resourceVersion: 1, generation: 1, creationTimestamp: 0 };
  const set = { ...statefulSet, metadata };
  return { given, now: 0, set, pods: new Map(), revisions: new Map(), events: [], version: 1, changes: 0 };
}

function record(tank: Tank, what: SetEvent['do'], pod: Pod): void {
  const { name } = pod.metadata;
  const image = what === 'create' ? { image: imageOf(pod) } : {};
  tank.events.push({ t: tank.now / SECOND_US, do: what, pod: name, ...image });
}

function answer(tank: Tank, request: ApiRequest): ApiResult {
  tank.changes += 1;
  tank.version += 1;
  if (request.kind === 'StatefulSet') {
    tank.set = request.body as StatefulSet;
    return answered(tank.set);
  }
  return request.kind === 'Pod' ? answerPod(tank, request) : answerRevision(tank, request);
}

function answerRevision({ revisions, version, now }: Tank, request: ApiRequest): ApiResult {
  const { name } = request.verb === 'create' ? (request.body as ControllerRevision).metadata : request;
  const before = revisions.get(name);
  if (request.verb === 'delete') {
    revisions.delete(name);
    return answered(before!);
  }
  const { metadata, ...fields } = request.body as ControllerRevision;
  const fresh = { ...metadata, name, uid: name, resourceVersion: version, generation: 1, creationTimestamp: now };
  const revision = before === undefined ? { ...fields, metadata: fresh } : { ...before, ...fields };
  revisions.set(name, revision);
  return answered(revision);
}

function answerPod(tank: Tank, request: ApiRequest): ApiResult {
  if (request.verb === 'delete') {
    const pod = tank.pods.get(request.name)!;
    record(tank, 'delete', pod);
    const deletionTimestamp = tank.now + tank.given.terminationSeconds * SECOND_US;
    if (tank.given.terminationSeconds === 0) tank.pods.delete(request.name);
    else tank.pods.set(request.name, { ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
    return answered(pod);
  }
  const draft = request.body as Pod;
  const { name } = draft.metadata;
  const uid = `${name}-${tank.version}`;
  const metadata = { ...draft.metadata, uid, creationTimestamp: tank.now, generation: 1, resourceVersion: 1 };
  const pod: Pod = { ...draft, metadata, status: { phase: 'Pending' } };
  tank.pods.set(name, pod);
  record(tank, 'create', pod);
  return answered(pod);
}

/** Until the controller has nothing to do. */
function settle(tank: Tank): void {
  for (let changes = -1; changes !== tank.changes; ) {
    changes = tank.changes;
    const { set, now } = tank;
    const candidates = [...tank.pods.values()];
    const revisions = [...tank.revisions.values()];
    playStory(syncStatefulSet({ set, pods: candidates, revisions, claims: new Map(), now }), (request) =>
      answer(tank, request),
    );
  }
}

function act(tank: Tank, { image, partition, replicas, failPod }: Action): void {
  const failing = failPod === undefined ? undefined : tank.pods.get(failPod);
  if (failing !== undefined) tank.pods.set(failPod!, { ...failing, status: { phase: 'Failed' } });
  const { metadata } = tank.set;
  let { spec } = tank.set;
  if (replicas !== undefined) spec = { ...spec, replicas };
  if (partition !== undefined) {
    spec = { ...spec, updateStrategy: { ...spec.updateStrategy, rollingUpdate: { partition } } };
  }
  if (image !== undefined) {
    const container = { ...spec.template.spec.containers[0]!, image };
    spec = { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers: [container] } } };
  }
  const generation = metadata.generation + (spec === tank.set.spec ? 0 : 1);
  tank.set = { ...tank.set, spec, metadata: { ...metadata, generation } };
}

/** The oldest pod that is due, the first by name of those. */
function podToBecomeReady({ given, now, pods }: Tank): Pod | undefined {
  const due = [...pods.values()].filter(
    (pod) =>
      pod.status.phase !== 'Failed' &&
      !isReady(pod) &&
      pod.metadata.deletionTimestamp === undefined &&
      pod.metadata.creationTimestamp + given.readyDelaySeconds * SECOND_US <= now &&
      !given.neverReadyImages.includes(imageOf(pod)),
  );
  return due.sort(
    ({ metadata: left }, { metadata: right }) =>
      left.creationTimestamp - right.creationTimestamp || (left.name < right.name ? -1 : 1),
  )[0];
}

function playSecond(tank: Tank, second: number): void {
  tank.now = second * SECOND_US;
  for (const [name, { metadata }] of tank.pods) {
    if ((metadata.deletionTimestamp ?? Number.POSITIVE_INFINITY) <= tank.now) tank.pods.delete(name);
  }
  settle(tank);
  for (const action of tank.given.actions) if (action.t === second) act(tank, action);
  settle(tank);
  const pod = podToBecomeReady(tank);
  if (pod !== undefined) {
    const conditions: Condition[] = [{ type: 'Ready', status: 'True', lastTransitionTime: tank.now }];
    tank.pods.set(pod.metadata.name, { ...pod, status: { phase: 'Running', conditions } });
    record(tank, 'ready', pod);
  }
  settle(tank);
}

/** Long enough for every update of the vectors to end or to hang. */
const SECONDS_AFTER_LAST_ACTION = 300;

function play(given: Case): Case['expected'] {
  const tank = createTank(given);
  const lastActionAt = Math.max(0, ...given.actions.map(({ t }) => t));
  for (let second = 0; second <= lastActionAt + SECONDS_AFTER_LAST_ACTION; second++) playSecond(tank, second);
  const { currentReplicas = 0, readyReplicas = 0, replicas, updatedReplicas = 0 } = tank.set.status;
  // An action that nothing comes of leaves the set as it was the second before.
  const restAt = Math.max(lastActionAt - 1, ...tank.events.map(({ t }) => t));
  const final = { current: currentReplicas, ready: readyReplicas, replicas, updated: updatedReplicas, restAt };
  return { events: inOrder(tank.events, given.statefulSet), final };
}

/** Pods of a Parallel set are worked on side by side: alike events of one instant have no order. */
function inOrder(events: readonly SetEvent[], { spec }: StatefulSet): SetEvent[] {
  if (spec.podManagementPolicy !== 'Parallel') return [...events];
  const sorted: SetEvent[] = [];
  for (let from = 0, to = 0; from < events.length; from = to) {
    const { t, do: what } = events[from]!;
    while (events[to]?.t === t && events[to]?.do === what) to += 1;
    sorted.push(...events.slice(from, to).sort((left, right) => (left.pod < right.pod ? -1 : 1)));
  }
  return sorted;
}

/** A StatefulSet over minutes: what is made, deleted and ready when. */
export const statefulSet: Checker = {
  kind: 'misc.statefulset',
  check: (vectorCase) => difference(play(vectorCase as Case), (vectorCase as Case).expected),
};
