import { describe, expect, it } from 'vitest';
import { rfc1123, rfc3339 } from '../../../src/cluster/api/epoch.js';
import { offsetAt, timeZoneFault, timeZoneOf, utcOf } from '../../../src/cluster/api/time-zones.js';
import { ZONES } from '../../../src/cluster/api/time-zone-rules.js';

const HOUR = 3_600;
const at = (text: string): number => Date.parse(text) / 1_000;
const offset = (zone: string, time: string): number => offsetAt(timeZoneOf(zone)!, at(time)) / HOUR;

describe('time zones', () => {
  it('change their clocks when they do', () => {
    expect(offset('Europe/Berlin', '2026-03-29T00:59:59Z')).toBe(1);
    expect(offset('Europe/Berlin', '2026-03-29T01:00:00Z')).toBe(2);
    expect(offset('Europe/Berlin', '2026-10-25T01:00:00Z')).toBe(1);
    expect(offset('America/New_York', '2026-07-01T00:00:00Z')).toBe(-4);
    expect(offset('Australia/Lord_Howe', '2026-01-01T00:00:00Z')).toBe(11);
    expect(offset('Australia/Lord_Howe', '2026-07-01T00:00:00Z')).toBe(10.5);
    expect(offset('Europe/Dublin', '2026-07-01T00:00:00Z')).toBe(1);
    expect(offset('Asia/Kolkata', '2026-07-01T00:00:00Z')).toBe(5.5);
  });

  it('say what a clock that shows a time means in UTC', () => {
    const berlin = timeZoneOf('Europe/Berlin')!;
    expect(utcOf(berlin, at('2026-07-01T12:00:00Z'))).toBe(at('2026-07-01T10:00:00Z'));
    // A time that is skipped, and one that comes twice.
    expect(utcOf(berlin, at('2026-03-29T02:30:00Z'))).toBe(at('2026-03-29T01:30:00Z'));
    expect(utcOf(berlin, at('2026-10-25T02:30:00Z'))).toBe(at('2026-10-25T01:30:00Z'));
  });

  it('agree with the tables of this Node.js where it knows them', () => {
    const times = Array.from({ length: 24 }, (_, month) => Date.UTC(2026, month, 15, 12));
    const differing = ZONES.flatMap(([, names]) => names.split(/\s+/)).filter((name) => {
      const format = formatOf(name);
      return times.some(
        (time) => format !== undefined && offsetAt(timeZoneOf(name)!, time / 1_000) !== shown(format, time),
      );
    });
    // Its database may be of another year than ours.
    expect(differing.length).toBeLessThan(10);
  });

  it('that are unknown are told from those that are not simulated', () => {
    expect(timeZoneFault('Europe/Berlin')).toBeUndefined();
    expect(timeZoneFault('Mars/Base')).toBe('unknown time zone Mars/Base');
    expect(timeZoneFault('Asia/Gaza')).toContain('not simulated');
  });
});

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...parts, hourCycle: 'h23', timeZone });
  } catch {
    return undefined;
  }
}

function shown(format: Intl.DateTimeFormat, time: number): number {
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const local = Date.UTC(part['year']!, part['month']! - 1, part['day'], part['hour'], part['minute']);
  return (local - time) / 1_000;
}

it('prints times as Go does', () => {
  expect(rfc1123(at('2026-01-01T00:05:09Z'))).toBe('Thu, 01 Jan 2026 00:05:09 +0000');
  expect(rfc3339(at('2026-01-01T00:05:00Z'), 0)).toBe('2026-01-01T00:05:00Z');
  expect(rfc3339(at('2026-01-01T00:05:00Z'), -3.5 * HOUR)).toBe('2025-12-31T20:35:00-03:30');
});
