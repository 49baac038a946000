import { compare, type Comparison } from './compare.js';
import { knownDeviation } from './fidelity.js';
import { isAsNear, type Milestone } from './milestones.js';
import { play } from './play.js';
import type { Recording } from './recording.js';

/**
 * The real run is one of those that there might have been, its races ended as they did: it agrees with the model if one of so many plays is like
 * it (docs/fidelity.md: of 12 plays, how many are).
 */
const RUNS = 8;

/** A comparison with the play that agrees, or with the first one if none does. */
export interface Judged extends Comparison {
  readonly run: number;
}

export function judge(recording: Recording): Judged {
  const runs = knownDeviation(recording.name) === undefined ? RUNS : 1;
  let first: Judged | undefined;
  for (let run = 1; run <= runs; run++) {
    const judged = { ...compare(recording.timeline, play(recording, run), recording.lengthMs), run };
    if (agrees(judged)) return judged;
    first ??= judged;
  }
  return first!;
}

export function agrees(comparison: Comparison): boolean {
  const { decisions, events, final } = comparison;
  return decisions.length + events.length + final.length + lateMilestones(comparison).length === 0;
}

/** All milestones beyond what the issue allows. */
export function lateMilestones({ milestones }: Comparison): readonly Milestone[] {
  return milestones.filter((milestone) => !isAsNear(milestone));
}
