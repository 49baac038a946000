import { sample } from '../../kernel/distributions.js';
import type { Handlers } from '../../kernel/events.js';
import { drawsOnce } from '../../kernel/random.js';
import { schedule } from '../../kernel/simulation.js';
import type { Micros } from '../../kernel/time.js';
import { issue } from '../api/calls.js';
import { lister } from '../api/informers.js';
import { setRenewing } from '../api/leases.js';
import type { Pod } from '../api/objects/pod.js';
import { NodesEvent } from './events.js';
import { podRemoved, podSeen } from './kubelet-watch.js';
import { readyConditions } from './node-conditions.js';
import { type PodRecord, STAGE_MOUNTING, STAGE_STOPPED, STAGE_SYNCING, STAGE_TERMINATING } from './pod-record.js';
import { dropAddress, recordOf } from './pod-table.js';
import { armRun } from './run-events.js';
import { setServing } from './serving.js';
import { dropStatuses, queueStatus } from './status-sync.js';
import { abandonPlans, endPod, forgetPod } from './termination.js';
import type { NodeWiring } from './wiring.js';
import { SERVING_NOTHING, SERVING_UNREACHABLE } from './workload.js';
import type { NodesWorld } from './world.js';

/** Exit code of containers whose machine went down, as a runtime reports those that it finds dead. */
const EXIT_LOST = 255;

/** `systemctl stop kubelet`: the containers go on and serve, nobody looks after them. */
export function stopKubelet(world: NodesWorld, node: number): void {
  const { hosts } = world.nodes;
  const host = hosts.records[node]!;
  if (hosts.reachable[node] === 1) host.boot += 1; // one that is just starting stops, too
  if (hosts.kubeletUp[node] === 0) return;
  hosts.kubeletUp[node] = 0;
  dropStatuses(world, node);
  for (const podIndex of host.pods) leaveAlone(world, podIndex);
  setRenewing(world, hosts.names[node]!, false);
}

/** `systemctl start kubelet`. */
export function startKubelet(world: NodesWorld, node: number): void {
  const { hosts, parameters } = world.nodes;
  if (hosts.kubeletUp[node] === 1 || hosts.reachable[node] === 0) return;
  const host = hosts.records[node]!;
  const delay = sample(parameters.kubeletStart, drawsOnce(world, `node/${hosts.names[node]}/kubelet/${host.boot}`));
  schedule(world, delay, NodesEvent.KubeletUp, node, host.boot);
}

/** The machine is dead: packets to it and its pods vanish. */
export function crashNode(world: NodesWorld, node: number): void {
  const { hosts } = world.nodes;
  if (hosts.reachable[node] === 0) return;
  stopKubelet(world, node);
  const host = hosts.records[node]!;
  host.boot += 1;
  hosts.reachable[node] = 0;
  host.hasLostContainers = true;
  host.pulls.clear();
  schedule(world, 0, NodesEvent.MachineDown, node, host.boot);
}

/** A dead machine boots, or a stopped kubelet is started. */
export function recoverNode(world: NodesWorld, node: number): void {
  const { hosts, parameters } = world.nodes;
  if (hosts.reachable[node] === 1) {
    startKubelet(world, node);
    return;
  }
  const host = hosts.records[node]!;
  const delay = sample(parameters.boot, drawsOnce(world, `node/${hosts.names[node]}/boot/${host.boot}`));
  schedule(world, delay, NodesEvent.MachineUp, node, host.boot);
}

export function rebootNode(world: NodesWorld, node: number): void {
  crashNode(world, node);
  recoverNode(world, node);
}

export function registerFaults<W extends NodesWorld>(handlers: Handlers<W>, wiring: NodeWiring): void {
  handlers.on(NodesEvent.MachineDown, (world, node, boot) => {
    const host = world.nodes.hosts.records[node]!;
    if (host.boot !== boot) return;
    for (const podIndex of host.pods) losePod(world, wiring, podIndex);
  });
  handlers.on(NodesEvent.MachineUp, (world, node, boot) => {
    const { hosts } = world.nodes;
    const host = hosts.records[node]!;
    if (host.boot !== boot || hosts.reachable[node] === 1) return;
    hosts.reachable[node] = 1;
    for (const podIndex of host.pods) setServing(world, wiring, podIndex, SERVING_NOTHING);
    startKubelet(world, node);
  });
  handlers.on(NodesEvent.KubeletUp, (world, node, boot) => {
    const { hosts } = world.nodes;
    if (hosts.records[node]!.boot === boot && hosts.kubeletUp[node] === 0) kubeletUp(world, wiring, node);
  });
}

