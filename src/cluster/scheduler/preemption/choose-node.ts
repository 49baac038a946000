import type { NodeIndex, PlacedPod } from '../cluster.js';
import { startSecond } from './importance.js';

/** A node where a pod would fit without its victims. */
export interface Candidate {
  readonly node: NodeIndex;
  /** The most important first; never empty. */
  readonly victims: readonly PlacedPod[];
  /** Victims whose disruption budget would be overdrawn. */
  readonly violations: number;
  /** How often the node was filtered: once without its pods of lower priority, and once for each that might come back. */
  readonly passes: number;
  /** What `harmOf` says of it. */
  readonly harm: readonly number[];
  /** Nothing but what the node itself has decided it, so that it holds while the other filters let the pod pass there. */
  readonly isLocal: boolean;
}

/** Lifts priorities above 0, so that more victims always sum up to more. */
const PRIORITY_OFFSET = 2_147_483_648;

/**
 * The harm that preemption does on a node, less being better; each number decides among nodes that those before it leave.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/preemption/preemption.go: pickOneNodeForPreemption.
 */
export function harmOf(victims: readonly PlacedPod[], violations: number): readonly number[] {
  const { priority } = victims[0]!.podClass;
  let sum = 0;
  let earliestStart = Number.POSITIVE_INFINITY; // of the most important victims
  for (const victim of victims) {
    sum += victim.podClass.priority + PRIORITY_OFFSET;
    if (victim.podClass.priority === priority) earliestStart = Math.min(earliestStart, startSecond(victim));
  }
  return [violations, priority, sum, victims.length, -earliestStart];
}

/** The node where preemption does the least harm; of equals the first. */
export function chooseNode(candidates: readonly Candidate[]): Candidate | undefined {
  let best = candidates[0];
  for (const candidate of candidates) if (isLess(candidate.harm, best!.harm)) best = candidate;
  return best;
}

/** What settles it between nodes where evictions would help: there is but one, one of the numbers of `harmOf`, or the order of equals. */
export type Decisive = 'only' | 'budgets' | 'priority' | 'priority-sum' | 'victims' | 'start' | 'first';

const BY_HARM: readonly Decisive[] = ['budgets', 'priority', 'priority-sum', 'victims', 'start'];

/** By which rule the node was chosen: the last one that anybody had to be told from it by. */
export function decisiveRule(candidates: readonly Candidate[], chosen: Candidate): Decisive {
  const others = candidates.filter((candidate) => candidate !== chosen);
  if (others.length === 0) return 'only';
  const places = others.map(({ harm }) => harm.findIndex((number, place) => number !== chosen.harm[place]));
  return places.includes(-1) ? 'first' : BY_HARM[Math.max(...places)]!;
}

function isLess(left: readonly number[], right: readonly number[]): boolean {
  for (let place = 0; place < left.length; place++) {
    if (left[place] !== right[place]) return left[place]! < right[place]!;
  }
  return false;
}
