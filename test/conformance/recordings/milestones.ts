import type { NamesByTimeline } from './names.js';
import { identityOf, isObject, type Line, settled, type Timeline } from './timeline.js';
import { type Pair, wordsOf } from './waves.js';

/** A point in both runs, in milliseconds since the action before it. */
export interface Milestone {
  readonly name: string;
  readonly realMs: number;
  readonly oursMs: number;
}

/** Begin and end of every wave that both runs have, and every condition that both come to. */
export function milestonesOf(
  real: Timeline,
  ours: Timeline,
  realNames: NamesByTimeline,
  ourNames: NamesByTimeline,
  waves: ReadonlyMap<string, readonly Pair[]>,
): Milestone[] {
  const actions = real.filter(({ kind }) => kind === 'Action').map(({ t }) => t);
  const since = (name: string, realT: number, ourT: number): Milestone => {
    const start = actions.findLast((t) => t <= realT) ?? 0;
    return { name, realMs: realT - start, oursMs: ourT - start };
  };
  const milestones: Milestone[] = [];
  for (const [key, pairs] of waves) {
    for (const pair of pairs) {
      const name = `${key} ${wordsOf(pair.real)}`;
      milestones.push(since(`${name} begins`, pair.real.start, pair.ours.start));
      milestones.push(since(`${name} ends`, pair.real.end, pair.ours.end));
    }
  }
  const theirs = turnsOf(ours, ourNames);
  for (const [key, times] of turnsOf(real, realNames)) {
    const other = theirs.get(key) ?? [];
    if (times.length !== other.length) continue;
    for (const [index, t] of times.entries()) milestones.push(since(key, t, other[index]!));
  }
  return milestones;
}

/** When conditions of objects other than pods took a value: `Deployment/web Progressing=True NewReplicaSetAvailable`. */
function turnsOf(timeline: Timeline, names: NamesByTimeline): Map<string, number[]> {
  const turns = new Map<string, number[]>();
  const before = new Map<string, ReadonlySet<string>>();
  for (const line of timeline) {
    if (!isObject(line) || line.kind === 'Pod') continue;
    const id = identityOf(line);
    const now = conditionsOf(line);
    for (const condition of now) {
      if (before.get(id)?.has(condition) === true || line.t < 0) continue;
      const key = `${names.ofReference(`${line.kind}/${line.name}`)} ${condition}`;
      turns.set(key, [...(turns.get(key) ?? []), line.t]);
    }
    before.set(id, now);
  }
  return turns;
}

function conditionsOf({ conditions, status }: Line): ReadonlySet<string> {
  const all = conditions ?? status?.conditions ?? [];
  return new Set(all.map(settled).map(({ type, status: value, reason = '' }) => `${type}=${value} ${reason}`.trim()));
}

/** What is set by constants is to be as near as this; what is set by that machine's speed, by so many milliseconds. */
const CONSTANT = { share: 0.05, ms: 100 };
const MACHINE_MS = 300;

/**
 * Is it as near as it is to be? That machine's speed may also be off by 25 %, but it sets nothing that takes longer than the 1.2 s of which
 * 300 ms are 25 %: what does is set by constants, for the rest.
 */
export function isAsNear({ realMs, oursMs }: Milestone): boolean {
  return Math.abs(oursMs - realMs) <= Math.max(MACHINE_MS, CONSTANT.share * realMs);
}

function isWithinConstant({ realMs, oursMs }: Milestone): boolean {
  return Math.abs(oursMs - realMs) <= Math.max(CONSTANT.ms, CONSTANT.share * realMs);
}

/** The one that is farthest off: by ratio among those that a constant would not allow, else by difference. */
export function worstOf(milestones: readonly Milestone[]): Milestone | undefined {
  const off = milestones.filter((milestone) => !isWithinConstant(milestone));
  const distance = ({ realMs, oursMs }: Milestone): number =>
    off.length > 0 ? Math.abs(Math.log(oursMs / realMs)) : Math.abs(oursMs - realMs);
  const candidates = off.length > 0 ? off : milestones;
  return candidates.reduce<Milestone | undefined>(
    (worst, milestone) => (worst === undefined || distance(milestone) > distance(worst) ? milestone : worst),
    undefined,
  );
}
