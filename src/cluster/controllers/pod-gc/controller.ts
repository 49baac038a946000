import { constant } from '../../../kernel/distributions.js';
import { SECOND_US, type Micros, wholeSeconds } from '../../../kernel/time.js';
import type { ApiRequest } from '../../api/calls.js';
import { type Controllers, enqueue, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import { isTerminal } from '../../api/pod-predicates.js';
import { type ObjectKey, objectKey } from '../../api/store.js';
import { armPass, PASS, type Passes } from '../shared/passes.js';

/** kubernetes v1.36.3 pkg/controller/podgc/gc_controller.go: gcCheckPeriod, quarantineTime */
const PERIOD_US = 20 * SECOND_US;
const QUARANTINE_US = 40 * SECOND_US;
const OUT_OF_SERVICE_TAINT = 'node.kubernetes.io/out-of-service';
/** Pods that have ended and are kept (kubernetes v1.36.3 pkg/controller/podgc/config/v1alpha1/defaults.go: TerminatedPodGCThreshold) */
const ENDED_KEPT = 12_500;

export interface PodGcState extends Passes {
  /** Since which pass nodes that pods are bound to are missing. */
  readonly missingSince: Map<string, Micros>;
  /** How many pods have ended. */
  ended: number;
}

export interface PodGcWorld extends KcmWorld {
  readonly controllers: { readonly podGc: PodGcState };
}

export function createPodGcState(): PodGcState {
  return { missingSince: new Map(), ended: 0, phaseUs: undefined, nextPassAt: Number.POSITIVE_INFINITY };
}

/**
 * Removes pods whose node is gone or never was there, or is said to be out of service while they terminate; pods that terminate
 * without a node; and the oldest of more than 12,500 that have ended. It passes every 20 seconds, but only once there is such a pod.
 * Source: kubernetes v1.36.3 pkg/controller/podgc/gc_controller.go
 */
export function registerPodGc<W extends PodGcWorld>(controllers: Controllers<W>, listeners: Listeners<W>): void {
  const controllerId = controllers.add({
    name: 'pod-garbage-collector',
    workers: 1,
    reaction: constant(0), // a timer of its own, no queue
    // Keys other than the pass are pods to be removed.
    sync: (world, key) => (key === PASS ? pass(world, controllerId) : remove(world, key)),
    resume: (world, key, memory, results) => {
      if (key !== PASS) return { requests: [memory as ApiRequest], outcome: {} };
      const asked = memory as readonly string[];
      const gone = asked.filter((_, index) => results[index]!.status === 404);
      removeFrom(world, controllerId, ({ spec }) => gone.includes(spec.nodeName!));
      return SYNC_DONE;
    },
  });
  listeners.on<Node>(KCM, 'Node', (world, { type, object }) => {
    if (type === 'deleted' || isOutOfService(object)) arm(world, controllerId);
  });
  listeners.on<Pod>(KCM, 'Pod', (world, { type, object, before }) => {
    const { podGc } = world.controllers;
    if (type !== 'deleted' && isTerminal(object)) podGc.ended += 1;
    if (before !== undefined && isTerminal(before)) podGc.ended -= 1;
    if (podGc.ended > ENDED_KEPT || (type !== 'deleted' && isLost(object))) arm(world, controllerId);
    const { nodeName } = object.spec;
    if (nodeName === undefined || type === 'deleted' || before?.spec.nodeName === nodeName) return;
    if (!kcmLister<Node>(world, 'Node').has(nodeName)) arm(world, controllerId);
  });
}

function arm(world: PodGcWorld, controllerId: number): void {
  armPass(world, controllerId, world.controllers.podGc, PERIOD_US);
}

/** gc_controller.go: gc. Nodes that are missing for long enough are asked for at the server first (discoverDeletedNodes). */
function pass(world: PodGcWorld, controllerId: number): SyncStep {
  const { podGc } = world.controllers;
  const { missingSince, nextPassAt } = podGc;
  const nodes = kcmLister<Node>(world, 'Node');
  let isQuiet = podGc.ended <= ENDED_KEPT;
  for (const pod of kcmLister<Pod>(world, 'Pod').values()) {
    const { spec } = pod;
    if (isLost(pod)) isQuiet = false;
    if (spec.nodeName === undefined) continue;
    const node = nodes.get(spec.nodeName);
    if (node === undefined) missingSince.set(spec.nodeName, missingSince.get(spec.nodeName) ?? nextPassAt);
    if (node === undefined || isOutOfService(node)) isQuiet = false;
  }
  for (const name of missingSince.keys()) if (isQuiet || nodes.has(name)) missingSince.delete(name);
  podGc.nextPassAt = Number.POSITIVE_INFINITY;
  if (isQuiet) return SYNC_DONE;
  const asked = [...missingSince].flatMap(([name, since]) => (nextPassAt - since >= QUARANTINE_US ? [name] : []));
  arm(world, controllerId);
  for (const pod of oldestEnded(world, podGc.ended - ENDED_KEPT)) enqueue(world, controllerId, objectKey(pod));
  removeFrom(world, controllerId, (pod) => {
    const { metadata, spec } = pod;
    if (isLost(pod)) return true;
    const node = metadata.deletionTimestamp === undefined ? undefined : nodes.get(spec.nodeName ?? '');
    return node !== undefined && isOutOfService(node);
  });
  const requests = asked.map((name): ApiRequest => ({ verb: 'get', kind: 'Node', namespace: '', name }));
  return asked.length === 0 ? SYNC_DONE : { requests, memory: asked };
}

/** gc_controller.go: byEvictionAndCreationTimestamp */
function oldestEnded(world: PodGcWorld, count: number): Pod[] {
  if (count <= 0) return [];
  const ended = [...kcmLister<Pod>(world, 'Pod').values()].filter(isTerminal);
  const isEvicted = ({ status }: Pod): boolean => status.phase === 'Failed' && status.reason === 'Evicted';
  ended.sort((left, right) => {
    if (isEvicted(left) !== isEvicted(right)) return isEvicted(left) ? -1 : 1;
    const [ours, theirs] = [left.metadata, right.metadata];
    const age = wholeSeconds(ours.creationTimestamp) - wholeSeconds(theirs.creationTimestamp);
    if (age !== 0) return age;
    return ours.name < theirs.name ? -1 : Number(ours.name > theirs.name);
  });
  return ended.slice(0, count);
}

/** Terminates, and no kubelet will end it: a finalizer holds it. gc_controller.go: gcUnscheduledTerminating */
function isLost(pod: Pod): boolean {
  const { metadata, spec } = pod;
  return metadata.deletionTimestamp !== undefined && spec.nodeName === undefined && !isTerminal(pod);
}

/** One after the other. */
function removeFrom(world: PodGcWorld, controllerId: number, isDoomed: (pod: Pod) => boolean): void {
  for (const pod of kcmLister<Pod>(world, 'Pod').values()) {
    if (isDoomed(pod)) enqueue(world, controllerId, objectKey(pod));
  }
}

function isOutOfService({ spec }: Node): boolean {
  return spec.taints?.some(({ key }) => key === OUT_OF_SERVICE_TAINT) === true;
}

/** gc_controller.go: markFailedAndDeletePodWithCondition */
function remove(world: PodGcWorld, key: ObjectKey): SyncStep {
  const pod = kcmLister<Pod>(world, 'Pod').get(key);
  if (pod === undefined) return SYNC_DONE;
  const { namespace, name, uid } = pod.metadata;
  const deletion: ApiRequest = { verb: 'delete', kind: 'Pod', namespace, name, uid, gracePeriodSeconds: 0 };
  if (isTerminal(pod)) return { requests: [deletion], outcome: {} };
  const { nodeName } = pod.spec;
  const isOrphaned = nodeName !== undefined && !kcmLister<Node>(world, 'Node').has(nodeName);
  const status = {
    phase: 'Failed',
    ...(isOrphaned ? { conditions: [{ ...ORPHANED, lastTransitionTime: world.kernel.now }] } : {}),
  };
  const mark: ApiRequest = {
    verb: 'patch',
    kind: 'Pod',
    namespace,
    name,
    uid,
    subresource: 'status',
    body: { status },
  };
  return { requests: [mark], memory: deletion };
}

const ORPHANED = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
} as const;
