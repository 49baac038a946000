import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/experiment/assemble.js';
import { checkpoint, restore } from '../../src/kernel/checkpoint.js';
import { digestHex } from '../../src/kernel/digest.js';
import { drawsOnce } from '../../src/kernel/random.js';
import { runUntil } from '../../src/kernel/simulation.js';
import { SECOND_US } from '../../src/kernel/time.js';
import { load } from './play.js';

const END_US = 330 * SECOND_US;
const CHECKPOINTS = 6;

describe('checkpoint of the main scenario', () => {
  it('continues, from any time, to the digest of the run that was never interrupted', () => {
    const { world, handlers } = assemble(load('scenarios/online-boutique-rollout.yaml'));
    const draw = drawsOnce(world, 'test/checkpoint-times');
    // Some in the start-up, some in the rollout at 5m: where the most is under way.
    const times = Array.from({ length: CHECKPOINTS }, (_, index) =>
      Math.round((index < 2 ? draw() * 30 : 300 + draw() * 25) * SECOND_US),
    ).sort((left, right) => left - right);
    const saved = times.map((at) => {
      runUntil(world, handlers, at);
      return checkpoint(world);
    });
    runUntil(world, handlers, END_US);
    const uninterrupted = digestHex(world.kernel.digest);
    const tables = JSON.stringify([...world.kernel.probe.tables.values()]);
    for (const one of saved) {
      const again = restore(one);
      runUntil(again, handlers, END_US);
      expect(digestHex(again.kernel.digest)).toBe(uninterrupted);
      expect(JSON.stringify([...again.kernel.probe.tables.values()]) === tables).toBe(true);
    }
  });
});

describe('repetition', () => {
  it('gives the same digest for the same seed and another for another', () => {
    const digestOf = (seed: string): string => {
      const { world, handlers } = assemble(load('scenarios/tour/S48-same-seed-same-bytes.yaml', { seed }));
      runUntil(world, handlers, 120 * SECOND_US);
      return digestHex(world.kernel.digest);
    };
    expect(digestOf('7')).toBe(digestOf('7'));
    expect(digestOf('7')).not.toBe(digestOf('8'));
  });
});
