import type { ClusterEvent } from './cluster-event.js';
import { moveOnEvent } from './scheduling-queue.js';
import type { SchedulerWorld } from './world.js';

/** Something has happened that may help pods that wait. */
export function happen({ scheduler, kernel }: SchedulerWorld, event: ClusterEvent): void {
  moveOnEvent(scheduler.cluster, scheduler.queue, event, kernel.now);
}
