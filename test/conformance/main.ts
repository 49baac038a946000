import { checkRecordings, RECORDINGS_USAGE } from './recordings/main.js';
import { checkVectors } from './vectors.js';

/** What can be held against the real system, by the word on the command line. Each gives the exit status. */
const SUBJECTS: Readonly<Record<string, (args: string[]) => number>> = {
  vectors: checkVectors,
  recordings: checkRecordings,
};

const USAGE = `usage: npm run --silent conformance -- vectors DIR [--kind PREFIX]
       npm run --silent ${RECORDINGS_USAGE}`;

function main([subject = '', ...args]: string[]): number {
  const check = Object.hasOwn(SUBJECTS, subject) ? SUBJECTS[subject] : undefined;
  try {
    if (check !== undefined) return check(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  console.error(USAGE);
  return 2;
}

process.exitCode = main(process.argv.slice(2));
