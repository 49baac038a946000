import { NO_EVENT } from '../../kernel/event-queue.js';
import { drawsOnce } from '../../kernel/random.js';
import { schedule } from '../../kernel/simulation.js';
import type { Pod } from '../api/objects/pod.js';
import { controllerOf } from '../api/owner-references.js';
import type { StartFailure } from './container-status.js';
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
import { isFinalPhase, rejectedStatus } from './pod-report.js';
import { addPod } from './pod-table.js';
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
  const rejection = rejectionOf(hostRoom(world, node), facts);
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

/** Pods, thousandths of a core and bytes: of each what pods have taken of a node, and what it has for them. */
export type NodeRoom = Readonly<
  Record<'pods' | 'milliCpu' | 'memoryBytes', { readonly used: number; readonly capacity: number }>
>;

function hostRoom({ nodes: { hosts } }: NodesWorld, node: number): NodeRoom {
  return {
    pods: { used: hosts.usedPods[node]!, capacity: hosts.allocatablePods[node]! },
    milliCpu: { used: hosts.usedMilliCpu[node]!, capacity: hosts.allocatableMilliCpu[node]! },
    memoryBytes: { used: hosts.usedMemory[node]!, capacity: hosts.allocatableMemory[node]! },
  };
}

/**
 * Why a kubelet rejects a pod for good; undefined: it takes it.
 * Source: kubernetes v1.36.3 pkg/kubelet/lifecycle/predicate.go: Admit, InsufficientResourceError.
 */
export function rejectionOf(
  { pods, milliCpu, memoryBytes }: NodeRoom,
  asked: Pick<PodFacts, 'milliCpu' | 'memoryBytes'>,
): StartFailure | undefined {
  const check = (
    resource: string,
    requested: number,
    { used, capacity }: NodeRoom['pods'],
  ): StartFailure | undefined => {
    if (requested === 0 || used + requested <= capacity) return undefined;
    const numbers = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
    return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, ${numbers}` };
  };
  return (
    check('pods', 1, pods) ?? check('cpu', asked.milliCpu, milliCpu) ?? check('memory', asked.memoryBytes, memoryBytes)
  );
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
