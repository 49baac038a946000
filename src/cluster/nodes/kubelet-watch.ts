import type { Handlers } from '../../kernel/events.js';
import { schedule } from '../../kernel/simulation.js';
import { SECOND_US } from '../../kernel/time.js';
import type { Change, Listeners } from '../api/informers.js';
import type { Pod } from '../api/objects/pod.js';
import { NodesEvent } from './events.js';
import { conditionStatus } from './pod-conditions.js';
import { admitPod } from './pod-admission.js';
import { type PodRecord, STAGE_TERMINATED } from './pod-record.js';
import { recordOf } from './pod-table.js';
import { queueStatus } from './status-sync.js';
import { forgetPod, graceSecondsOf, terminatePod } from './termination.js';
import type { NodeWiring } from './wiring.js';
import { podIndexOfUid } from './workload.js';
import type { NodesWorld } from './world.js';

export const KUBELET = 'kubelet';

/** The status manager compares all statuses with the API server's every so often (status_manager.go: syncPeriod). */
const RECONCILE_PERIOD_US = 10 * SECOND_US;

/** What kubelets do when they see a change of their pods. One that is down sees nothing; it catches up when it starts. */
export function listenToPods<W extends NodesWorld>(
  handlers: Handlers<W>,
  listeners: Listeners<W>,
  wiring: NodeWiring,
): void {
  listeners.on<Pod>(KUBELET, 'Pod', (world, change, informerId) => {
    const node = world.nodes.hostByInformer.get(informerId)!;
    if (world.nodes.hosts.kubeletUp[node] === 1) podChanged(world, wiring, node, change);
    else if (change.type === 'deleted') objectGone(world, wiring, change.object);
  });
  handlers.on(NodesEvent.ReconcileDue, (world, podIndex, plan) => {
    if (world.nodes.pods.plan[podIndex] !== plan) return;
    const record = recordOf(world, podIndex);
    record.reported = undefined; // send it again, whatever was sent
    queueStatus(world, podIndex);
  });
}

function podChanged(world: NodesWorld, wiring: NodeWiring, node: number, { type, object, before }: Change<Pod>): void {
  if (before !== undefined && before.metadata.uid !== object.metadata.uid) podRemoved(world, wiring, before);
  if (type === 'deleted') podRemoved(world, wiring, object);
  else podSeen(world, wiring, node, object);
}

/** A pod as the API server has it now: new, changed, or to be ended. */
export function podSeen(world: NodesWorld, wiring: NodeWiring, node: number, pod: Pod): void {
  if (podIndexOfUid(world, pod.metadata.uid) < 0) admitPod(world, node, pod);
  const podIndex = podIndexOfUid(world, pod.metadata.uid);
  if (podIndex < 0) return;
  const record = recordOf(world, podIndex);
  record.pod = pod;
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (record.stage === STAGE_TERMINATED) queueStatus(world, podIndex);
    else terminatePod(world, wiring, podIndex, graceSecondsOf(record));
  } else if (isContradicted(record, pod)) {
    const { now } = world.kernel;
    const next = Math.ceil((now + 1) / RECONCILE_PERIOD_US) * RECONCILE_PERIOD_US;
    schedule(world, next - now, NodesEvent.ReconcileDue, podIndex, world.nodes.pods.plan[podIndex]!);
  }
}

/** Has somebody else (the node lifecycle controller) written a readiness that isn't what this kubelet reported? */
function isContradicted({ status, reported }: PodRecord, pod: Pod): boolean {
  if (status !== reported) return false;
  return conditionStatus(pod.status.conditions, 'Ready') !== conditionStatus(reported.conditions, 'Ready');
}

/** The object is gone: what still runs is ended with the shortest grace. */
export function podRemoved(world: NodesWorld, wiring: NodeWiring, pod: Pod): void {
  const podIndex = podIndexOfUid(world, pod.metadata.uid);
  if (podIndex < 0) return;
  const record = recordOf(world, podIndex);
  record.isGone = true;
  if (record.stage === STAGE_TERMINATED) forgetPod(world, wiring, podIndex);
  else terminatePod(world, wiring, podIndex, 0);
}

/** While the kubelet is down its containers go on; on a dead machine there is nothing to go on. */
function objectGone(world: NodesWorld, wiring: NodeWiring, pod: Pod): void {
  const podIndex = podIndexOfUid(world, pod.metadata.uid);
  if (podIndex < 0) return;
  recordOf(world, podIndex).isGone = true;
  if (world.nodes.hosts.reachable[world.nodes.pods.node[podIndex]!] === 0) forgetPod(world, wiring, podIndex);
}
