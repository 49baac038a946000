import { SECOND_US, type Micros, wholeSeconds } from '../../../kernel/time.js';
import type { CronSchedule } from '../../api/cron-schedule.js';
import { utcSeconds } from '../../api/epoch.js';
import type { CronJob } from '../../api/objects/batch.js';
import type { TimeZone } from '../../api/time-zones.js';
import { nextTime } from './next-time.js';

/** A CronJob is looked at so long after its time, so that clocks that differ a little do no harm (cronjob_controllerv2.go: nextScheduleDelta). */
const AFTER_DUE_SECONDS = 0.1;
/** More missed times than this are told in an Event (utils.go: mostRecentScheduleTime). */
const MANY_MISSED = 100;

/** What a CronJob's times are reckoned from. */
export interface Timetable {
  readonly cronJob: CronJob;
  readonly schedule: CronSchedule;
  readonly zone: TimeZone;
  readonly now: Micros;
}

/** The latest time that has come and was not met. Times in seconds of UTC since 1970. */
interface Recent {
  readonly earliest: number;
  readonly due: number | undefined;
  /** Times since the earliest, reckoned by the distance of the first two. */
  readonly missed: number;
  /** The schedule never comes. */
  readonly isVoid?: true;
}

export interface Due {
  readonly at: number | undefined;
  readonly missedMany: boolean;
  readonly isVoid: boolean;
}

/** The time that the CronJob is due for now. Source: kubernetes v1.36.3 pkg/controller/cronjob/utils.go: nextScheduleTime. */
export function dueTime(timetable: Timetable): Due {
  const { startingDeadlineSeconds } = timetable.cronJob.spec;
  const deadline =
    startingDeadlineSeconds === undefined ? undefined : utcSeconds(timetable.now) - startingDeadlineSeconds;
  const { due, missed, isVoid } = mostRecent(timetable, deadline);
  return { at: due, missedMany: missed > MANY_MISSED, isVoid: isVoid === true };
}

/** Until the CronJob is to be looked at again. Source: utils.go: nextScheduleTimeDuration. */
export function untilNextUs(timetable: Timetable): Micros | undefined {
  const { schedule, zone, now } = timetable;
  const { earliest, due, missed, isVoid } = mostRecent(timetable, undefined);
  const from = isVoid === true ? utcSeconds(now) : (due ?? (missed === 0 ? earliest : utcSeconds(now)));
  const next = nextTime(schedule, zone, from);
  return next === undefined ? undefined : (next + AFTER_DUE_SECONDS - utcSeconds(now)) * SECOND_US;
}

/** Source: utils.go: mostRecentScheduleTime. */
function mostRecent({ cronJob, schedule, zone, now }: Timetable, deadline: number | undefined): Recent {
  const { metadata, status } = cronJob;
  const since = utcSeconds(wholeSeconds(status.lastScheduleTime ?? metadata.creationTimestamp) * SECOND_US);
  const earliest = deadline === undefined ? since : Math.max(since, deadline);
  const current = utcSeconds(now);
  const first = nextTime(schedule, zone, earliest);
  const second = first === undefined ? undefined : nextTime(schedule, zone, first);
  if (first === undefined || second === undefined) return { earliest, due: undefined, missed: 0, isVoid: true };
  if (current < first) return { earliest, due: undefined, missed: 0 };
  if (current < second) return { earliest, due: first, missed: 0 };
  const distance = second - first;
  const missed = Math.floor((current - first) / distance) + 1;
  // Irregular schedules: the last but one by that reckoning, and then step by step.
  let due: number | undefined;
  let next = nextTime(schedule, zone, first + (missed - 2) * distance);
  while (next !== undefined && next <= current) {
    due = next;
    next = nextTime(schedule, zone, next);
  }
  return { earliest, due, missed };
}
