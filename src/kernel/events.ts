import { invariant } from './invariant.js';

/** What kind of thing happens: a small integer with a name, the same in every build (it is part of the digest). */
export type EventKind = number;

/** Kinds of one room start at a multiple of this, so that a room can add kinds without moving its neighbours'. */
const KINDS_PER_ROOM = 100;
const MAXIMUM_KINDS = 1_600;

const names: string[] = [];

/**
 * Names the event kinds of one room. `base` is the room's first number: kernel 0, api 100, controllers 200 to 500,
 * scheduler 600, nodes 700, network 800, traffic 900, experiment 1000.
 */
export function defineEvents<const Names extends readonly string[]>(
  room: string,
  base: number,
  kinds: Names,
): { readonly [Name in Names[number]]: EventKind } {
  invariant(base % KINDS_PER_ROOM === 0, `event base ${base} of ${room} is not a multiple of ${KINDS_PER_ROOM}`);
  invariant(kinds.length <= KINDS_PER_ROOM, `${room} has ${kinds.length} event kinds, more than ${KINDS_PER_ROOM}`);
  const numbers: Record<string, EventKind> = {};
  for (const [index, kind] of kinds.entries()) {
    const number = base + index;
    const name = `${room}/${kind}`;
    invariant(names[number] === undefined || names[number] === name, `${name} takes the number of ${names[number]}`);
    names[number] = name;
    numbers[kind] = number;
  }
  return numbers as { readonly [Name in Names[number]]: EventKind };
}

export function eventName(kind: EventKind): string {
  return names[kind] ?? `event ${kind}`;
}

/** What happens at an event: `a` and `b` are its subject, two 32-bit integers whose meaning the kind defines. */
export type EventHandler<W> = (world: W, a: number, b: number) => void;

/** The behaviour of a world, by event kind. Code, not state: it keeps nothing of a run, and is never saved. */
export class Handlers<W> {
  readonly table: (EventHandler<W> | undefined)[] = Array.from({ length: MAXIMUM_KINDS }, () => undefined);

  on(kind: EventKind, handler: EventHandler<W>): void {
    invariant(this.table[kind] === undefined, `two handlers for ${eventName(kind)}`);
    this.table[kind] = handler;
  }
}
