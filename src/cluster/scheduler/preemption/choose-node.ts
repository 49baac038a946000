import type { NodeIndex, PlacedPod } from '../cluster.js';
import { startSecond } from './importance.js';

/** A node where a pod would fit without its victims. */
export interface Candidate {
  readonly node: NodeIndex;
  /** The most important first; never empty. */
  readonly victims: readonly PlacedPod[];
  /** Victims whose disruption budget would be overdrawn. */
  readonly violations: number;
}

/** Lifts priorities above 0, so that more victims always sum up to more. */
const PRIORITY_OFFSET = 2_147_483_648;

/** Less is better; each rule decides among those that the ones before leave. */
const RULES: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => victims[0]!.podClass.priority,
  ({ victims }) => victims.reduce((sum, { podClass }) => sum + podClass.priority + PRIORITY_OFFSET, 0),
  ({ victims }) => victims.length,
  ({ victims }) => -earliestStart(victims),
];

/**
 * The node where preemption does the least harm; of equals the first.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/preemption/preemption.go: pickOneNodeForPreemption.
 */
export function chooseNode(candidates: readonly Candidate[]): Candidate | undefined {
  let best = candidates[0];
  for (const candidate of candidates) if (best !== undefined && isBetter(candidate, best)) best = candidate;
  return best;
}

function isBetter(left: Candidate, right: Candidate): boolean {
  for (const rule of RULES) {
    const [a, b] = [rule(left), rule(right)];
    if (a !== b) return a < b;
  }
  return false;
}

/** When the first of the most important victims started. */
function earliestStart(victims: readonly PlacedPod[]): number {
  const { priority } = victims[0]!.podClass;
  let earliest = Number.POSITIVE_INFINITY;
  for (const victim of victims) {
    if (victim.podClass.priority === priority) earliest = Math.min(earliest, startSecond(victim));
  }
  return earliest;
}
