/**
 * The fingerprint of a run: two 32-bit lanes folded over every event. Not cryptographic: it tells runs apart that
 * should be equal, and costs a few nanoseconds an event.
 */
export interface DigestState {
  high: number;
  low: number;
  /** Events played so far. */
  events: number;
}

const HIGH_MULTIPLIER = 0x85ebca77;
const LOW_MULTIPLIER = 0x9e3779b1;
const TWO_POW_32 = 4_294_967_296;
/** Event kinds are below 2^11, and times below 2^53, so kind and upper half of the time share one word. */
const KIND_BITS = 11;

export function createDigest(): DigestState {
  return { high: HIGH_MULTIPLIER | 0, low: LOW_MULTIPLIER | 0, events: 0 };
}

/** Folds one 32-bit word into both lanes. A lane is a bijection of the word, so no single change goes unnoticed. */
export function foldWord(digest: DigestState, word: number): void {
  const low = digest.low;
  const high = digest.high;
  digest.low = Math.imul(((low << 13) | (low >>> 19)) ^ word, LOW_MULTIPLIER);
  digest.high = Math.imul((((high << 17) | (high >>> 15)) + word) ^ (low >>> 11), HIGH_MULTIPLIER);
}

/** Folds time, kind and subject, as `foldWord` would one after the other, but in registers. */
export function foldEvent(digest: DigestState, time: number, kind: number, a: number, b: number): void {
  const upper = (((time / TWO_POW_32) | 0) << KIND_BITS) | kind;
  const lower = time | 0;
  const { low, high } = digest;
  const low1 = Math.imul(((low << 13) | (low >>> 19)) ^ upper, LOW_MULTIPLIER);
  const high1 = Math.imul((((high << 17) | (high >>> 15)) + upper) ^ (low >>> 11), HIGH_MULTIPLIER);
  const low2 = Math.imul(((low1 << 13) | (low1 >>> 19)) ^ lower, LOW_MULTIPLIER);
  const high2 = Math.imul((((high1 << 17) | (high1 >>> 15)) + lower) ^ (low1 >>> 11), HIGH_MULTIPLIER);
  const low3 = Math.imul(((low2 << 13) | (low2 >>> 19)) ^ a, LOW_MULTIPLIER);
  const high3 = Math.imul((((high2 << 17) | (high2 >>> 15)) + a) ^ (low2 >>> 11), HIGH_MULTIPLIER);
  digest.low = Math.imul(((low3 << 13) | (low3 >>> 19)) ^ b, LOW_MULTIPLIER);
  digest.high = Math.imul((((high3 << 17) | (high3 >>> 15)) + b) ^ (low3 >>> 11), HIGH_MULTIPLIER);
  digest.events += 1;
}

/** 16 hexadecimal digits. */
export function digestHex(digest: DigestState): string {
  const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
  return hex(digest.high) + hex(digest.low);
}
