import type { OwnChange } from './changes.js';

/** Changes of one owner closer than this (ms) are one wave. */
export const WAVE_GAP_MS = 500;
/** A gap this near to the limit (25 %, what that machine's speed may set) may part two waves in one run and not in the other. */
const SHORTEST_DOUBTFUL_MS = 375;
const LONGEST_DOUBTFUL_MS = 625;

/** Changes of one owner and one sort in a row. */
export interface Wave {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Milliseconds to the next wave of the same owner and sort. */
  readonly pause: number;
}

/** `owner what` -> its waves. What lies closer than the doubtful gap is always one. */
export function wavesOf(changes: readonly OwnChange[]): Map<string, Wave[]> {
  const sorted = new Map<string, OwnChange[]>();
  for (const change of changes) {
    const key = `${change.owner} ${change.what}`;
    const group = sorted.get(key);
    if (group === undefined) sorted.set(key, [change]);
    else group.push(change);
  }
  return new Map([...sorted].map(([key, group]) => [key, wavesIn(group)]));
}

function wavesIn(changes: readonly OwnChange[]): Wave[] {
  const waves: Wave[] = [];
  let first = 0;
  for (let index = 0; index < changes.length; index++) {
    const pause = (changes[index + 1]?.t ?? Number.POSITIVE_INFINITY) - changes[index]!.t;
    if (pause < SHORTEST_DOUBTFUL_MS) continue;
    waves.push(waveOf(changes.slice(first, index + 1), pause));
    first = index + 1;
  }
  return waves;
}

function waveOf(changes: readonly OwnChange[], pause: number): Wave {
  const [first, last] = [changes[0]!, changes.at(-1)!];
  return { start: first.t, end: last.t, count: changes.length, from: first.from, to: last.to, pause };
}

/** Waves that stand for the same in both runs. */
export interface Pair {
  readonly real: Wave;
  readonly ours: Wave;
}

/** How two sequences of waves compare: pairs as far as they agree. */
export interface Match {
  readonly pairs: readonly Pair[];
  readonly agree: boolean;
}

/** Pairs the waves of two runs in order; doubtful gaps are bridged in one run where the other has none. */
export function matchWaves(real: readonly Wave[], ours: readonly Wave[]): Match {
  const pairs: Pair[] = [];
  let [r, o] = [0, 0];
  while (r < real.length && o < ours.length) {
    let [left, right] = [real[r]!, ours[o]!];
    while (!isSame(left, right)) {
      const [next, other] = [real[r + 1], ours[o + 1]];
      if (next !== undefined && isDoubtful(left) && left.count <= right.count) {
        left = joined(left, next);
        r += 1;
      } else if (other !== undefined && isDoubtful(right)) {
        right = joined(right, other);
        o += 1;
      } else if (next !== undefined && isDoubtful(left)) {
        left = joined(left, next);
        r += 1;
      } else return { pairs, agree: false };
    }
    pairs.push({ real: left, ours: right });
    r += 1;
    o += 1;
  }
  return { pairs, agree: r === real.length && o === ours.length };
}

/**
 * As `matchWaves`, where it does not matter how much there is in a wave: of Events some are merged and some dropped, so their counts
 * are no measure.
 */
export function matchUncounted(real: readonly Wave[], ours: readonly Wave[]): Match {
  if (real[0]?.from !== undefined || ours[0]?.from !== undefined) return matchWaves(real, ours);
  const fewest = Math.max(sureWaves(real), sureWaves(ours));
  const agree = fewest <= Math.min(real.length, ours.length);
  return { pairs: [], agree };
}

/** How many there are for sure: doubtful gaps bridged. */
function sureWaves(waves: readonly Wave[]): number {
  return waves.filter((wave) => !isDoubtful(wave)).length;
}

/** How many steps a wave of scale changes takes is random; where it starts and ends is not. */
function isSame(left: Wave, right: Wave): boolean {
  if (left.from !== undefined || right.from !== undefined) return left.from === right.from && left.to === right.to;
  return left.count === right.count;
}

function isDoubtful({ pause }: Wave): boolean {
  return pause < LONGEST_DOUBTFUL_MS;
}

function joined(wave: Wave, next: Wave): Wave {
  return { ...wave, end: next.end, count: wave.count + next.count, to: next.to, pause: next.pause };
}

/** The wave in words: `0 -> 10`, `10`. */
export function wordsOf({ from, to, count }: Wave): string {
  return from === undefined ? String(count) : `${from} -> ${to}`;
}

/** Waves as the rule has them, for print: doubtful gaps below the limit are bridged. */
export function strictly(waves: readonly Wave[]): Wave[] {
  const strict: Wave[] = [];
  for (const wave of waves) {
    const last = strict.at(-1);
    if (last !== undefined && last.pause < WAVE_GAP_MS) strict[strict.length - 1] = joined(last, wave);
    else strict.push(wave);
  }
  return strict;
}
