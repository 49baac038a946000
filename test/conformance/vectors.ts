import { parseArgs } from 'node:util';
import type { Checker } from './checkers/checker.js';
import { CHECKERS } from './checkers/index.js';
import { readCases, type VectorFile, vectorFiles } from './vector-files.js';

/** A case where our answer is not the real one. */
export interface Disagreement {
  /** The case's place in its file, from 1, and its own name if it has one. */
  readonly place: string;
  readonly words: string;
  /** Why, if that is known (see `Checker.known`). */
  readonly known: string | undefined;
}

/** How our code does on one file. */
export interface Agreement {
  readonly total: number;
  readonly disagreements: readonly Disagreement[];
}

export function checkerOf(kind: string): Checker | undefined {
  return CHECKERS.find((checker) => checker.kind === kind);
}

/** Holds our code to every case of a file. */
export function checkFile(file: VectorFile, checker: Checker): Agreement {
  const cases = readCases(file.path);
  const disagreements = cases.flatMap((text, index) => {
    const disagreement = checkCase(text, index + 1, checker);
    return disagreement === undefined ? [] : [disagreement];
  });
  return { total: cases.length, disagreements };
}

function checkCase(text: string, number: number, checker: Checker): Disagreement | undefined {
  let place = `case ${number}`;
  try {
    const vectorCase = JSON.parse(text) as unknown;
    const id = (vectorCase as { id?: unknown } | null)?.id;
    if (id !== undefined) place += ` (${String(id)})`;
    const words = checker.check(vectorCase);
    return words === undefined ? undefined : { place, words, known: checker.known?.(vectorCase) };
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { place, words, known: undefined };
  }
}

/** So many disagreements of a kind are printed in full: the first ones mostly tell what is wrong. */
const PRINTED_DISAGREEMENTS = 3;

/** `conformance -- vectors DIR [--kind PREFIX]`: exit status 1 if any case disagrees. */
export function checkVectors(args: string[]): number {
  const { values, positionals } = parseArgs({
    args,
    options: { kind: { type: 'string', default: '' } },
    allowPositionals: true,
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new Error('one folder of vectors is needed');
  const files = vectorFiles(folder).filter(({ kind }) => kind.startsWith(values.kind));
  if (files.length === 0) throw new Error(`no vectors of a kind "${values.kind}..." in ${folder}`);
  let agreed = 0;
  let total = 0;
  for (const file of files) {
    const checker = checkerOf(file.kind);
    if (checker === undefined) continue;
    const agreement = checkFile(file, checker);
    print(file, agreement);
    agreed += agreement.total - agreement.disagreements.length;
    total += agreement.total;
  }
  const unchecked = files.filter(({ kind }) => checkerOf(kind) === undefined);
  if (unchecked.length > 0) console.log(`no checker yet: ${unchecked.map(({ name }) => name).join(', ')}`);
  console.log(`agreed ${agreed} of ${total} in all`);
  return agreed === total ? 0 : 1;
}

function print({ kind, path }: VectorFile, { total, disagreements }: Agreement): void {
  console.log(`${kind}: agreed ${total - disagreements.length} of ${total}`);
  for (const { place, words, known } of disagreements.slice(0, PRINTED_DISAGREEMENTS)) {
    console.log(`  ${path}, ${place}${known === undefined ? '' : `, known: ${known}`}:`);
    console.log(words.replace(/^/gm, '    '));
  }
  const more = disagreements.length - PRINTED_DISAGREEMENTS;
  if (more > 0) console.log(`  and ${more} more`);
  const reasons = new Map<string, number>();
  for (const { known } of disagreements) {
    if (known !== undefined) reasons.set(known, (reasons.get(known) ?? 0) + 1);
  }
  for (const [reason, count] of reasons) console.log(`  known for ${count}: ${reason}`);
}
