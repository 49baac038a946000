import { existsSync, readFileSync } from 'node:fs';

/** The document that names every deviation with its reason; commands and tests run where it is. */
const FIDELITY = 'docs/fidelity.md';

export interface Deviation {
  readonly reason: string;
  /** The part of the project that is to mend it; empty if none is. */
  readonly part: string;
}

/** Does the document say that recordings of this subject come with another part? */
export function comesLater(subject: string | undefined): boolean {
  return subject !== undefined && rows('Subjects of recordings that come with another part').has(subject);
}

/** Why a recording may differ, if the document gives a reason. */
export function knownDeviation(name: string): Deviation | undefined {
  const cells = rows('Recordings that differ').get(name);
  return cells && { reason: cells[1] ?? '', part: cells[2] ?? '' };
}

/** The table under a heading, by the first column. */
function rows(heading: string): ReadonlyMap<string, readonly string[]> {
  if (!existsSync(FIDELITY)) return new Map();
  const [, section = ''] = readFileSync(FIDELITY, 'utf8').split(`## ${heading}\n`);
  const table = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return new Map(
    table.map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      return [cells[1] ?? '', cells.slice(1)];
    }),
  );
}
