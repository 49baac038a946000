/**
 * `ordered` is what the real scheduler does, searching with one worker. `uniform` draws for each node, as versions before
 * v1.35 did (reference/scheduling.md 2.3, 2.4).
 */
export type TieRule = 'ordered' | 'uniform';

/** A number for each node of a tie, by its name: the highest wins. Undefined: the rule is `ordered`. */
export type TieDraw = ((nodeName: string) => number) | undefined;

/**
 * Of two positions in the list of feasible nodes with the highest total, does `left` win over `right` (left < right)?
 * The real scheduler pops the root of a binary heap whose ties nothing breaks, so the winner is the first maximum in
 * pre-order of the implicit tree with children 2i+1 and 2i+2 (reference/scheduling.md 2.3).
 */
export function winsTie(left: number, right: number): boolean {
  // Numbered from 1, the path to a position is its binary form: bring both to the depth of the left one and compare.
  const a = left + 1;
  const b = right + 1;
  return a <= b >> (Math.clz32(a) - Math.clz32(b));
}
