import type { Micros } from '../../kernel/time.js';

/** Something that a recorder remembers until it was not used for longest. */
export interface Remembered {
  /** Number of its last use; 0 = forgotten. */
  turn: number;
}

/** An Event that was sent, or would have been. */
export interface ObservedEvent extends Remembered {
  readonly part: string;
  readonly message: string;
  count: number;
  firstAt: Micros;
  /** When the API server forgets it; each write puts it off. 0 = it never got there. */
  expiresAt: Micros;
}

/** Messages of events that are alike otherwise. */
export interface SimilarEvents extends Remembered {
  lastAt: Micros;
  messages: string[];
}

/** Events about one object with one type and reason. */
export interface EventsOfReason {
  readonly type: string;
  readonly reason: string;
  readonly similar: SimilarEvents;
  /** The one that similar events are combined in. */
  combined: ObservedEvent | undefined;
  /** Mostly there is only one. */
  first: ObservedEvent | undefined;
  /** The others, by part and message. */
  others: Map<string, ObservedEvent> | undefined;
}

/** A token bucket for the events of one type about one object. */
export interface SpamBucket extends Remembered {
  readonly type: string;
  /** When it is full again. */
  fullAt: number;
}

export interface EventsOfObject {
  readonly reasons: EventsOfReason[];
  readonly buckets: SpamBucket[];
}

/** One of the three kinds of memories, each of a limited size (client-go v0.36.3: k8s.io/utils/lru). */
export interface Memory {
  size: number;
  /** What may be forgotten next, as it stood at turn `listedAt`: what was used since is passed over. */
  oldest: readonly Remembered[];
  next: number;
  listedAt: number;
}

/** All that one recorder remembers. */
export interface EventMemory {
  /** By subject: what an event is about and who says so. */
  readonly objects: Map<string, EventsOfObject>;
  turn: number;
  readonly similar: Memory;
  readonly observed: Memory;
  readonly buckets: Memory;
}

const emptyMemory = (): Memory => ({ size: 0, oldest: [], next: 0, listedAt: 0 });

export function createEventMemory(): EventMemory {
  return { objects: new Map(), turn: 0, similar: emptyMemory(), observed: emptyMemory(), buckets: emptyMemory() };
}

/** Uses what is remembered, or was forgotten: if there are more than `limit` now, the one used longest ago goes. */
export function use(
  memory: EventMemory,
  kind: 'similar' | 'observed' | 'buckets',
  entry: Remembered,
  limit: number,
): void {
  const isNew = entry.turn === 0;
  memory.turn += 1;
  entry.turn = memory.turn;
  if (!isNew) return;
  memory[kind].size += 1;
  if (memory[kind].size > limit) forgetOldest(memory, kind);
}

function forgetOldest(memory: EventMemory, kind: 'similar' | 'observed' | 'buckets'): void {
  const list = memory[kind];
  for (;;) {
    const entry = list.oldest[list.next++];
    if (entry === undefined) listOldest(memory, kind);
    else if (entry.turn !== 0 && entry.turn <= list.listedAt) {
      entry.turn = 0;
      list.size -= 1;
      return;
    }
  }
}

/** Lists all entries anew, which happens once in as many times as there are; what was forgotten is cleared away meanwhile. */
function listOldest(memory: EventMemory, kind: 'similar' | 'observed' | 'buckets'): void {
  const list = memory[kind];
  const entries: Remembered[] = [];
  for (const [subject, object] of memory.objects) {
    clearAway(object);
    if (object.reasons.length === 0 && object.buckets.length === 0) memory.objects.delete(subject);
    if (kind === 'buckets') entries.push(...object.buckets);
    else
      for (const events of object.reasons)
        entries.push(...(kind === 'similar' ? [events.similar] : observedOf(events)));
  }
  list.oldest = entries.filter(({ turn }) => turn !== 0).sort((left, right) => left.turn - right.turn);
  list.next = 0;
  list.listedAt = memory.turn;
}

function observedOf({ combined, first, others }: EventsOfReason): ObservedEvent[] {
  return [combined, first, ...(others?.values() ?? [])].filter((event) => event !== undefined);
}

function clearAway({ reasons, buckets }: EventsOfObject): void {
  for (let index = reasons.length - 1; index >= 0; index--) {
    const events = reasons[index]!;
    if (events.combined?.turn === 0) events.combined = undefined;
    if (events.first?.turn === 0) events.first = undefined;
    for (const [key, { turn }] of events.others ?? []) if (turn === 0) events.others!.delete(key);
    if (events.similar.turn === 0 && observedOf(events).length === 0) reasons.splice(index, 1);
  }
  for (let index = buckets.length - 1; index >= 0; index--) if (buckets[index]!.turn === 0) buckets.splice(index, 1);
}
