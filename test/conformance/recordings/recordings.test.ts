import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compare } from './compare.js';
import { knownDeviation } from './fidelity.js';
import { play } from './play.js';
import { lateMilestones } from './print.js';
import { readRecording, recordingsIn } from './recording.js';

/** Where the recordings of the real system are; they are not part of the package. */
const FOLDER = '../shared/recordings';

describe.skipIf(!existsSync(FOLDER))(`recordings of a real control plane (skipped where ${FOLDER} is not)`, () => {
  const names = existsSync(FOLDER) ? recordingsIn(FOLDER) : [];
  it.each(names.filter((name) => knownDeviation(name) === undefined))('%s agrees', (name) => {
    const recording = readRecording(FOLDER, name);
    const comparison = compare(recording.timeline, play(recording), recording.lengthMs);
    expect(comparison.decisions).toEqual([]);
    expect(comparison.events).toEqual([]);
    expect(comparison.final).toEqual([]);
    expect(lateMilestones(comparison)).toEqual([]);
  });

  it.each(names.filter((name) => knownDeviation(name) !== undefined))(
    '%s differs, as docs/fidelity.md says: one that agrees is to be taken off the list there',
    (name) => {
      const recording = readRecording(FOLDER, name);
      const comparison = compare(recording.timeline, play(recording), recording.lengthMs);
      const { decisions, events, final } = comparison;
      expect([...decisions, ...events, ...final, ...lateMilestones(comparison)]).not.toEqual([]);
    },
  );
});
