import { describe, expect, test } from 'vitest';
import { defineEvents, eventName, Handlers } from '../../src/kernel/events.js';
import {
  cancel,
  createKernel,
  type KernelWorld,
  MAXIMUM_EVENTS_AT_ONE_INSTANT,
  NoProgressError,
  rescheduleAt,
  runUntil,
  schedule,
  scheduleAt,
} from '../../src/kernel/simulation.js';

const kinds = defineEvents('test', 1_300, ['note', 'again', 'loop', 'unhandled']);

interface NotedWorld extends KernelWorld {
  readonly notes: string[];
}

function createWorld(): { world: NotedWorld; handlers: Handlers<NotedWorld>; play: (until: number) => string[] } {
  const world: NotedWorld = { kernel: createKernel('1'), notes: [] };
  const handlers = new Handlers<NotedWorld>();
  handlers.on(kinds.note, ({ notes, kernel }, a) => void notes.push(`${kernel.now}:${a}`));
  handlers.on(kinds.again, (noted, a) => {
    noted.notes.push(`${noted.kernel.now}:${a}`);
    schedule(noted, 0, kinds.note, a + 1, 0);
  });
  handlers.on(kinds.loop, (noted) => void schedule(noted, 0, kinds.loop, 7, 8));
  const play = (until: number): string[] => {
    runUntil(world, handlers, until);
    return world.notes;
  };
  return { world, handlers, play };
}

describe('runUntil', () => {
  test('plays events in time, and those of one time in the order of scheduling', () => {
    const { world, play } = createWorld();
    schedule(world, 20, kinds.note, 1, 0);
    schedule(world, 10, kinds.again, 2, 0);
    schedule(world, 10, kinds.note, 9, 0);
    scheduleAt(world, 10, kinds.note, 4, 0);
    expect(play(100)).toEqual(['10:2', '10:9', '10:4', '10:3', '20:1']);
  });

  test('includes its end, sets the clock to it, and goes on from there', () => {
    const { world, play } = createWorld();
    schedule(world, 10, kinds.note, 1, 0);
    schedule(world, 11, kinds.note, 2, 0);
    expect(play(10)).toEqual(['10:1']);
    expect(world.kernel.now).toBe(10);
    schedule(world, 0, kinds.note, 3, 0);
    expect(play(10)).toEqual(['10:1', '10:3']);
    expect(play(50)).toEqual(['10:1', '10:3', '11:2']);
    expect(world.kernel.now).toBe(50);
    expect(play(20)).toHaveLength(3);
    expect(world.kernel.now).toBe(50);
    expect(() => play(Infinity)).toThrow('until');
  });

  test('in one go and in steps is the same', () => {
    const once = createWorld();
    const steps = createWorld();
    for (const { world } of [once, steps])
      for (let i = 0; i < 50; i++) schedule(world, (i * 37) % 17, kinds.again, i, 0);
    once.play(20);
    for (let until = 0; until <= 20; until++) steps.play(until);
    expect(steps.world.notes).toEqual(once.world.notes);
    expect(steps.world.kernel.digest).toEqual(once.world.kernel.digest);
  });

  test('stops a run that makes no progress and names the event', () => {
    const { world, play } = createWorld();
    schedule(world, 5, kinds.loop, 7, 8);
    expect(() => play(10)).toThrow(new NoProgressError('1000000 events at 5 us; the last one is test/loop (7, 8)'));
    expect(world.kernel.digest.events).toBe(MAXIMUM_EVENTS_AT_ONE_INSTANT + 1);
  });

  test('counts the events of an instant only as long as the instant lasts', () => {
    const { world, play } = createWorld();
    for (let at = 0; at < 3; at++) for (let i = 0; i < 10; i++) schedule(world, at, kinds.note, i, 0);
    play(2);
    expect(world.kernel.eventsAtNow).toBe(9);
    play(3);
    expect(world.kernel.eventsAtNow).toBe(0);
  });

  test('refuses an event that nobody handles', () => {
    const { world, play } = createWorld();
    schedule(world, 1, kinds.unhandled, 0, 0);
    expect(() => play(10)).toThrow('no handler for test/unhandled');
  });
});

describe('scheduling', () => {
  test('rounds to whole microseconds', () => {
    const { world, play } = createWorld();
    schedule(world, 1.5, kinds.note, 1, 0);
    schedule(world, 2.4, kinds.note, 2, 0);
    schedule(world, 0.4, kinds.note, 3, 0);
    expect(play(10)).toEqual(['0:3', '2:1', '2:2']);
  });

  test.each([-1, NaN, Infinity])('refuses a delay of %d', (delay) => {
    const { world } = createWorld();
    expect(() => schedule(world, delay, kinds.note, 0, 0)).toThrow(`event test/note scheduled ${delay} us ahead`);
    const handle = schedule(world, 5, kinds.note, 0, 0);
    expect(() => rescheduleAt(world, handle, delay)).toThrow(`event moved to ${delay} us`);
  });

  test('cancels and moves', () => {
    const { world, play } = createWorld();
    const cancelled = schedule(world, 10, kinds.note, 1, 0);
    const moved = schedule(world, 10, kinds.note, 2, 0);
    schedule(world, 12, kinds.note, 3, 0);
    rescheduleAt(world, moved, 12);
    cancel(world, cancelled);
    expect(() => cancel(world, cancelled)).toThrow('not pending');
    expect(play(20)).toEqual(['12:3', '12:2']);
  });
});

describe('event kinds', () => {
  test('have names and numbers that do not collide', () => {
    expect(eventName(kinds.again)).toBe('test/again');
    expect(eventName(1_399)).toBe('event 1399');
    expect(defineEvents('test', 1_300, ['note']).note).toBe(kinds.note);
    expect(() => defineEvents('other', 1_300, ['note'])).toThrow('other/note takes the number of test/note');
    expect(() => defineEvents('other', 1_301, ['note'])).toThrow('multiple');
  });

  test('have one handler', () => {
    const { handlers } = createWorld();
    expect(() => handlers.on(kinds.note, () => undefined)).toThrow('two handlers for test/note');
  });
});
