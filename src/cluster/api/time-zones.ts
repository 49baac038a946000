import { dateOf, daysSince1970, weekdayOf } from '../../kernel/calendar.js';
import { ZONES } from './time-zone-rules.js';

/** When clocks change: on the `week`-th (5: last) `weekday` (0: Sunday) of a month, so many seconds after its local midnight. */
interface ChangeOfClocks {
  readonly month: number;
  readonly week: number;
  readonly weekday: number;
  readonly second: number;
}

/** How far a zone's clocks are ahead of UTC, in seconds. */
export interface TimeZone {
  readonly standard: number;
  /** Missing where clocks do not change. */
  readonly summer?: { readonly offset: number; readonly from: ChangeOfClocks; readonly until: ChangeOfClocks };
}

const MINUTE = 60;
const DAY = 86_400;

const rules = new Map(ZONES.flatMap(([rule, names]) => names.split(/\s+/).map((name) => [name, rule] as const)));

/** The zone of this name in the IANA database; undefined if there is none (see `timeZoneFault`). */
export function timeZoneOf(name: string): TimeZone | undefined {
  const rule = rules.get(name);
  if (rule === undefined) return undefined;
  const [standard, summer, from, until] = rule.split(' ');
  const offset = Number(standard) * MINUTE;
  if (summer === undefined) return { standard: offset };
  return {
    standard: offset,
    summer: { offset: Number(summer) * MINUTE, from: changeOf(from!), until: changeOf(until!) },
  };
}

export const UTC: TimeZone = { standard: 0 };

/** Zones of the database whose clocks follow the moon: no rule tells them, so schedules in them are refused. */
const LUNAR: readonly string[] = ['Africa/Casablanca', 'Africa/El_Aaiun', 'Asia/Gaza', 'Asia/Hebron'];

/** Why there is no zone of this name, in Go's words where it is Go's reason. */
export function timeZoneFault(name: string): string | undefined {
  if (rules.has(name)) return undefined;
  return LUNAR.includes(name)
    ? `time zone ${name} is not simulated: its clocks follow the moon`
    : `unknown time zone ${name}`;
}

function changeOf(text: string): ChangeOfClocks {
  const [month, week, weekday, minute] = text.split(/[./]/).map(Number);
  return { month: month!, week: week!, weekday: weekday!, second: minute! * MINUTE };
}

/** Seconds to add to a UTC time (s since 1970) for the zone's local time. */
export function offsetAt(zone: TimeZone, utc: number): number {
  const { standard, summer } = zone;
  if (summer === undefined) return standard;
  const { year } = dateOf(Math.floor((utc + standard) / DAY));
  const from = changeAt(summer.from, year) - standard;
  const until = changeAt(summer.until, year) - summer.offset;
  const isSummer = from < until ? from <= utc && utc < until : utc >= from || utc < until;
  return isSummer ? summer.offset : standard;
}

/** Local seconds since 1970 of a change in a year. */
function changeAt({ month, week, weekday, second }: ChangeOfClocks, year: number): number {
  const first = daysSince1970(year, month, 1);
  const daysToWeekday = (weekday - weekdayOf(first) + 7) % 7;
  let day = first + daysToWeekday + (week - 1) * 7;
  if (day >= daysSince1970(year, month + 1, 1)) day -= 7;
  return day * DAY + second;
}

/**
 * The UTC time at which the zone's clocks show `local` (s); of times that clocks skip or show twice the one that Go takes.
 * Source: Go 1.25 src/time/time.go: Date.
 */
export function utcOf(zone: TimeZone, local: number): number {
  const offset = offsetAt(zone, local);
  const utc = local - offset;
  const there = offsetAt(zone, utc);
  return there === offset ? utc : local - there;
}
