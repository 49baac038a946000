import { SECOND_US, type Micros } from '../../../kernel/time.js';
import type { ApiRequest } from '../../api/calls.js';
import { type Controllers, enqueueAfter, type SyncStep } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';

/** kubernetes v1.36.3 pkg/controller/podgc/gc_controller.go: gcCheckPeriod, quarantineTime */
const PERIOD_US = 20 * SECOND_US;
const QUARANTINE_US = 40 * SECOND_US;
const PASS = 'pass';
const OUT_OF_SERVICE_TAINT = 'node.kubernetes.io/out-of-service';

/** What the controller remembers: since when nodes that pods are bound to are missing. */
export interface PodGcState {
  readonly missingSince: Map<string, Micros>;
  isArmed: boolean;
}

export interface PodGcWorld extends KcmWorld {
  readonly controllers: { readonly podGc: PodGcState };
}

export function createPodGcState(): PodGcState {
  return { missingSince: new Map(), isArmed: false };
}

/**
 * Removes pods whose node is gone or never was there, or is said to be out of service while they terminate. It passes every
 * 20 seconds, but only once a node is missing or carries that taint. Pods that have ended are left: there are never 12,500 of them in this part.
 * Source: kubernetes v1.36.3 pkg/controller/podgc/gc_controller.go
 */
export function registerPodGc<W extends PodGcWorld>(controllers: Controllers<W>, listeners: Listeners<W>): void {
  const controllerId = controllers.add({
    name: 'pod-garbage-collector',
    workers: 1,
    sync: (world) => pass(world, controllerId),
    resume: (_world, _key, memory) => ({ requests: memory as readonly ApiRequest[], outcome: {} }),
  });
  listeners.on<Node>(KCM, 'Node', (world, { type, object }) => {
    if (type === 'deleted' || isOutOfService(object)) arm(world, controllerId);
  });
  listeners.on<Pod>(KCM, 'Pod', (world, { type, object, before }) => {
    const { nodeName } = object.spec;
    if (nodeName === undefined || type === 'deleted' || before?.spec.nodeName === nodeName) return;
    if (!kcmLister<Node>(world, 'Node').has(nodeName)) arm(world, controllerId);
  });
}

function arm(world: PodGcWorld, controllerId: number): void {
  const state = world.controllers.podGc;
  if (state.isArmed) return;
  state.isArmed = true;
  enqueueAfter(world, controllerId, PASS, PERIOD_US - (world.kernel.now % PERIOD_US));
}

function pass(world: PodGcWorld, controllerId: number): SyncStep {
  const state = world.controllers.podGc;
  const { now } = world.kernel;
  const nodes = kcmLister<Node>(world, 'Node');
  const doomed: Pod[] = [];
  let isQuiet = true;
  for (const pod of kcmLister<Pod>(world, 'Pod').values()) {
    const { nodeName } = pod.spec;
    if (nodeName === undefined) continue;
    const node = nodes.get(nodeName);
    if (node === undefined) {
      const since = state.missingSince.get(nodeName) ?? now;
      state.missingSince.set(nodeName, since);
      if (now - since >= QUARANTINE_US) doomed.push(pod);
      isQuiet = false;
    } else if (isOutOfService(node)) {
      if (pod.metadata.deletionTimestamp !== undefined) doomed.push(pod);
      isQuiet = false;
    }
  }
  for (const name of state.missingSince.keys()) if (nodes.has(name)) state.missingSince.delete(name);
  state.isArmed = false;
  if (!isQuiet) arm(world, controllerId);
  if (doomed.length === 0) return { requests: [] };
  return { requests: doomed.map(failPod), memory: doomed.map(removePod) };
}

function isOutOfService({ spec }: Node): boolean {
  return spec.taints?.some(({ key }) => key === OUT_OF_SERVICE_TAINT) === true;
}

/** gc_controller.go: markFailedAndDeletePodWithCondition */
function failPod({ metadata, status }: Pod): ApiRequest {
  const { namespace, name, uid } = metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
  };
  const isOver = status.phase === 'Succeeded' || status.phase === 'Failed';
  const body = { status: { ...(isOver ? {} : { phase: 'Failed' }), conditions: [condition] } };
  return { verb: 'patch', kind: 'Pod', namespace, name, uid, subresource: 'status', body };
}

function removePod({ metadata }: Pod): ApiRequest {
  const { namespace, name, uid } = metadata;
  return { verb: 'delete', kind: 'Pod', namespace, name, uid, gracePeriodSeconds: 0 };
}
