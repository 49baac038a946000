import { changesOf, type OwnChange } from './changes.js';
import { eventChanges } from './event-changes.js';
import { extremesOf } from './limits.js';
import { type Milestone, milestonesOf } from './milestones.js';
import { NamesByTimeline } from './names.js';
import { finalState, type QuietMoment, quietMoments, type State } from './states.js';
import type { Timeline } from './timeline.js';
import { matchUncounted, matchWaves, type Pair, strictly, type Wave, wavesOf, wordsOf } from './waves.js';

/** Something in which the two runs differ, side by side. */
export interface Difference {
  readonly about: string;
  readonly real: readonly string[];
  readonly ours: readonly string[];
}

export interface Comparison {
  /** Waves, quiet moments and bounds. */
  readonly decisions: readonly Difference[];
  readonly events: readonly Difference[];
  readonly final: readonly Difference[];
  readonly milestones: readonly Milestone[];
}

/** Compares the timeline of a real run with ours, by waves: what real runs leave to races is not compared. */
export function compare(real: Timeline, ours: Timeline, endMs: number): Comparison {
  const realNames = new NamesByTimeline(real);
  const ourNames = new NamesByTimeline(ours);
  const waves = comparedWaves(changesOf(real, realNames), changesOf(ours, ourNames), matchWaves);
  const events = comparedWaves(eventChanges(real, realNames), eventChanges(ours, ourNames), matchUncounted);
  const quiet = comparedMoments(quietMoments(real, realNames, endMs), quietMoments(ours, ourNames, endMs));
  const final = stateDifferences('at the end', finalState(real, realNames), finalState(ours, ourNames));
  return {
    decisions: [...waves.differences, ...disorder(waves.pairs), ...quiet, ...broken(real, realNames, ours, ourNames)],
    events: events.differences,
    final,
    milestones: milestonesOf(real, ours, realNames, ourNames, waves.pairs),
  };
}

interface ComparedWaves {
  readonly differences: readonly Difference[];
  readonly pairs: ReadonlyMap<string, readonly Pair[]>;
}

function comparedWaves(
  real: readonly OwnChange[],
  ours: readonly OwnChange[],
  matched: typeof matchWaves,
): ComparedWaves {
  const [realWaves, ourWaves] = [wavesOf(real), wavesOf(ours)];
  const differences: Difference[] = [];
  const pairs = new Map<string, readonly Pair[]>();
  for (const key of new Set([...realWaves.keys(), ...ourWaves.keys()])) {
    const [left, right] = [realWaves.get(key) ?? [], ourWaves.get(key) ?? []];
    const match = matched(left, right);
    pairs.set(key, match.pairs);
    if (!match.agree) differences.push({ about: key, real: inWords(left), ours: inWords(right) });
  }
  return { differences, pairs };
}

function inWords(waves: readonly Wave[]): string[] {
  return strictly(waves).map((wave) => `${wordsOf(wave)} at ${(wave.start / 1_000).toFixed(2)} s`);
}

/** Milliseconds that part two waves for sure. */
const ORDER_GAP_MS = 500;

/** Waves that came one after the other in the real run, and the other way round in ours. */
function disorder(pairs: ReadonlyMap<string, readonly Pair[]>): Difference[] {
  const all = [...pairs].flatMap(([key, own]) => own.map((pair) => ({ key, ...pair })));
  const differences: Difference[] = [];
  for (const first of all) {
    for (const then of all) {
      if (then.real.start - first.real.start < ORDER_GAP_MS || then.ours.start >= first.ours.start) continue;
      const [a, b] = [`${first.key} ${wordsOf(first.real)}`, `${then.key} ${wordsOf(then.real)}`];
      differences.push({ about: 'order of waves', real: [a, b], ours: [b, a] });
    }
  }
  return differences;
}

/** Quiet moments in order; a doubtful one may be missing in the other run. */
function comparedMoments(real: readonly QuietMoment[], ours: readonly QuietMoment[]): Difference[] {
  const differences: Difference[] = [];
  let [r, o] = [0, 0];
  while (r < real.length || o < ours.length) {
    const [left, right] = [real[r], ours[o]];
    const same =
      left !== undefined && right !== undefined && stateDifferences('', left.state, right.state).length === 0;
    if (same) {
      r += 1;
      o += 1;
    } else if (left?.isDoubtful === true) r += 1;
    else if (right?.isDoubtful === true) o += 1;
    else if (isRepeated(real, r)) r += 1;
    else if (isRepeated(ours, o)) o += 1;
    else {
      differences.push(...momentDifference(left, right));
      r += 1;
      o += 1;
    }
  }
  return differences;
}

/** A moment like the one before it says nothing new: something changed in between and came back. */
function isRepeated(moments: readonly QuietMoment[], index: number): boolean {
  const [before, moment] = [moments[index - 1], moments[index]];
  return before !== undefined && moment !== undefined && stateDifferences('', before.state, moment.state).length === 0;
}

function momentDifference(real: QuietMoment | undefined, ours: QuietMoment | undefined): Difference[] {
  const at = (moment: QuietMoment): string => `quiet moment at ${(moment.t / 1_000).toFixed(2)} s`;
  if (real === undefined) return [{ about: at(ours!), real: ['(none)'], ours: ['there'] }];
  if (ours === undefined) return [{ about: at(real), real: ['there'], ours: ['(none)'] }];
  return stateDifferences(`${at(real)}, ours at ${(ours.t / 1_000).toFixed(2)} s`, real.state, ours.state);
}

function stateDifferences(about: string, real: State, ours: State): Difference[] {
  const differences: Difference[] = [];
  for (const key of new Set([...real.keys(), ...ours.keys()])) {
    const [left = '(none)', right = '(none)'] = [real.get(key), ours.get(key)];
    if (left !== right) differences.push({ about: `${about}: ${key}`, real: [left], ours: [right] });
  }
  return differences;
}

/** Moments of ours with more pods, or fewer ready ones, than the real run ever had between the same two actions. */
function broken(real: Timeline, realNames: NamesByTimeline, ours: Timeline, ourNames: NamesByTimeline): Difference[] {
  const allowed = extremesOf(real, realNames);
  return [...extremesOf(ours, ourNames)].flatMap(([key, { most, least }]) => {
    const bounds = allowed.get(key);
    if (bounds === undefined || (most <= bounds.most && least >= bounds.least)) return [];
    const words = (extremes: { most: number; least: number }): string =>
      `at most ${extremes.most} pods, at least ${extremes.least} ready`;
    return [{ about: key, real: [words(bounds)], ours: [words({ most, least })] }];
  });
}
