import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkerOf, checkFile } from './vectors.js';
import { type VectorFile, vectorFiles } from './vector-files.js';

/** The vectors that come with the project. */
export const OWN_VECTORS = join(import.meta.dirname, '../vectors');

/** A test that our code agrees with every case of this kind in test/vectors. */
export function testVectors(kind: string): void {
  const file = vectorFiles(OWN_VECTORS).find((candidate) => candidate.kind === kind);
  if (file === undefined) throw new Error(`test/vectors has no ${kind}`);
  testVectorFile(file);
}

/** A failed test shows so many disagreements. */
const SHOWN = 5;

/** A test that our code agrees with every case of a file, except where it is known why not. */
export function testVectorFile(file: VectorFile): void {
  it(`agrees with every vector of ${file.kind}`, () => {
    const { total, disagreements } = checkFile(file, checkerOf(file.kind)!);
    expect(total).toBeGreaterThan(0);
    expect(disagreements.filter(({ known }) => known === undefined).slice(0, SHOWN)).toEqual([]);
  });
}
