import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, draws, drawsOnce, openStream, saveRandom } from '../../src/kernel/random.js';

const worldOf = (seed: string) => ({ kernel: { random: createRandom(seed) } });
const take = (world: ReturnType<typeof worldOf>, name: string, count: number): number[] => {
  const draw = draws(world, openStream(world, name));
  return Array.from({ length: count }, () => draw());
};

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 8 });

test('a stream depends on seed and name, not on when or in what order streams are opened and drawn', () => {
  fc.assert(
    fc.property(names, fc.string(), fc.array(fc.nat(), { maxLength: 60 }), (list, seed, picks) => {
      const mixed = worldOf(seed);
      const seen = new Map<string, number[]>();
      for (const pick of picks) {
        const name = list[pick % list.length]!;
        seen.set(name, [...(seen.get(name) ?? []), ...take(mixed, name, 1)]);
      }
      for (const [name, numbers] of seen) expect(take(worldOf(seed), name, numbers.length)).toEqual(numbers);
    }),
  );
});

test('other names and other seeds give other numbers', () => {
  const first = take(worldOf('42'), 'traffic/shoppers/arrivals', 4);
  expect(take(worldOf('42'), 'traffic/shoppers/demand', 4)).not.toEqual(first);
  expect(take(worldOf('43'), 'traffic/shoppers/arrivals', 4)).not.toEqual(first);
});

test('the generator is what it was: its numbers are part of every result', () => {
  expect(take(worldOf('42'), 'traffic/shoppers/arrivals', 3)).toMatchInlineSnapshot(`
    [
      0.2844714520033449,
      0.8010791102424264,
      0.4963605171069503,
    ]
  `);
});

test('one name is one stream', () => {
  const world = worldOf('42');
  expect(openStream(world, 'a')).toBe(openStream(world, 'a'));
  const [first, second] = take(worldOf('42'), 'a', 2);
  expect([...take(world, 'a', 1), ...take(world, 'a', 1)]).toEqual([first, second]);
});

test('drawing once gives the same numbers as a stream of that name', () => {
  const world = worldOf('42');
  const once = drawsOnce(world, 'pod/web/3/start');
  expect([once(), once()]).toEqual(take(worldOf('42'), 'pod/web/3/start', 2));
  expect(world.kernel.random.names).toEqual([]);
});

test('a stream goes on exactly where it was saved', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), (before, after) => {
      const world = worldOf('42');
      take(world, 'never drawn', 0);
      take(world, 'a', before);
      saveRandom(world.kernel.random);
      const { live: _, ...saved } = world.kernel.random;
      const copy = { kernel: { random: { ...structuredClone(saved), live: [] } } };
      expect(take(copy, 'b', 3)).toEqual(take(worldOf('42'), 'b', 3));
      expect(take(copy, 'a', after)).toEqual(take(world, 'a', after));
    }),
  );
});

test('numbers are in [0, 1) and spread evenly', () => {
  const numbers = take(worldOf('42'), 'even', 50_000);
  const cells = Array.from({ length: 20 }, () => 0);
  for (const number of numbers) cells[Math.floor(number * cells.length)]! += 1;
  const expected = numbers.length / cells.length;
  const chiSquare = cells.reduce((sum, count) => sum + ((count - expected) * (count - expected)) / expected, 0);
  expect(chiSquare).toBeLessThan(43.8); // 19 degrees of freedom: above with probability 0.001
});

test('streams of neighbouring names are not alike', () => {
  const world = worldOf('1');
  const left = take(world, 'pod/0/start', 20_000);
  const right = take(world, 'pod/1/start', 20_000);
  const covariance = left.reduce((sum, number, index) => sum + (number - 0.5) * (right[index]! - 0.5), 0) / left.length;
  expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(left.length));
});
