import { expect, test } from 'vitest';
import { exponential, mean, variance } from '../../src/kernel/distributions.js';
import { createKernel } from '../../src/kernel/simulation.js';
import { childKey, keyedChoice, keyedSample, keyedUniform, mix, rootKey } from '../../src/network/keyed-draws.js';

const COUNT = 200_000;
const world = { kernel: createKernel('42') };
const root = rootKey(world, 'root');
const topic = rootKey(world, 'topic');
const other = rootKey(world, 'other');

function uniforms(about: number): Float64Array {
  return Float64Array.from({ length: COUNT }, (_, index) => keyedUniform(childKey(root, index), about));
}

test('uniform: Kolmogorov and Smirnov find nothing', () => {
  const sorted = uniforms(topic).sort();
  let distance = 0;
  for (const [index, value] of sorted.entries()) {
    distance = Math.max(distance, Math.abs(value - index / COUNT), Math.abs(value - (index + 1) / COUNT));
  }
  expect(distance).toBeLessThan(1.63 / Math.sqrt(COUNT)); // 99 %
});

test('draws of neighbours, of other topics, and of parent and child are uncorrelated', () => {
  const one = uniforms(topic);
  const two = uniforms(other);
  const children = Float64Array.from({ length: COUNT }, (_, index) =>
    keyedUniform(childKey(childKey(root, index), 0), topic),
  );
  const correlation = (left: Float64Array, right: Float64Array, lag: number): number => {
    let sum = 0;
    for (let index = 0; index + lag < COUNT; index++) sum += (left[index]! - 0.5) * (right[index + lag]! - 0.5);
    return (12 * sum) / COUNT;
  };
  const bound = 4 / Math.sqrt(COUNT);
  for (const lag of [1, 2, 3, 10, 1_000]) expect(Math.abs(correlation(one, one, lag))).toBeLessThan(bound);
  expect(Math.abs(correlation(one, two, 0))).toBeLessThan(bound);
  expect(Math.abs(correlation(one, children, 0))).toBeLessThan(bound);
});

test('pairs fill the square evenly', () => {
  const cells = new Float64Array(32 * 32);
  const values = uniforms(topic);
  for (let index = 0; index + 1 < COUNT; index += 2) {
    cells[Math.floor(values[index]! * 32) * 32 + Math.floor(values[index + 1]! * 32)]! += 1;
  }
  const expected = COUNT / 2 / cells.length;
  const chiSquare = cells.reduce((sum, count) => sum + ((count - expected) * (count - expected)) / expected, 0);
  expect(chiSquare).toBeLessThan(1_131); // 99 % with 1023 degrees of freedom
  expect(chiSquare).toBeGreaterThan(921);
});

test('samples have the mean and variance of their distribution', () => {
  for (const distribution of [exponential(3_000), { type: 'gamma', shape: 2, scale: 500 } as const]) {
    let sum = 0;
    let squares = 0;
    for (let index = 0; index < COUNT; index++) {
      const value = keyedSample(distribution, childKey(root, index), topic);
      sum += value;
      squares += value * value;
    }
    expect(sum / COUNT / mean(distribution)).toBeCloseTo(1, 1);
    expect((squares / COUNT - (sum / COUNT) * (sum / COUNT)) / variance(distribution)).toBeCloseTo(1, 1);
  }
});

test('children of one key differ, and depend on seed and name alone', () => {
  const keys = new Set(Array.from({ length: COUNT }, (_, index) => childKey(root, index)));
  expect(keys.size).toBe(COUNT);
  expect(rootKey({ kernel: createKernel('42') }, 'root')).toBe(root);
  expect(rootKey({ kernel: createKernel('43') }, 'root')).not.toBe(root);
  expect(mix(0)).toBe(0);
  expect(keyedChoice(root, topic, 1)).toBe(0);
});
