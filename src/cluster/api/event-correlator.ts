import { SECOND_US, type Micros } from '../../kernel/time.js';
import {
  type EventMemory,
  type EventsOfObject,
  type EventsOfReason,
  type ObservedEvent,
  type SpamBucket,
  use,
} from './event-memory.js';

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
  /** Entries that each of the three memories holds: of messages, of events, of buckets. */
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

/** Source: tools/record/events_cache.go: EventAggregatorByReasonMessageFunc. */
const COMBINED = '(combined from similar events): ';

/**
 * The Event to send for what happened: a new one if its `count` is 1, else a patch; nothing if there were too many. Even then it was
 * counted: a later patch may be of an Event that was never created. Is its message that of `draft`, or combined?
 */
export function correlate(
  memory: EventMemory,
  options: CorrelatorOptions,
  draft: EventDraft,
  now: Micros,
): ObservedEvent | undefined {
  const object = eventsOfObject(memory, draft.subject);
  const events = eventsOfReason(object, draft);
  const isCombined = combines(memory, options, events, draft.message, now);
  const event = isCombined ? combinedEvent(events, draft) : ownEvent(events, draft.part, draft.message);
  observe(memory, options, event, now);
  return isSpam(memory, options, object, draft.type, now) ? undefined : event;
}

/** What an Event says: combined ones are patched with the latest message. */
export function messageOf(event: ObservedEvent, { message }: EventDraft): string {
  return event.message === COMBINED ? COMBINED + message : message;
}

/**
 * Notes that an event was written. Combined ones are counted by another key than their own, which takes a place of its own in the
 * memory; others are remembered already.
 */
export function noteWritten(
  memory: EventMemory,
  options: CorrelatorOptions,
  event: ObservedEvent,
  draft: EventDraft,
): void {
  if (event.message !== COMBINED) return;
  const events = eventsOfReason(eventsOfObject(memory, draft.subject), draft);
  use(memory, 'observed', ownEvent(events, draft.part, messageOf(event, draft)), options.cacheSize);
}

function eventsOfObject({ objects }: EventMemory, subject: string): EventsOfObject {
  let object = objects.get(subject);
  if (object === undefined) objects.set(subject, (object = { reasons: [], buckets: [] }));
  return object;
}

function eventsOfReason({ reasons }: EventsOfObject, { type, reason }: EventDraft): EventsOfReason {
  for (const events of reasons) if (events.reason === reason && events.type === type) return events;
  const similar = { turn: 0, lastAt: 0, messages: [] };
  const events = { type, reason, similar, combined: undefined, first: undefined, others: undefined };
  reasons.push(events);
  return events;
}

function newEvent(part: string, message: string): ObservedEvent {
  return { turn: 0, part, message, count: 0, firstAt: 0, expiresAt: 0 };
}

function combinedEvent(events: EventsOfReason, { part }: EventDraft): ObservedEvent {
  if (isForgotten(events.combined)) events.combined = newEvent(part, COMBINED);
  return events.combined!;
}

function ownEvent(events: EventsOfReason, part: string, message: string): ObservedEvent {
  const { first } = events;
  if (first !== undefined && first.part === part && first.message === message) {
    return isForgotten(first) ? (events.first = newEvent(part, message)) : first;
  }
  if (first === undefined && events.others === undefined) return (events.first = newEvent(part, message));
  events.others ??= new Map();
  const key = `${part}\n${message}`;
  let event = events.others.get(key);
  if (isForgotten(event)) events.others.set(key, (event = newEvent(part, message)));
  return event!;
}

function isForgotten(event: ObservedEvent | undefined): boolean {
  return event === undefined || event.turn === 0;
}

/** Adds a message to those of the similar events; are there so many that they are combined? */
function combines(
  memory: EventMemory,
  { intervalUs, maxMessages, cacheSize }: CorrelatorOptions,
  { similar }: EventsOfReason,
  message: string,
  now: Micros,
): boolean {
  if (similar.turn === 0 || now - similar.lastAt > intervalUs) similar.messages = [message];
  else if (!similar.messages.includes(message)) similar.messages.push(message);
  similar.lastAt = now;
  use(memory, 'similar', similar, cacheSize);
  if (similar.messages.length < maxMessages) return false;
  similar.messages.shift(); // the real one forgets any of them, as its map happens to lie
  return true;
}

function observe(memory: EventMemory, { cacheSize }: CorrelatorOptions, event: ObservedEvent, now: Micros): void {
  if (event.turn === 0) event.firstAt = now;
  event.count += 1;
  use(memory, 'observed', event, cacheSize);
}

function isSpam(
  memory: EventMemory,
  { burst, refillUs, cacheSize }: CorrelatorOptions,
  { buckets }: EventsOfObject,
  type: string,
  now: Micros,
): boolean {
  const bucket = bucketOf(buckets, type);
  const fullAt = bucket.turn === 0 ? now : Math.max(bucket.fullAt, now);
  use(memory, 'buckets', bucket, cacheSize);
  const isOver = fullAt + refillUs - now > burst * refillUs + ROUNDING_US;
  bucket.fullAt = isOver ? fullAt : fullAt + refillUs;
  return isOver;
}

/** Waits under a nanosecond are none (golang.org/x/time/rate counts in whole ones). */
const ROUNDING_US = 0.001;

function bucketOf(buckets: SpamBucket[], type: string): SpamBucket {
  for (const bucket of buckets) if (bucket.type === type) return bucket;
  const bucket = { turn: 0, type, fullAt: 0 };
  buckets.push(bucket);
  return bucket;
}
