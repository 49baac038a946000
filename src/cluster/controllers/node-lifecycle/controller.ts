import { MILLISECOND_US, type Micros } from '../../../kernel/time.js';
import {
  clientOf,
  type Controllers,
  enqueue,
  enqueueAfter,
  SYNC_DONE,
  type SyncStep,
} from '../../api/controller-loop.js';
import { recordEvent } from '../../api/event-recorder.js';
import { type ApiResult, succeeded } from '../../api/calls.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister } from '../../api/kcm.js';
import type { NodeLease } from '../../api/leases.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import { type ObjectKey, objectKey } from '../../api/store.js';
import { armPass, PASS } from '../shared/passes.js';
import { takeNoExecute } from './evictions.js';
import { labelChanges } from './labels.js';
import { beginWrite, continueWrite, type NodeChange, type NodeWrite } from './node-writes.js';
import { markPodUnready, MONITOR_PERIOD_US, monitorNodes, podsToMark } from './pass.js';
import type { NodeLifecycleWorld } from './state.js';
import { hasNoExecute, noExecuteChanges, noScheduleChanges, readyStatus } from './taints.js';

/** kubernetes v1.36.3 pkg/controller/nodelifecycle/node_lifecycle_controller.go: UpdateWorkerSize */
const WORKERS = 8;
/** Pause between two looks at the lines of nodes to be tainted NoExecute (NodeEvictionPeriod). */
const NO_EXECUTE_PERIOD_US = 100 * MILLISECOND_US;

// Keys: the pass over all nodes, a zone's line of nodes to be tainted, a node whose taints and labels may not fit its conditions, one that
// is well again, one whose pods are to be marked.
const ZONE = 'zone ';
const NODE = 'node ';
const REACHABLE = 'reachable ';
const PODS = 'pods ';

/**
 * The node lifecycle controller. It passes over all nodes every 5 seconds, but only while a pass could find something: from the
 * moment a lease is no longer renewed until every node is well again and free of taints.
 * Source: kubernetes v1.36.3 pkg/controller/nodelifecycle; reference/control-loops.md section 2.
 */
export function registerNodeLifecycle<W extends NodeLifecycleWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'node-controller',
    workers: WORKERS,
    sync: (world, key) => {
      if (key === PASS) return beginPass(world, controllerId);
      if (key.startsWith(ZONE)) return taintZone(world, controllerId, key.slice(ZONE.length));
      const name = key.slice(key.indexOf(' ') + 1);
      if (key.startsWith(PODS)) return markNext(world, podsToMark(world, name).map(objectKey));
      const node = kcmLister<Node>(world, 'Node').get(name);
      if (node === undefined) return SYNC_DONE;
      const { now } = world.kernel;
      return beginWrite(name, key.startsWith(NODE) ? changesOf(node, now) : noExecuteChanges(node, 'True', now));
    },
    resume: (world, key, memory, results) => {
      if (key === PASS) {
        for (const name of memory as readonly string[]) enqueue(world, controllerId, PODS + name);
        return SYNC_DONE;
      }
      if (key.startsWith(PODS)) return marked(world, controllerId, memory as readonly ObjectKey[], results[0]!);
      const write = memory as NodeWrite;
      const next = continueWrite(world, world.api.controllers[controllerId]!.stream, write, results[0]!);
      if (next !== undefined) return next;
      if (key.startsWith(ZONE)) taintAgain(world, controllerId, key.slice(ZONE.length), write.name);
      return SYNC_DONE;
    },
  });
  listeners.on<NodeLease>(KCM, 'Lease', (world, { object }) => {
    if (object.spec.renewEveryUs === undefined) arm(world, controllerId);
  });
  listeners.on<Node>(KCM, 'Node', (world, { type, object }) => {
    const { name } = object.metadata;
    const { fresh, gone } = world.controllers.nodeLifecycle;
    if (type === 'deleted') {
      if (!fresh.delete(name)) gone.set(name, object);
      arm(world, controllerId);
      return;
    }
    if (type === 'added' && object.metadata.creationTimestamp > 0) {
      if (!gone.delete(name)) fresh.add(name);
      arm(world, controllerId);
    }
    if (changesOf(object, 0).length > 0) enqueue(world, controllerId, NODE + name);
    if (readyStatus(object) !== 'True' || hasNoExecute(object)) arm(world, controllerId);
  });
  listeners.on<Pod>(KCM, 'Pod', (world, { object, before }) => markLateComer(world, controllerId, object, before));
}

function arm(world: NodeLifecycleWorld, controllerId: number): void {
  armPass(world, controllerId, world.controllers.nodeLifecycle, MONITOR_PERIOD_US);
}

