import { NO_EVENT } from '../../kernel/event-queue.js';
import { cancel, schedule } from '../../kernel/simulation.js';
import { SECOND_US, type Micros } from '../../kernel/time.js';
import { leaveStarting, slowdown } from './contention.js';
import { NodesEvent } from './events.js';
import { containerSubject, type PodRecord } from './pod-record.js';
import { reportPod } from './pod-report.js';
import { recordOf } from './pod-table.js';
import { type NodesWorld, NOT_YET } from './world.js';

/** Wait after a sync that failed (kubernetes v1.36.3 pkg/kubelet/pod_workers.go: workerBackOffPeriod). */
export const FAILED_SYNC_US = 10 * SECOND_US;

/** Ends a sync. After runtime actions the kubelet looks at the pod again: at once, or at its next relist. */
export function endSync(world: NodesWorld, podIndex: number, record: PodRecord, hasActed: boolean): void {
  const { pods } = world.nodes;
  record.isBusy = false;
  leaveStarting(world, pods.node[podIndex]!, record);
  if (hasActed) schedule(world, record.start.relistUs, NodesEvent.Relisted, podIndex, pods.plan[podIndex]!);
  else if (record.retryEvent !== NO_EVENT) reportPod(world, podIndex); // a container waits, with a reason
  if (pods.startedAt[podIndex] === NOT_YET && areAllStarted(record)) pods.startedAt[podIndex] = world.kernel.now;
}

/** A sync that failed at a container: the rest of the pod waits for the next one. */
export function failSync(world: NodesWorld, podIndex: number, index: number, reason: string, message: string): void {
  const record = recordOf(world, podIndex);
  const container = record.containers[index]!;
  container.failure = { reason, message };
  retryAfter(world, podIndex, record, FAILED_SYNC_US * container.times.jitter);
  const hasActed = record.containers.some(({ run }) => run?.state === 'running');
  endSync(world, podIndex, record, hasActed);
}

function areAllStarted({ containers }: PodRecord): boolean {
  for (const { role, run } of containers) if (role === 'regular' && run === undefined) return false;
  return true;
}

/** The image is there (in `afterUs`): create and start the container. */
export function launch(world: NodesWorld, podIndex: number, index: number, afterUs: Micros): void {
  const { pods } = world.nodes;
  const { containers } = recordOf(world, podIndex);
  if (index === containers.length - 1 && pods.pulledAt[podIndex] === NOT_YET) {
    pods.pulledAt[podIndex] = world.kernel.now + afterUs;
  }
  const launchUs = containers[index]!.times.launchUs * slowdown(world, pods.node[podIndex]!);
  const subject = containerSubject(pods.plan[podIndex]!, index);
  schedule(world, afterUs + launchUs, NodesEvent.ContainerStarted, podIndex, subject);
}

/** Has the worker come back after `delayUs`; an earlier time stands. */
export function retryAfter(world: NodesWorld, podIndex: number, record: PodRecord, delayUs: Micros): void {
  const at = world.kernel.now + Math.ceil(delayUs);
  if (record.retryEvent !== NO_EVENT && record.retryAt <= at) return;
  if (record.retryEvent !== NO_EVENT) cancel(world, record.retryEvent);
  record.retryAt = at;
  record.retryEvent = schedule(
    world,
    at - world.kernel.now,
    NodesEvent.RetryDue,
    podIndex,
    world.nodes.pods.plan[podIndex]!,
  );
}
