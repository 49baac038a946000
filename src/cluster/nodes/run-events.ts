import { scheduleAt } from '../../kernel/simulation.js';
import { NodesEvent } from './events.js';
import { type ContainerRecord, containerSubject } from './pod-record.js';
import type { NodesWorld } from './world.js';

/** Plans what the software of a running container does by itself from now on: it listens, it ends. */
export function armRun(world: NodesWorld, podIndex: number, index: number, container: ContainerRecord): void {
  const { listenAt, role, run, times } = container;
  const { now } = world.kernel;
  const subject = containerSubject(world.nodes.pods.plan[podIndex]!, index);
  const endsAt = Math.max(now, run!.startedAt + times.exitUs);
  if (role === 'regular' && listenAt > now && listenAt < endsAt) {
    scheduleAt(world, listenAt, NodesEvent.WorkloadListening, podIndex, subject);
  }
  if (endsAt < Number.POSITIVE_INFINITY) {
    container.exitEvent = scheduleAt(world, endsAt, NodesEvent.ContainerExited, podIndex, subject);
  }
}
