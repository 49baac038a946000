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

export function createDigest(): DigestState {
  return { high: 0x9e3779b9 | 0, low: 0x85ebca6b | 0, events: 0 };
}

const TWO_POW_32 = 4_294_967_296;

export function foldEvent(digest: DigestState, time: number, kind: number, a: number, b: number): void {
  const timeHigh = (time / TWO_POW_32) | 0;
  const timeLow = time | 0;
  let low = Math.imul(digest.low ^ timeLow ^ (kind << 16), 0x9e3779b1);
  low = Math.imul((low ^ (low >>> 15)) + a, 0x85ebca77);
  let high = Math.imul(digest.high ^ timeHigh ^ b, 0xc2b2ae3d) + low;
  high = Math.imul(high ^ (high >>> 13), 0x27d4eb2f);
  digest.low = low ^ (high >>> 16);
  digest.high = high;
  digest.events += 1;
}

/** 16 hexadecimal digits. */
export function digestHex(digest: DigestState): string {
  const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
  return hex(digest.high) + hex(digest.low);
}
