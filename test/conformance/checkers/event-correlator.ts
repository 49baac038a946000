import {
  type CorrelatorOptions,
  correlate,
  type EventDraft,
  messageOf,
  noteWritten,
} from '../../../src/cluster/api/event-correlator.js';
import { createEventMemory, type ObservedEvent } from '../../../src/cluster/api/event-memory.js';
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
  const memory = createEventMemory();
  const numbers = new Map<ObservedEvent, number>();
  let made = 0;
  return given.events.map(({ atMs, source, object, type, reason, message }) => {
    const now = atMs * MILLISECOND_US;
    const { fieldPath: part = '', ...about } = given.objects[object]!;
    const subject = JSON.stringify([given.sources[source], about]);
    const draft: EventDraft = { subject, part, type, reason, message };
    const event = correlate(memory, options, draft, now);
    if (event === undefined) return 'dropped';
    const written = {
      count: event.count,
      message: messageOf(event, draft),
      firstTimestamp: event.firstAt / SECOND_US,
      lastTimestamp: now / SECOND_US,
    };
    const writes: Write[] = [];
    const notFound = event.expiresAt <= now;
    if (event.count > 1) {
      const known = { verb: 'patch' as const, object: numbers.get(event) ?? -1, ...written };
      writes.push(notFound ? { ...known, notFound } : known);
    }
    if (event.count === 1 || notFound) {
      numbers.set(event, made);
      writes.push({ verb: 'create', object: made++, ...written });
    }
    event.expiresAt = now + given.eventTTLSeconds * SECOND_US;
    noteWritten(memory, options, event, draft);
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
