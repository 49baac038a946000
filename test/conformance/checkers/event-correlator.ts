import {
  type CorrelatorOptions,
  correlate,
  createEventCorrelator,
  remember,
  type StoredEvent,
} from '../../../src/cluster/api/event-correlator.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';
import { type Checker, difference } from './checker.js';

interface Write {
  readonly verb: 'create' | 'patch';
  readonly object: number;
  readonly count: number;
  readonly message: string;
  readonly firstTimestamp: number;
  readonly lastTimestamp: number;
  readonly notFound?: boolean;
}

interface Case {
  readonly eventTTLSeconds: number;
  readonly options: {
    readonly burst: number;
    readonly cacheSize: number;
    readonly maxEvents: number;
    readonly maxIntervalSeconds: number;
    readonly qps: string;
  };
  readonly sources: readonly unknown[];
  readonly objects: readonly { readonly fieldPath?: string }[];
  readonly events: readonly {
    readonly atMs: number;
    readonly source: number;
    readonly object: number;
    readonly type: string;
    readonly reason: string;
    readonly message: string;
    readonly expected: 'dropped' | readonly Write[];
  }[];
}

function optionsOf({ options }: Case): CorrelatorOptions {
  return {
    burst: options.burst,
    refillUs: SECOND_US / Math.fround(Number(options.qps)),
    maxMessages: options.maxEvents,
    intervalUs: options.maxIntervalSeconds * SECOND_US,
    cacheSize: options.cacheSize,
  };
}

/** The writes of one event to an API server that forgets Events. */
function writesOf(given: Case): Case['events'][number]['expected'][] {
  const options = optionsOf(given);
  const state = createEventCorrelator();
  const numbers = new Map<StoredEvent, number>();
  let made = 0;
  return given.events.map(({ atMs, source, object, type, reason, message }) => {
    const now = atMs * MILLISECOND_US;
    const { fieldPath = '', ...about } = given.objects[object]!;
    const subject = JSON.stringify([given.sources[source], about]);
    const event = correlate(state, options, { subject, part: fieldPath, type, reason, message }, now);
    if (event === undefined) return 'dropped';
    const { count, stored } = event;
    const written = {
      count,
      message: event.message,
      firstTimestamp: event.firstAt / SECOND_US,
      lastTimestamp: now / SECOND_US,
    };
    const writes: Write[] = [];
    const notFound = stored.expiresAt <= now;
    if (count > 1) {
      const known = { verb: 'patch' as const, object: numbers.get(stored) ?? -1, ...written };
      writes.push(notFound ? { ...known, notFound } : known);
    }
    if (count === 1 || notFound) {
      numbers.set(stored, made);
      writes.push({ verb: 'create', object: made++, ...written });
    }
    stored.expiresAt = now + given.eventTTLSeconds * SECOND_US;
    remember(state, options, event);
    return writes;
  });
}

/** `events.correlator`: which Events a recorder sends. */
export const eventCorrelator: Checker = {
  kind: 'events.correlator',
  check: (given: Case) =>
    difference(
      writesOf(given),
      given.events.map(({ expected }) => expected),
    ),
};