/** What the kubelet had planned for the pod won't happen; what its software does by itself will. */
function leaveAlone(world: NodesWorld, podIndex: number): void {
  const record = recordOf(world, podIndex);
  abandonPlans(world, podIndex, record);
  for (const [index, container] of record.containers.entries()) {
    if (container.run?.state === 'running') armRun(world, podIndex, index, container);
  }
}

/** A kubelet that starts takes up each pod where it finds it. One that was being ended is ended anew. */
function takeUp(world: NodesWorld, wiring: NodeWiring, podIndex: number, record: PodRecord): void {
  const plan = world.nodes.pods.plan[podIndex]!;
  if (record.stage < STAGE_SYNCING) {
    record.stage = STAGE_MOUNTING;
    schedule(world, record.start.firstSyncUs, NodesEvent.FirstSync, podIndex, plan);
  } else if (record.stage <= STAGE_TERMINATING) {
    record.stage = STAGE_SYNCING;
    schedule(world, record.start.relistUs, NodesEvent.Relisted, podIndex, plan);
  } else if (record.stage === STAGE_STOPPED) {
    endPod(world, wiring, podIndex);
  }
}

/** The pod's processes are gone and nobody knows. */
function losePod(world: NodesWorld, wiring: NodeWiring, podIndex: number): void {
  const record = recordOf(world, podIndex);
  abandonPlans(world, podIndex, record);
  record.isQueued = false;
  if (record.isGone) {
    forgetPod(world, wiring, podIndex);
    return;
  }
  for (const container of record.containers) container.listenAt = Number.POSITIVE_INFINITY;
  if (record.stage < STAGE_STOPPED) setServing(world, wiring, podIndex, SERVING_UNREACHABLE);
}

/** The kubelet catches up: it reports the node Ready, ends what was deleted meanwhile, goes on with the rest. */
function kubeletUp(world: NodesWorld, wiring: NodeWiring, node: number): void {
  const { hosts, pods } = world.nodes;
  const host = hosts.records[node]!;
  hosts.kubeletUp[node] = 1;
  setRenewing(world, hosts.names[node]!, true);
  const body = { status: { conditions: readyConditions(world.kernel.now) } };
  const name = hosts.names[node]!;
  issue(world, host.client, { verb: 'patch', kind: 'Node', namespace: '', name, subresource: 'status', body });
  const lost = host.hasLostContainers;
  host.hasLostContainers = false;
  const objects = lister<Pod>(world, host.informer);
  for (const podIndex of host.pods) {
    const record = recordOf(world, podIndex);
    if (lost) loseContainers(world, podIndex, record);
    takeUp(world, wiring, podIndex, record);
    if (world.nodes.pods.records[podIndex] !== record) continue; // it was gone and has now been forgotten
    const object = objects.get(pods.keys[podIndex]!);
    if (object?.metadata.uid !== record.pod.metadata.uid) podRemoved(world, wiring, record.pod);
  }
  for (const object of objects.values()) podSeen(world, wiring, node, object);
  for (const podIndex of host.pods) resend(world, podIndex);
}

/** A kubelet that starts knows of no status it has sent. */
function resend(world: NodesWorld, podIndex: number): void {
  const record = recordOf(world, podIndex);
  record.reported = undefined;
  queueStatus(world, podIndex);
}

/** After a reboot every pod that was there gets a new sandbox, and its containers start again, init containers first. */
function loseContainers(world: NodesWorld, podIndex: number, record: PodRecord): void {
  if (record.stage >= STAGE_STOPPED) return;
  for (const container of record.containers) {
    container.backOff = undefined;
    container.pullBackOff = undefined;
    container.failure = undefined;
    if (container.run?.state === 'running') container.run = lostRun(container.run, world.kernel.now);
  }
  dropAddress(world.nodes.pods, podIndex);
  record.isSandboxReady = false;
  record.sandboxSince = Number.POSITIVE_INFINITY;
  record.stage = STAGE_MOUNTING;
}

function lostRun<T extends object>(run: T, now: Micros) {
  return { ...run, state: 'exited', exitCode: EXIT_LOST, reason: 'Unknown', finishedAt: now } as const;
}
