import { NO_EVENT } from '../../kernel/event-queue.js';
import { drawsOnce } from '../../kernel/random.js';
import { schedule } from '../../kernel/simulation.js';
import { type HostPort, hostPortsOf, portsConflict } from '../api/host-ports.js';
import type { Node } from '../api/objects/node.js';
import type { Pod } from '../api/objects/pod.js';
import { controllerOf } from '../api/owner-references.js';
import { stored } from '../api/store.js';
import { NodesEvent } from './events.js';
import { podEvent } from './kubelet-events.js';
import { type PodFacts, podFacts } from './pod-facts.js';
import {
  type ContainerRecord,
  createContainer,
  type PodRecord,
  STAGE_MOUNTING,
  STAGE_TERMINATED,
} from './pod-record.js';
import { type NodeRoom, rejectionOf } from './pod-rejection.js';
import { isFinalPhase, rejectedStatus } from './pod-report.js';
import { addPod, recordOf } from './pod-table.js';
import { isSidecar } from './restart-policy.js';
import { drawRun, drawStart } from './start-draws.js';
import { queueStatus } from './status-sync.js';
import type { NodesWorld } from './world.js';

/** A kubelet sees a pod for the first time: it takes it, or rejects it for good. One that is being deleted is only taken. */
export function admitPod(world: NodesWorld, node: number, pod: Pod): void {
  if (isFinalPhase(pod.status.phase)) return;
  const { pods, hosts, behaviours } = world.nodes;
  const facts = podFacts(pod, behaviours);
  const record = createRecord(world, pod, facts);
  const podIndex = addPod(pods, record, node);
  pods.behaviour[podIndex] = facts.behaviour;
  pods.cpuRequestMilli[podIndex] = facts.milliCpu;
  pods.cpuLimitMilli[podIndex] = facts.cpuLimitMilli;
  hosts.records[node]!.pods.add(podIndex);
  if (pod.metadata.deletionTimestamp !== undefined) return;
  // What a node is in the store, not a watch delay ago: the real one asks the API server, too, before it says NodeAffinity.
  const object = stored<Node>(world, 'Node', hosts.names[node]!);
  const rejection = rejectionOf(object, hostRoom(world, node, pod), pod, facts);
  if (rejection !== undefined) {
    record.stage = STAGE_TERMINATED;
    record.status = rejectedStatus(pod, rejection);
    podEvent(world, podIndex, 'Warning', rejection.reason, rejection.message);
    queueStatus(world, podIndex);
    return;
  }
  record.holdsResources = true;
  hosts.usedMilliCpu[node]! += facts.milliCpu;
  hosts.usedMemory[node]! += facts.memoryBytes;
  hosts.usedPods[node]! += 1;
  schedule(world, record.start.firstSyncUs, NodesEvent.FirstSync, podIndex, pods.plan[podIndex]!);
}

function hostRoom(world: NodesWorld, node: number, pod: Pod): NodeRoom {
  const { hosts } = world.nodes;
  return {
    pods: { used: hosts.usedPods[node]!, capacity: hosts.allocatablePods[node]! },
    milliCpu: { used: hosts.usedMilliCpu[node]!, capacity: hosts.allocatableMilliCpu[node]! },
    memoryBytes: { used: hosts.usedMemory[node]!, capacity: hosts.allocatableMemory[node]! },
    arePortsFree: arePortsFree(world, node, hostPortsOf(pod.spec)),
  };
}

/** Does no pod hold them that the kubelet has taken and that has not ended? */
function arePortsFree(world: NodesWorld, node: number, ports: readonly HostPort[]): boolean {
  if (ports.length === 0) return true;
  for (const other of world.nodes.hosts.records[node]!.pods) {
    const { holdsResources, pod } = recordOf(world, other);
    if (holdsResources && portsConflict(ports, hostPortsOf(pod.spec))) return false;
  }
  return true;
}

function createRecord(world: NodesWorld, pod: Pod, { behaviour, milliCpu, memoryBytes }: PodFacts): PodRecord {
  const { parameters, behaviours } = world.nodes;
  const stream = streamOf(world, pod);
  const draw = drawsOnce(world, `${stream}/start`);
  const start = drawStart(parameters, draw);
  const containers: ContainerRecord[] = [];
  for (const spec of pod.spec.initContainers ?? []) {
    const role = isSidecar(spec) ? 'sidecar' : 'init';
    containers.push(createContainer(spec, role, drawRun(parameters, undefined, role, draw)));
  }
  for (const spec of pod.spec.containers) {
    containers.push(createContainer(spec, 'regular', drawRun(parameters, behaviours[behaviour], 'regular', draw)));
  }
  return {
    pod,
    stream,
    start,
    milliCpu,
    memoryBytes,
    stage: STAGE_MOUNTING,
    containers,
    holdsResources: false,
    isSandboxReady: false,
    sandboxSince: Number.POSITIVE_INFINITY,
    isStarting: false,
    isBusy: false,
    retryEvent: NO_EVENT,
    retryAt: 0,
    probesFrom: 0,
    isTerminal: false,
    killAt: Number.POSITIVE_INFINITY,
    killEvent: NO_EVENT,
    status: pod.status,
    reported: undefined,
    isQueued: false,
    metric: undefined,
    isGone: false,
  };
}

/**
 * Names what is random in a pod by its owner and its place among the owner's pods, so that variants of a run in which pods have
 * other names or nodes still draw the same.
 */
function streamOf(world: NodesWorld, pod: Pod): string {
  const { namespace, name } = pod.metadata;
  const owner = controllerOf(pod)?.name ?? name;
  const key = `pod/${namespace}/${owner}`;
  const ordinal = (world.nodes.ordinals.get(key) ?? 0) + 1;
  world.nodes.ordinals.set(key, ordinal);
  return `${key}/${ordinal}`;
}
