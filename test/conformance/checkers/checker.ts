/**
 * Holds our code to one kind of vectors: a file `KIND.jsonl` or `KIND.jsonl.gz` of the real system's decisions. A checker knows
 * the form of its cases and never a particular case; whatever it throws is a disagreement, so it need not guard itself.
 */
export interface Checker {
  /** The name of the file of vectors, without its endings. */
  readonly kind: string;
  /** How our answer disagrees with the recorded one, in words (see `difference`); undefined when they agree. */
  check(vectorCase: unknown): string | undefined;
  /**
   * Why we disagree on a case, if the reason is known: the part of the project that brings what the case asks for, or a
   * deviation that docs/fidelity.md names. Such a case is checked, counted and printed like any other by the command; only
   * `npm test` lets it pass.
   */
  known?(vectorCase: unknown): string | undefined;
}

/**
 * Where our answer differs from the real one, one line a place; undefined when they are equal. Both are plain data; a field
 * that is undefined equals a missing one.
 */
export function difference(ours: unknown, real: unknown): string | undefined {
  const lines = [...differencesAt('', ours, real)];
  return lines.length === 0 ? undefined : lines.join('\n');
}

function* differencesAt(path: string, ours: unknown, real: unknown): Generator<string> {
  if (Object.is(ours, real) || (ours === 0 && real === 0)) return;
  if (!isTree(ours) || !isTree(real) || Array.isArray(ours) !== Array.isArray(real)) {
    yield `${path === '' ? '' : `${path}: `}ours ${textOf(ours)}, real ${textOf(real)}`;
    return;
  }
  for (const key of new Set([...Object.keys(ours), ...Object.keys(real)])) {
    const step = Array.isArray(real) ? `[${key}]` : path === '' ? key : `.${key}`;
    yield* differencesAt(path + step, ours[key], real[key]);
  }
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
