import { existsSync, readFileSync } from 'node:fs';

/** The document that names every deviation with its reason; commands and tests run where it is. */
const FIDELITY = 'docs/fidelity.md';

/** Does the document say that recordings of this subject come with another part? */
export function comesLater(subject: string | undefined): boolean {
  return subject !== undefined && rows('Subjects of recordings that come with another part').has(subject);
}

/** Why a recording may differ, if the document gives a reason. */
export function knownDeviation(name: string): string | undefined {
  return rows('Recordings that differ').get(name);
}

/** The first two columns of the table under a heading. */
function rows(heading: string): ReadonlyMap<string, string> {
  if (!existsSync(FIDELITY)) return new Map();
  const [, section = ''] = readFileSync(FIDELITY, 'utf8').split(`## ${heading}\n`);
  const table = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return new Map(
    table.map((line) => {
      const [, first = '', second = ''] = line.split('|').map((cell) => cell.trim());
      return [first, second];
    }),
  );
}
