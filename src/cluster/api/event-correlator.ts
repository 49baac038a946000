import { SECOND_US, type Micros } from '../../kernel/time.js';

/**
 * How a component's recorder keeps Events few: similar ones are combined, equal ones counted, and what is still too much is
 * dropped. Source: client-go v0.36.3 tools/record/events_cache.go: EventCorrelator.
 */
export interface CorrelatorOptions {
  /** Events about one object, of one type, that may be sent at once. */
  readonly burst: number;
  /** Time for one more of them (us). */
  readonly refillUs: number;
  /** With so many different messages, events that are alike otherwise are combined. */
  readonly maxMessages: number;
  /** How long ago the last of them may be (us). */
  readonly intervalUs: Micros;
  /** Entries that each of the three memories holds; what was not used for longest goes. */
  readonly cacheSize: number;
}

/** Source: the same file: defaultSpamBurst, defaultSpamQPS (a float32), defaultAggregateMaxEvents, maxLruCacheEntries ... */
export const CORRELATOR_DEFAULTS: CorrelatorOptions = {
  burst: 25,
  refillUs: SECOND_US / Math.fround(1 / 300),
  maxMessages: 10,
  intervalUs: 600 * SECOND_US,
  cacheSize: 4096,
};

/** The three memories of one recorder; each map holds what was used last at its end. */
export interface EventCorrelatorState {
  /** Events alike but for their message, by object, type and reason. */
  readonly similar: Map<string, SimilarEvents>;
  /** What is known of each Event that was sent, by all that tells it from others. */
  readonly observed: Map<string, ObservedEvent>;
  /** When the bucket of each object and type is full again: the bucket in one number. */
  readonly fullAt: Map<string, number>;
}

interface SimilarEvents {
  lastAt: Micros;
  readonly messages: string[];
}

interface ObservedEvent {
  readonly count: number;
  readonly firstAt: Micros;
  readonly stored: StoredEvent;
}

/** An Event object of the API server, or one that never got there. */
export interface StoredEvent {
  /** When the API server forgets it; each write puts it off. */
  expiresAt: Micros;
}

/** What happened, as the recorder is told. */
export interface EventDraft {
  /** What it is about and who says so, as a text that no other has. */
  readonly subject: string;
  /** The part of the object, such as a container; may be empty. */
  readonly part: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** What is to be sent: a new Event if `count` is 1, else a patch of the one that is `stored`. */
export interface CorrelatedEvent extends ObservedEvent {
  readonly message: string;
  readonly isCombined: boolean;
  /** What tells this event from others, its message included. */
  readonly key: string;
}

/** Source: tools/record/events_cache.go: EventAggregatorByReasonMessageFunc. */
const COMBINED = '(combined from similar events): ';

export function createEventCorrelator(): EventCorrelatorState {
  return { similar: new Map(), observed: new Map(), fullAt: new Map() };
}

/**
 * What to send for an event; nothing if there were too many. Even then the event was counted: a later patch may be of an Event
 * that was never created.
 */
export function correlate(
  state: EventCorrelatorState,
  options: CorrelatorOptions,
  { subject, part, type, reason, message }: EventDraft,
  now: Micros,
): CorrelatedEvent | undefined {
  const spamKey = `${subject}\n${type}`;
  const similarKey = `${spamKey}\n${reason}`;
  const isCombined = combines(state, options, similarKey, message, now);
  const text = isCombined ? COMBINED + message : message;
  const key = `${similarKey}\n${part}\n${text}`;
  const event = observe(state, options, isCombined ? similarKey : key, now);
  if (isSpam(state, options, spamKey, now)) return undefined;
  return { ...event, message: text, isCombined, key };
}

/** Remembers that an event was written. Combined ones are counted by another key than their own; others are remembered already. */
export function remember(
  state: EventCorrelatorState,
  { cacheSize }: CorrelatorOptions,
  { key, count, firstAt, stored, isCombined }: CorrelatedEvent,
): void {
  if (isCombined) use(state.observed, key, { count, firstAt, stored }, cacheSize);
}

/** Adds a message to those of the similar events; are there so many that they are combined? */
function combines(
  { similar }: EventCorrelatorState,
  { intervalUs, maxMessages, cacheSize }: CorrelatorOptions,
  key: string,
  message: string,
  now: Micros,
): boolean {
  let known = similar.get(key);
  if (known === undefined || now - known.lastAt > intervalUs) known = { lastAt: now, messages: [message] };
  else {
    known.lastAt = now;
    if (!known.messages.includes(message)) known.messages.push(message);
  }
  use(similar, key, known, cacheSize);
  if (known.messages.length < maxMessages) return false;
  known.messages.shift(); // the real one forgets any of them, as its map happens to lie
  return true;
}

function observe(
  { observed }: EventCorrelatorState,
  { cacheSize }: CorrelatorOptions,
  key: string,
  now: Micros,
): ObservedEvent {
  const last = observed.get(key);
  const event =
    last === undefined
      ? { count: 1, firstAt: now, stored: { expiresAt: 0 } }
      : { count: last.count + 1, firstAt: last.firstAt, stored: last.stored };
  use(observed, key, event, cacheSize);
  return event;
}

function isSpam(
  { fullAt }: EventCorrelatorState,
  { burst, refillUs, cacheSize }: CorrelatorOptions,
  key: string,
  now: Micros,
): boolean {
  const known = fullAt.get(key) ?? now;
  const next = Math.max(known, now) + refillUs;
  const isOver = next - now > burst * refillUs + ROUNDING_US;
  use(fullAt, key, isOver ? known : next, cacheSize);
  return isOver;
}

/** Waits under a nanosecond are none (golang.org/x/time/rate counts in whole ones). */
const ROUNDING_US = 0.001;

/** Puts an entry at the end of a memory and drops the one at its beginning if there are too many. */
function use<T>(memory: Map<string, T>, key: string, entry: T, size: number): void {
  memory.delete(key);
  memory.set(key, entry);
  if (memory.size > size) memory.delete(memory.keys().next().value!);
}
