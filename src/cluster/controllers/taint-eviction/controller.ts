import type { Micros } from '../../../kernel/time.js';
import type { ApiRequest } from '../../api/calls.js';
import { clientOf, type Controllers, enqueue, enqueueAfter, SYNC_DONE } from '../../api/controller-loop.js';
import { recordEvent } from '../../api/event-recorder.js';
import type { Change, Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Node, Taint } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import { sameData } from '../../api/patch.js';
import { type ObjectKey, objectKey } from '../../api/store.js';
import { type Eviction, noExecuteTaints, planEviction } from './decide.js';

/** kubernetes v1.36.3 pkg/controller/tainteviction/taint_eviction.go: UpdateWorkerSize */
const WORKERS = 8;

/** What the controller remembers: nodes with NoExecute taints, and the evictions that it has set. */
export interface TaintEvictionState {
  readonly tainted: Map<string, readonly Taint[]>;
  /** By uid of the pod. */
  readonly evictions: Map<string, Eviction>;
}

export interface TaintEvictionWorld extends KcmWorld {
  readonly controllers: { readonly taintEviction: TaintEvictionState };
}

export function createTaintEvictionState(): TaintEvictionState {
  return { tainted: new Map(), evictions: new Map() };
}

/**
 * Deletes the pods that don't tolerate a NoExecute taint of their node, or no longer.
 * Source: kubernetes v1.36.3 pkg/controller/tainteviction; reference/control-loops.md 2.3.
 */
export function registerTaintEviction<W extends TaintEvictionWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'taint-eviction-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const pod = kcmLister<Pod>(world, 'Pod').get(key);
      const eviction = pod === undefined ? undefined : world.controllers.taintEviction.evictions.get(pod.metadata.uid);
      if (pod === undefined || eviction === undefined || eviction.at > world.kernel.now) return SYNC_DONE;
      const message = `Marking for deletion Pod ${key}`;
      recordEvent(world, clientOf(world, controllerId), pod, 'Normal', 'TaintManagerEviction', message);
      return { requests: [disruption(pod, world.kernel.now)], memory: requestFor(pod) };
    },
    resume: (world, _key, memory) => {
      const deletion = memory as ApiRequest;
      world.controllers.taintEviction.evictions.delete(deletion.uid!);
      return { requests: [deletion], outcome: {} };
    },
  });
  listeners.on<Node>(KCM, 'Node', (world, change) => nodeChanged(world, controllerId, change));
  listeners.on<Pod>(KCM, 'Pod', (world, { type, object, before }) => {
    const { tainted, evictions } = world.controllers.taintEviction;
    if (type === 'deleted') evictions.delete(object.metadata.uid);
    else if (tainted.size > 0 && isNewToNode(object, before)) podSeen(world, controllerId, object);
  });
}

function isNewToNode({ spec }: Pod, before: Pod | undefined): boolean {
  if (spec.nodeName === undefined) return false;
  return before?.spec.nodeName !== spec.nodeName || !sameData(before.spec.tolerations, spec.tolerations);
}

function nodeChanged(world: TaintEvictionWorld, controllerId: number, { type, object }: Change<Node>): void {
  const { tainted } = world.controllers.taintEviction;
  const { name } = object.metadata;
  const taints = type === 'deleted' ? [] : noExecuteTaints(object.spec.taints);
  if (sameData(taints, tainted.get(name) ?? [])) return;
  if (taints.length === 0) tainted.delete(name);
  else tainted.set(name, taints);
  for (const pod of kcmLister<Pod>(world, 'Pod').values()) {
    if (pod.spec.nodeName === name) podSeen(world, controllerId, pod);
  }
}

function podSeen(world: TaintEvictionWorld, controllerId: number, pod: Pod): void {
  const { tainted, evictions } = world.controllers.taintEviction;
  const { uid } = pod.metadata;
  const current = evictions.get(uid);
  const key: ObjectKey = objectKey(pod);
  const { now } = world.kernel;
  const planned = planEviction(current, tainted.get(pod.spec.nodeName!) ?? [], pod.spec.tolerations ?? [], now);
  if (planned === current) return;
  if (planned === undefined) {
    evictions.delete(uid);
    const message = `Cancelling deletion of Pod ${key}`;
    recordEvent(world, clientOf(world, controllerId), pod, 'Normal', 'TaintManagerEviction', message);
    return;
  }
  evictions.set(uid, planned);
  if (planned.at <= now) enqueue(world, controllerId, key);
  else enqueueAfter(world, controllerId, key, planned.at - now);
}

/** The pod says why it goes before it goes. taint_eviction.go: addConditionAndDeletePod */
function disruption({ metadata }: Pod, now: Micros): ApiRequest {
  const { namespace, name, uid } = metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: now,
  };
  const body = { status: { conditions: [condition] } };
  return { verb: 'patch', kind: 'Pod', namespace, name, uid, subresource: 'status', body };
}

function requestFor({ metadata }: Pod): ApiRequest {
  const { namespace, name, uid } = metadata;
  return { verb: 'delete', kind: 'Pod', namespace, name, uid };
}
