import { MILLISECOND_US, type Micros } from '../../../kernel/time.js';
import { drawsOnce } from '../../../kernel/random.js';
import { succeeded } from '../../api/calls.js';
import {
  clientOf,
  type Controllers,
  enqueue,
  enqueueAfter,
  SYNC_DONE,
  type SyncStep,
} from '../../api/controller-loop.js';
import { recordEvent } from '../../api/event-recorder.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister } from '../../api/kcm.js';
import type { NodeLease } from '../../api/leases.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import { takeNoExecute } from './evictions.js';
import { markPodUnready, MONITOR_PERIOD_US, monitorNodes, podsToMark, taintRequest, taintsRequest } from './pass.js';
import type { NodeLifecycleWorld } from './state.js';
import { hasNoExecute, readyStatus, withNoSchedule } from './taints.js';

/** kubernetes v1.36.3 pkg/controller/nodelifecycle/node_lifecycle_controller.go: UpdateWorkerSize */
const WORKERS = 8;
/** Pause between two looks at the lines of nodes to be tainted NoExecute (NodeEvictionPeriod). */
const NO_EXECUTE_PERIOD_US = 100 * MILLISECOND_US;

// Keys: the pass over all nodes, a zone's line of nodes to be tainted, a node whose taints may not fit its conditions.
const PASS = 'pass';
const ZONE = 'zone ';
const NODE = 'node ';

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
      return taintNode(world, key.slice(NODE.length));
    },
    resume: (world, key, memory, results) => {
      if (key === PASS) return markPods(world, controllerId, memory as readonly string[]);
      if (!results.every(succeeded)) taintAgain(world, controllerId, key.slice(ZONE.length), memory as string);
      return SYNC_DONE;
    },
  });
  listeners.on<NodeLease>(KCM, 'Lease', (world, { object }) => {
    if (object.spec.renewEveryUs === undefined) arm(world, controllerId);
  });
  listeners.on<Node>(KCM, 'Node', (world, { type, object }) => {
    if (type === 'deleted') return;
    if (type === 'added' && object.metadata.creationTimestamp > 0) {
      world.controllers.nodeLifecycle.fresh.add(object.metadata.name);
      arm(world, controllerId);
    }
    if (withNoSchedule(object, 0) !== undefined) enqueue(world, controllerId, NODE + object.metadata.name);
    if (readyStatus(object) !== 'True' || hasNoExecute(object)) arm(world, controllerId);
  });
  listeners.on<Pod>(KCM, 'Pod', (world, { object, before }) => markLateComer(world, controllerId, object, before));
}

/** Sets the next pass, on a grid whose phase is when the process was started. */
function arm(world: NodeLifecycleWorld, controllerId: number): void {
  const state = world.controllers.nodeLifecycle;
  const { now } = world.kernel;
  if (state.nextPassAt < Number.POSITIVE_INFINITY) return;
  const phase = Math.floor(drawsOnce(world, 'controller/node-controller/phase')() * MONITOR_PERIOD_US);
  state.nextPassAt = now + MONITOR_PERIOD_US - ((now - phase + MONITOR_PERIOD_US) % MONITOR_PERIOD_US);
  enqueueAfter(world, controllerId, PASS, state.nextPassAt - now);
}

function beginPass(world: NodeLifecycleWorld, controllerId: number): SyncStep {
  const state = world.controllers.nodeLifecycle;
  const at: Micros = state.nextPassAt;
  const { requests, fallen, isQuiet } = monitorNodes(world, at);
  registerFresh(world, controllerId);
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

/** After the nodes' conditions are written, so that nobody writes the pods' readiness anew. */
function markPods(world: NodeLifecycleWorld, controllerId: number, nodes: readonly string[]): SyncStep {
  const pods = nodes.flatMap((name) => podsToMark(world, name));
  for (const pod of pods) recordUnready(world, controllerId, pod);
  return { requests: pods.map((pod) => markPodUnready(pod, world.kernel.now)), outcome: {} };
}

/** A pod that is bound to, or reported by, a node that is known not to be ready. node_lifecycle_controller.go: processPod */
function markLateComer(world: NodeLifecycleWorld, controllerId: number, pod: Pod, before: Pod | undefined): void {
  const { unready } = world.controllers.nodeLifecycle;
  const { nodeName } = pod.spec;
  if (unready.size === 0 || nodeName === undefined || !unready.has(nodeName)) return;
  if (before?.spec.nodeName === nodeName || podsToMark(world, nodeName).length === 0) return;
  enqueue(world, controllerId, NODE + nodeName);
}

function recordUnready(world: NodeLifecycleWorld, controllerId: number, pod: Pod): void {
  recordEvent(world, clientOf(world, controllerId), pod, 'Warning', 'NodeNotReady', 'Node is not ready');
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
  const request = taintRequest(node, readyStatus(node), now);
  return request === undefined ? SYNC_DONE : { requests: [request], memory: node.metadata.name };
}

/** Somebody else wrote the node meanwhile: the same node, with the same token, at the next look. */
function taintAgain(world: NodeLifecycleWorld, controllerId: number, zone: string, name: string): void {
  const record = world.controllers.nodeLifecycle.zones.get(zone)!;
  record.waiting.unshift(name);
  record.tokenAt = world.kernel.now;
  enqueueAfter(world, controllerId, ZONE + zone, NO_EXECUTE_PERIOD_US);
}

function taintNode(world: NodeLifecycleWorld, name: string): SyncStep {
  const node = kcmLister<Node>(world, 'Node').get(name);
  if (node === undefined) return SYNC_DONE;
  const { now } = world.kernel;
  const marks = world.controllers.nodeLifecycle.unready.has(name) ? podsToMark(world, name) : [];
  const requests = marks.map((pod) => markPodUnready(pod, now));
  const taints = withNoSchedule(node, now);
  if (taints !== undefined) requests.push(taintsRequest(node, taints));
  return { requests };
}
