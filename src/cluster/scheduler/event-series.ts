import { issue } from '../api/calls.js';
import { eventRequest } from '../api/event-row.js';
import type { Pod } from '../api/objects/pod.js';
import { MINUTE_US, type Micros } from '../../kernel/time.js';
import type { SchedulerWorld } from './world.js';

/** Every so often a recorder looks for series that have been quiet for as long. Source: below: finishTime. */
const FINISH_US = 6 * MINUTE_US;

/** What the scheduler's recorder remembers: equal events, by what tells them from others; the latest at the end. */
export type EventSeriesState = Map<string, EventSeries>;

interface EventSeries {
  lastAt: Micros;
  isSeries: boolean;
}

/**
 * Records an Event about a pod through events.k8s.io, which only the scheduler does: an equal one makes the first a series by one
 * patch, further ones are only counted in memory. Nothing is combined or dropped.
 * The last count of a series, written after 6 to 12 quiet minutes, is left out: quiet time is free.
 * Source: client-go v0.36.3 tools/events/event_broadcaster.go: recordToSink, finishSeries.
 */
export function recordPodEvent(
  world: SchedulerWorld,
  pod: Pod,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const { events, eventClient } = world.scheduler;
  const { now } = world.kernel;
  forgetFinished(events, now);
  const key = `${pod.metadata.uid}\n${reason}\n${message}`;
  const known = events.get(key);
  events.delete(key);
  events.set(key, { lastAt: now, isSeries: known !== undefined });
  if (known?.isSeries === true) return;
  const count = known === undefined ? 1 : 2;
  issue(world, eventClient, eventRequest(world, eventClient, now, pod, type, reason, message, count));
}

function forgetFinished(events: EventSeriesState, now: Micros): void {
  const lastLook = Math.floor(now / FINISH_US) * FINISH_US;
  for (const [key, { lastAt }] of events) {
    if (lastAt >= lastLook - FINISH_US) break;
    events.delete(key);
  }
}
