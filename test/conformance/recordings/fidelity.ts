import { existsSync, readFileSync } from 'node:fs';

/** The document that names every deviation with its reason; commands and tests run where it is. */
const FIDELITY = 'docs/fidelity.md';
const HEADING = '## Recordings that differ\n';

/** Why a recording may differ, if the document gives a reason. */
export function knownDeviation(name: string): string | undefined {
  if (!existsSync(FIDELITY)) return undefined;
  const [, section = ''] = readFileSync(FIDELITY, 'utf8').split(HEADING);
  const rows = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const cells = rows.map((line) => line.split('|').map((cell) => cell.trim())).find((row) => row[1] === name);
  return cells?.[2];
}
