import { dateOf, daysSince1970, weekdayOf } from '../../../kernel/calendar.js';
import type { CronSchedule } from '../../api/cron-schedule.js';
import { offsetAt, type TimeZone, utcOf } from '../../api/time-zones.js';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** A schedule that names no day in so many years never comes (robfig/cron v3 spec.go: Next). */
const YEARS_AHEAD = 5;
const HOURS_A_DAY = 24;

type Fields = Extract<CronSchedule, { kind: 'fields' }>;

/** A time and what the zone's clocks show then. */
interface Clock {
  readonly utc: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Days since 1970. */
  readonly days: number;
  readonly hour: number;
  readonly minute: number;
  /** Seconds since midnight. */
  readonly second: number;
}

/** A part of a time that the schedule restricts, from months down to minutes. */
interface Part {
  readonly fits: (schedule: Fields, clock: Clock) => boolean;
  /** Where the part begins. */
  readonly start: (zone: TimeZone, clock: Clock) => number;
  readonly next: (zone: TimeZone, clock: Clock) => number;
  /** The larger part has moved on, too: all are to be looked at again. */
  readonly runsOver: (clock: Clock) => boolean;
}

const PARTS: readonly Part[] = [
  {
    fits: ({ months }, { month }) => months[month] === true,
    start: (zone, { year, month }) => localTime(zone, year, month, 1, 0),
    next: (zone, { year, month, day, second }) => localTime(zone, year, month + 1, day, second),
    runsOver: ({ month }) => month === 1,
  },
  {
    fits: dayFits,
    start: (zone, { year, month, day }) => localTime(zone, year, month, day, 0),
    next: (zone, { year, month, day, second }) =>
      nearMidnight(clockAt(zone, localTime(zone, year, month, day + 1, second))),
    runsOver: ({ day }) => day === 1,
  },
  {
    fits: ({ hours }, { hour }) => hours[hour] === true,
    start: (zone, { year, month, day, hour }) => localTime(zone, year, month, day, hour * HOUR),
    next: (_zone, { utc }) => utc + HOUR,
    runsOver: ({ hour }) => hour === 0,
  },
  {
    fits: ({ minutes }, { minute }) => minutes[minute] === true,
    start: (_zone, { utc }) => utc - (utc % MINUTE),
    next: (_zone, { utc }) => utc + MINUTE,
    runsOver: ({ minute }) => minute === 0,
  },
  {
    fits: (_schedule, { utc }) => utc % MINUTE === 0,
    start: (_zone, { utc }) => utc,
    next: (_zone, { utc }) => utc + 1,
    runsOver: ({ utc }) => utc % MINUTE === 0,
  },
];

/**
 * First time of a schedule after `after`, both in seconds of UTC since 1970; undefined if there is none. Where clocks change, times are
 * skipped or come an hour off just as in the real library, whose steps these are.
 * Source: robfig/cron v3 spec.go: SpecSchedule.Next, constantdelay.go.
 */
export function nextTime(schedule: CronSchedule, zone: TimeZone, after: number): number | undefined {
  if (schedule.kind === 'every') return Math.floor(after) + schedule.seconds;
  let clock = clockAt(zone, Math.floor(after) + 1);
  const lastYear = clock.year + YEARS_AHEAD;
  // Once a part was moved on, the smaller parts stand at their beginnings.
  let isMoved = false;
  search: while (clock.year <= lastYear) {
    for (const { fits, start, next, runsOver } of PARTS) {
      while (!fits(schedule, clock)) {
        if (!isMoved) clock = clockAt(zone, start(zone, clock));
        isMoved = true;
        clock = clockAt(zone, next(zone, clock));
        if (runsOver(clock)) continue search;
      }
    }
    return clock.utc;
  }
  return undefined;
}

/** Where midnight does not exist or comes twice, the day's beginning is looked for in whole hours. */
function nearMidnight({ utc, hour }: Clock): number {
  if (hour === 0) return utc;
  return utc + (hour > HOURS_A_DAY / 2 ? HOURS_A_DAY - hour : -hour) * HOUR;
}

function dayFits({ days, weekdays, needsBothDays }: Fields, clock: Clock): boolean {
  const fitsMonth = days[clock.day] === true;
  const fitsWeek = weekdays[weekdayOf(clock.days)] === true;
  return needsBothDays ? fitsMonth && fitsWeek : fitsMonth || fitsWeek;
}

function clockAt(zone: TimeZone, utc: number): Clock {
  const local = utc + offsetAt(zone, utc);
  const days = Math.floor(local / DAY);
  const second = local - days * DAY;
  const hour = Math.floor(second / HOUR);
  return { utc, ...dateOf(days), days, hour, minute: Math.floor((second - hour * HOUR) / MINUTE), second };
}

function localTime(zone: TimeZone, year: number, month: number, day: number, second: number): number {
  return utcOf(zone, daysSince1970(year, month, day) * DAY + second);
}
