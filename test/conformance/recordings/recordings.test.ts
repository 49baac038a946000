import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge, lateMilestones } from './agreement.js';
import { knownDeviation } from './fidelity.js';
import { readRecording, recordingsIn } from './recording.js';

/** Where the recordings of the real system are; they are not part of the package. */
const FOLDER = '../shared/recordings';

describe.skipIf(!existsSync(FOLDER))(`recordings of a real control plane (skipped where ${FOLDER} is not)`, () => {
  const names = existsSync(FOLDER) ? recordingsIn(FOLDER) : [];
  it.each(names.filter((name) => knownDeviation(name) === undefined))('%s agrees', (name) => {
    const comparison = judge(readRecording(FOLDER, name));
    expect(comparison.decisions).toEqual([]);
    expect(comparison.events).toEqual([]);
    expect(comparison.final).toEqual([]);
    expect(lateMilestones(comparison)).toEqual([]);
  });

  it.each(names.filter((name) => knownDeviation(name) !== undefined))(
    '%s differs, as docs/fidelity.md says: one that agrees is to be taken off the list there',
    (name) => {
      const comparison = judge(readRecording(FOLDER, name));
      const { decisions, events, final } = comparison;
      expect([...decisions, ...events, ...final, ...lateMilestones(comparison)]).not.toEqual([]);
    },
  );
});
