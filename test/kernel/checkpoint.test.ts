import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkpoint, restore } from '../../src/kernel/checkpoint.js';
import { runDigest } from '../../src/kernel/run-digest.js';
import { runUntil } from '../../src/kernel/simulation.js';
import { createToyWorld, type ToyWorld, toyHandlers } from './toy-world.js';

const END_US = 200_000;

function play(world: ToyWorld, until: number): ToyWorld {
  runUntil(world, toyHandlers(), until);
  return world;
}

test('a run restored at any times ends as the run that was never interrupted', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat(END_US), { maxLength: 4 }), (seed, stops) => {
      const uninterrupted = play(createToyWorld(String(seed)), END_US);
      let world = createToyWorld(String(seed));
      for (const stop of stops.toSorted((a, b) => a - b)) world = restore(checkpoint(play(world, stop)));
      play(world, END_US);
      expect(runDigest(world)).toBe(runDigest(uninterrupted));
      expect(world.shop).toEqual(uninterrupted.shop);
      expect(world.kernel.probe).toEqual(uninterrupted.kernel.probe);
    }),
    { numRuns: 40 },
  );
});

test('a checkpoint leaves the run alone and can be restored again and again', () => {
  const world = play(createToyWorld('7'), END_US / 2);
  const saved = checkpoint(world);
  const ends = [world, restore(saved), restore(saved), restore(checkpoint(restore(saved)))].map((start) =>
    runDigest(play(start, END_US)),
  );
  expect(new Set(ends).size).toBe(1);
});

test('restored worlds share nothing: what happens in one is not seen in another', () => {
  const saved = checkpoint(play(createToyWorld('7'), END_US / 2));
  const left = restore(saved);
  const before = runDigest(restore(saved));
  left.shop.waiting.length = 0;
  left.kernel.queue.lineTimes.fill(Infinity);
  play(left, END_US);
  expect(runDigest(restore(saved))).toBe(before);
});

test('another seed is another run', () => {
  expect(runDigest(play(createToyWorld('7'), END_US))).not.toBe(runDigest(play(createToyWorld('8'), END_US)));
});