function beginPass(world: NodeLifecycleWorld, controllerId: number): SyncStep {
  const state = world.controllers.nodeLifecycle;
  const at: Micros = state.nextPassAt;
  missGone(world, controllerId);
  const { requests, reachable, fallen, isQuiet } = monitorNodes(world, at);
  registerFresh(world, controllerId);
  for (const name of reachable) enqueue(world, controllerId, REACHABLE + name);
  for (const node of fallen) {
    const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
    recordEvent(world, clientOf(world, controllerId), node, 'Normal', 'NodeNotReady', message);
  }
  for (const [zone, { waiting }] of state.zones) {
    if (waiting.length > 0) enqueueAfter(world, controllerId, ZONE + zone, NO_EXECUTE_PERIOD_US);
  }
  state.nextPassAt = Number.POSITIVE_INFINITY;
  if (!isQuiet) {
    state.nextPassAt = at + MONITOR_PERIOD_US;
    enqueueAfter(world, controllerId, PASS, state.nextPassAt - world.kernel.now);
  }
  if (fallen.length === 0) return { requests, outcome: {} };
  return { requests, memory: fallen.map(({ metadata }) => metadata.name) };
}

/** Nodes that were there at the start have been known for long. node_lifecycle_controller.go: monitorNodeHealth */
function registerFresh(world: NodeLifecycleWorld, controllerId: number): void {
  const { fresh } = world.controllers.nodeLifecycle;
  for (const name of fresh) {
    const node = kcmLister<Node>(world, 'Node').get(name);
    if (node === undefined) continue;
    const message = `Node ${name} event: Registered Node ${name} in Controller`;
    recordEvent(world, clientOf(world, controllerId), node, 'Normal', 'RegisteredNode', message);
  }
  fresh.clear();
}

/** Forgets the nodes that have gone since the last pass. node_lifecycle_controller.go: monitorNodeHealth */
function missGone(world: NodeLifecycleWorld, controllerId: number): void {
  const { gone, unready, probedAt } = world.controllers.nodeLifecycle;
  for (const [name, node] of gone) {
    const message = `Node ${name} event: Removing Node ${name} from Controller`;
    recordEvent(world, clientOf(world, controllerId), node, 'Normal', 'RemovingNode', message);
    unready.delete(name);
    probedAt.delete(name);
  }
  gone.clear();
}

/** The pods of a node that is not ready, one after the other. pkg/controller/util/node/controller_utils.go: MarkPodsNotReady */
function markNext(world: NodeLifecycleWorld, pods: readonly ObjectKey[]): SyncStep {
  const next = pods.findIndex((key) => kcmLister<Pod>(world, 'Pod').has(key));
  if (next < 0) return SYNC_DONE;
  const pod = kcmLister<Pod>(world, 'Pod').get(pods[next]!)!;
  return { requests: [markPodUnready(pod, world.kernel.now)], memory: pods.slice(next) };
}

function marked(
  world: NodeLifecycleWorld,
  controllerId: number,
  pods: readonly ObjectKey[],
  result: ApiResult,
): SyncStep {
  const pod = kcmLister<Pod>(world, 'Pod').get(pods[0]!);
  if (pod !== undefined && succeeded(result)) {
    recordEvent(world, clientOf(world, controllerId), pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }
  return markNext(world, pods.slice(1));
}

/** A pod that is bound to, or reported by, a node that is known not to be ready. node_lifecycle_controller.go: processPod */
function markLateComer(world: NodeLifecycleWorld, controllerId: number, pod: Pod, before: Pod | undefined): void {
  const { unready } = world.controllers.nodeLifecycle;
  const { nodeName } = pod.spec;
  if (unready.size === 0 || nodeName === undefined || !unready.has(nodeName)) return;
  if (before?.spec.nodeName === nodeName || podsToMark(world, nodeName).length === 0) return;
  enqueue(world, controllerId, PODS + nodeName);
}

/** The next node of a zone that may get its NoExecute taint, and the look after that. */
function taintZone(world: NodeLifecycleWorld, controllerId: number, zone: string): SyncStep {
  const { now } = world.kernel;
  const node = takeNoExecute(world, zone, now);
  const record = world.controllers.nodeLifecycle.zones.get(zone)!;
  if (record.waiting.length > 0 && record.rate > 0) {
    enqueueAfter(world, controllerId, ZONE + zone, Math.max(NO_EXECUTE_PERIOD_US, record.tokenAt - now));
  }
  if (node === undefined) return SYNC_DONE;
  return beginWrite(node.metadata.name, noExecuteChanges(node, readyStatus(node), now));
}

/** The node could not be written: the same one, with the same token, at the next look. */
function taintAgain(world: NodeLifecycleWorld, controllerId: number, zone: string, name: string): void {
  const record = world.controllers.nodeLifecycle.zones.get(zone)!;
  record.waiting.unshift(name);
  record.tokenAt = world.kernel.now;
  enqueueAfter(world, controllerId, ZONE + zone, NO_EXECUTE_PERIOD_US);
}

/** What a node lacks, or has too much. node_lifecycle_controller.go: doNodeProcessingPassWorker */
function changesOf(node: Node, now: Micros): readonly NodeChange[] {
  return [...noScheduleChanges(node, now), ...labelChanges(node)];
}
