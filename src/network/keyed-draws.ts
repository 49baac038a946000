import type { Distribution } from '../kernel/distributions.js';
import { sample } from '../kernel/distributions.js';
import { log } from '../kernel/math.js';
import { drawsOnce, type Draw, type RandomState } from '../kernel/random.js';

/**
 * Draws that belong to a thing and not to an order: the n-th request of a source has a 32-bit key, and each draw about it is
 * a hash of that key. So two variants of a run see the same demands although they play them in another order, a draw
 * costs a few nanoseconds, and there is nothing to save in a checkpoint. The root keys come from the run's named streams.
 */
export type DrawKey = number;

const GOLDEN_RATIO = 0x9e3779b9;
const TWO_POW_MINUS_32 = 1 / 4_294_967_296;

/** The root of a family of keys, by its name. */
export function rootKey(world: { readonly kernel: { readonly random: RandomState } }, name: string): DrawKey {
  return Math.floor(drawsOnce(world, name)() * 4_294_967_296) | 0;
}

/** A bijective hash of 32 bits ("lowbias32" of Chris Wellons' hash prospector): every input bit reaches every output bit. */
export function mix(value: number): DrawKey {
  let bits = value ^ (value >>> 16);
  bits = Math.imul(bits, 0x7feb352d);
  bits ^= bits >>> 15;
  bits = Math.imul(bits, 0x846ca68b);
  return bits ^ (bits >>> 16);
}

/** The key of the `index`-th child of a key: different for all indices of one parent. */
export function childKey(parent: DrawKey, index: number): DrawKey {
  return mix(parent + Math.imul(index + 1, GOLDEN_RATIO));
}

/** Uniform in [0, 1): what `key` says about `topic` (another key). */
export function keyedUniform(key: DrawKey, topic: DrawKey): number {
  return (mix(key ^ topic) >>> 0) * TWO_POW_MINUS_32;
}

/** A whole number from 0 to `count` - 1. */
export function keyedChoice(key: DrawKey, topic: DrawKey, count: number): number {
  return Math.floor((mix(key ^ topic) >>> 0) * TWO_POW_MINUS_32 * count);
}

let position = 0; // of the sequence that `keyedDraw` runs through: set anew for every sample, so no state of the world

function keyedDraw(): number {
  position = (position + GOLDEN_RATIO) | 0;
  return (mix(position) >>> 0) * TWO_POW_MINUS_32;
}

/** One value of a distribution: what `key` says about `topic`. */
export function keyedSample(distribution: Distribution, key: DrawKey, topic: DrawKey): number {
  if (distribution.type === 'exponential') return -distribution.mean * log(1 - keyedUniform(key, topic));
  if (distribution.type === 'constant') return distribution.value;
  return sample(distribution, keyedSequence(key, topic));
}

/** A sequence of draws, good until the next call. */
export function keyedSequence(key: DrawKey, topic: DrawKey): Draw {
  position = mix(key ^ topic);
  return keyedDraw;
}
