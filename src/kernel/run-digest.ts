import { type DigestState, digestHex, foldWord } from './digest.js';
import type { Cell, ProbeState } from './probe.js';

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);

/** The digest of a run: of all its events and of every cell it recorded. The world's own digest stays as it is. */
export function runDigest(world: {
  readonly kernel: { readonly digest: DigestState; readonly probe: ProbeState };
}): string {
  const digest = { ...world.kernel.digest };
  const tables = [...world.kernel.probe.tables.values()].toSorted((a, b) =>
    a.definition.name < b.definition.name ? -1 : 1,
  );
  for (const { definition, columns, rows } of tables) {
    foldText(digest, definition.name);
    foldWord(digest, rows);
    for (const [index, cells] of columns.entries()) {
      foldText(digest, definition.columns[index]!.name);
      for (const cell of cells) foldCell(digest, cell);
    }
  }
  return digestHex(digest);
}

function foldCell(digest: DigestState, cell: Cell): void {
  if (typeof cell === 'number') foldNumber(digest, cell);
  else if (typeof cell === 'string') foldText(digest, cell);
  else foldWord(digest, cell === null ? 2 : cell ? 1 : 0);
}

function foldNumber(digest: DigestState, value: number): void {
  asDouble[0] = Number.isNaN(value) ? 0 : value; // the bits of a NaN are the engine's choice
  foldWord(digest, Number.isNaN(value) ? 1 : 0);
  foldWord(digest, asWords[0]!);
  foldWord(digest, asWords[1]!);
}

function foldText(digest: DigestState, text: string): void {
  foldWord(digest, text.length);
  for (let index = 0; index < text.length; index++) foldWord(digest, text.charCodeAt(index));
}
