import { issue } from '../api/calls.js';
import { eventRequest } from '../api/event-row.js';
import type { Pod } from '../api/objects/pod.js';
import { MINUTE_US, type Micros } from '../../kernel/time.js';
import { DEFAULT_SCHEDULER_NAME } from '../api/scheduler-configuration.js';
import type { SchedulerWorld } from './world.js';

/** Every so often a recorder looks for series that have been quiet for as long. Source: below: finishTime. */
const FINISH_US = 6 * MINUTE_US;

/** What the scheduler's recorder remembers: equal events, by what tells them from others; the latest at the end. */
export interface EventSeriesState {
  readonly series: Map<string, EventSeries>;
  /** When it looked for quiet ones last. */
  lookedAt: Micros;
}

export function createEventSeries(): EventSeriesState {
  return { series: new Map(), lookedAt: 0 };
}

interface EventSeries {
  readonly lastAt: Micros;
  readonly isSeries: boolean;
  /** Of the first: what differs of later ones is lost. */
  readonly message: string;
}

/**
 * Records an Event about a pod, in the name of the profile that it asks for, through events.k8s.io, which only the scheduler does:
 * a second one for the same reason makes the first a series by one patch, further ones are only counted in memory. Equal are those
 * about one version of the pod, so that a change of its condition starts anew. Nothing is combined or dropped.
 * The last count of a series, written after 6 to 12 quiet minutes, is left out: quiet time is free.
 * Source: client-go v0.36.3 tools/events/event_broadcaster.go: getKey, recordToSink, finishSeries.
 */
export function recordPodEvent(
  world: SchedulerWorld,
  pod: Pod,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  reporter = pod.spec.schedulerName ?? DEFAULT_SCHEDULER_NAME,
): void {
  const { events, eventClient } = world.scheduler;
  const { now } = world.kernel;
  forgetFinished(events, now);
  const { series } = events;
  const { uid, resourceVersion } = pod.metadata;
  const key = `${uid} ${resourceVersion} ${reason}`;
  const known = series.get(key);
  const told = known?.message ?? message;
  series.delete(key);
  series.set(key, { lastAt: now, isSeries: known !== undefined, message: told });
  if (known?.isSeries === true) return;
  const count = known === undefined ? 1 : 2;
  issue(world, eventClient, eventRequest(reporter, now, pod, type, reason, told, count));
}

function forgetFinished(events: EventSeriesState, now: Micros): void {
  const lastLook = Math.floor(now / FINISH_US) * FINISH_US;
  if (lastLook === events.lookedAt) return;
  events.lookedAt = lastLook;
  for (const [key, { lastAt }] of events.series) {
    if (lastAt >= lastLook - FINISH_US) break;
    events.series.delete(key);
  }
}
