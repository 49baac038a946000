/**
 * Faults of a CronJob's schedule, in the words of the library that Kubernetes reads it with.
 * Source: kubernetes v1.36.3 pkg/apis/batch/validation/validation.go: validateScheduleFormat; robfig/cron v3 parser.go.
 */
export function scheduleFault(schedule: string): string | undefined {
  if (schedule.includes('TZ')) return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  if (schedule.startsWith('@')) return descriptorFault(schedule);
  const fields = schedule.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`;
  }
  for (const [i, bounds] of FIELDS.entries()) {
    for (const part of fields[i]!.split(',').filter((text) => text !== '')) {
      const fault = rangeFault(part, bounds);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

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

const DESCRIPTORS: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);

function descriptorFault(schedule: string): string | undefined {
  if (DESCRIPTORS.has(schedule)) return undefined;
  if (/^@every ([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/.test(schedule)) return undefined;
  return `unrecognized descriptor: ${schedule}`;
}

/** One of `*`, `n`, `n-m`, with `/step` behind it. */
function rangeFault(text: string, { min, max, names }: Bounds): string | undefined {
  const [range, step, ...moreSteps] = text.split('/');
  const [low, high, ...moreBounds] = range!.split('-');
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  let start = min;
  let end = max;
  if (low !== '*' && low !== '?') {
    if (moreBounds.length > 0) return `too many hyphens: ${text}`;
    const first = numberOf(low!, names);
    if (typeof first === 'string') return first;
    const last = high === undefined ? (step === undefined ? first : max) : numberOf(high, names);
    if (typeof last === 'string') return last;
    [start, end] = [first, last];
  }
  const size = step === undefined ? 1 : numberOf(step, []);
  if (typeof size === 'string') return size;
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${text}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return size === 0 ? `step of range should be a positive number: ${text}` : undefined;
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
