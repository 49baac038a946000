import { dateOf, daysSince1970, weekdayOf } from '../../kernel/calendar.js';
import { type Micros, SECOND_US } from '../../kernel/time.js';

const DAY_SECONDS = 86_400;

/** The day on which every run begins, at midnight UTC: schedules and dates in messages are read off it. A choice of the model. */
const EPOCH = daysSince1970(2026, 1, 1) * DAY_SECONDS;

/** Seconds of UTC since 1970 at a point of virtual time. */
export function utcSeconds(at: Micros): number {
  return EPOCH + at / SECOND_US;
}

export function microsOf(utc: number): Micros {
  return (utc - EPOCH) * SECOND_US;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Thu, 01 Jan 2026 00:05:00 +0000`, as Go prints RFC 1123 in UTC. */
export function rfc1123(utc: number): string {
  const days = Math.floor(utc / DAY_SECONDS);
  const { year, month, day } = dateOf(days);
  return `${WEEKDAYS[weekdayOf(days)]}, ${two(day)} ${MONTHS[month - 1]} ${year} ${timeOfDay(utc)} +0000`;
}

/** `2026-01-01T01:05:00+01:00`, the time in a zone so many seconds ahead of UTC; `Z` for UTC itself. */
export function rfc3339(utc: number, offset: number): string {
  const local = utc + offset;
  const { year, month, day } = dateOf(Math.floor(local / DAY_SECONDS));
  const minutes = Math.abs(offset) / 60;
  const sign = offset < 0 ? '-' : '+';
  const zone = offset === 0 ? 'Z' : `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${year}-${two(month)}-${two(day)}T${timeOfDay(local)}${zone}`;
}

function timeOfDay(seconds: number): string {
  const second = Math.floor(seconds) % DAY_SECONDS;
  return `${two(Math.floor(second / 3_600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
