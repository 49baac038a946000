/**
 * Schedules of CronJobs, read as Kubernetes does, with the faults in the words of the library that it reads them with.
 * Source: kubernetes v1.36.3 pkg/apis/batch/validation/validation.go: validateScheduleFormat; robfig/cron v3 parser.go.
 */
export type CronSchedule =
  /** Every so many seconds from the last time on. */
  | { readonly kind: 'every'; readonly seconds: number }
  /** At the times whose parts are all set. */
  | {
      readonly kind: 'fields';
      readonly minutes: readonly boolean[];
      readonly hours: readonly boolean[];
      /** By day of the month, by month: from 1. */
      readonly days: readonly boolean[];
      readonly months: readonly boolean[];
      /** From Sunday. */
      readonly weekdays: readonly boolean[];
      /** Days must fit both; where both are restricted, one is enough. */
      readonly needsBothDays: boolean;
    };

export type CronParse =
  | { readonly ok: true; readonly schedule: CronSchedule }
  | { readonly ok: false; readonly fault: string };

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Minute, hour, day of the month, month, day of the week. */
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

export function parseCronSchedule(text: string): CronParse {
  if (text === '') return faulty('empty spec string');
  if (text.includes('TZ')) return faulty('cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  const meaning = DESCRIPTORS.get(text) ?? text;
  return meaning.startsWith('@') ? parseDescriptor(meaning) : parseFields(meaning);
}

function faulty(fault: string): CronParse {
  return { ok: false, fault };
}

/** Units of a duration, in seconds. */
const UNITS: Readonly<Record<string, number>> = { h: 3_600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

function parseDescriptor(text: string): CronParse {
  const every = /^@every ((?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h))+)$/.exec(text);
  if (every === null) return faulty(`unrecognized descriptor: ${text}`);
  let seconds = 0;
  for (const [, count, unit] of every[1]!.matchAll(/([0-9.]+)([a-zµ]+)/g)) seconds += Number(count) * UNITS[unit!]!;
  return { ok: true, schedule: { kind: 'every', seconds: Math.max(1, Math.floor(seconds)) } };
}

function parseFields(text: string): CronParse {
  const fields = text.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) {
    return faulty(`expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  const sets: boolean[][] = [];
  const areAny: boolean[] = [];
  for (const [index, bounds] of FIELDS.entries()) {
    const set: boolean[] = Array.from({ length: bounds.max + 1 }, () => false);
    let isAny = false;
    for (const part of fields[index]!.split(',').filter((range) => range !== '')) {
      const range = parseRange(part, bounds);
      if (typeof range === 'string') return faulty(range);
      for (let value = range.start; value <= range.end; value += range.step) set[value] = true;
      isAny ||= range.isAny;
    }
    sets.push(set);
    areAny.push(isAny);
  }
  const [minutes, hours, days, months, weekdays] = sets as [boolean[], boolean[], boolean[], boolean[], boolean[]];
  const needsBothDays = areAny[2]! || areAny[4]!;
  return { ok: true, schedule: { kind: 'fields', minutes, hours, days, months, weekdays, needsBothDays } };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  /** A star: the field restricts nothing. */
  readonly isAny: boolean;
}

/** One of `*`, `n`, `n-m`, with `/step` behind it; or why the text is none. */
function parseRange(text: string, { min, max, names }: Bounds): Range | string {
  const [range, stepText, ...moreSteps] = text.split('/');
  const [low, high, ...moreBounds] = range!.split('-');
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  const isStar = low === '*' || low === '?';
  let start = min;
  let end = max;
  if (!isStar) {
    if (moreBounds.length > 0) return `too many hyphens: ${text}`;
    const first = numberOf(low!, names);
    if (typeof first === 'string') return first;
    const last = high === undefined ? (stepText === undefined ? first : max) : numberOf(high, names);
    if (typeof last === 'string') return last;
    [start, end] = [first, last];
  }
  const step = stepText === undefined ? 1 : numberOf(stepText, []);
  if (typeof step === 'string') return step;
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${text}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  if (step === 0) return `step of range should be a positive number: ${text}`;
  return { start, end, step, isAny: isStar && step === 1 };
}

/** A number, or why the text is none. */
function numberOf(text: string, names: readonly string[]): number | string {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  if (!/^[+-]?[0-9]+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  return Number(text) < 0 ? `negative number (${Number(text)}) not allowed: ${text}` : Number(text);
}
