import { distance } from 'fastest-levenshtein';

/** Something to tell the user about an input file. User mistakes are values, never exceptions. */
export interface Diagnostic {
  /** Stable word that can be searched for, for example `unknown-field`. */
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  /** The file as the user named it. */
  readonly path: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  readonly column: number;
  /** Characters to underline. */
  readonly length: number;
  /** For example `spec.template.spec.containers[0].image`; empty where no field is meant. */
  readonly field: string;
  readonly message: string;
  /** A way out; empty if none is known. */
  readonly hint: string;
}

export type DiagnosticCode =
  | 'yaml-syntax'
  | 'yaml-duplicate-key'
  | 'yaml-alias'
  | 'json-syntax'
  | 'encoding'
  | 'limit'
  | 'empty'
  | 'file'
  | 'type'
  | 'value'
  | 'semantic'
  | 'reference'
  | 'missing-field'
  | 'unknown-field'
  | 'unknown-kind'
  | 'unknown-parameter'
  | 'unknown-command'
  | 'duplicate-object'
  | 'duplicate-name'
  | 'invalid-duration'
  | 'invalid-distribution'
  | 'invalid-quantity'
  | 'invalid-command'
  | 'invalid-expectation'
  | 'not-simulated'
  | 'csv';

/** The message must not print what a hostile file holds at length. */
const MAXIMUM_SHOWN = 200;

/** Collects what is wrong with a set of files. */
export interface Report {
  readonly diagnostics: Diagnostic[];
}

export function createReport(): Report {
  return { diagnostics: [] };
}

export function hasErrors(report: Report): boolean {
  return report.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** By file (in the order of `files`), line, column; equal ones once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const rank = (diagnostic: Diagnostic): number => {
    const index = files.indexOf(diagnostic.path);
    return index < 0 ? files.length : index;
  };
  const seen = new Set<string>();
  const unique = diagnostics.filter((diagnostic) => {
    const key = JSON.stringify([diagnostic.path, diagnostic.line, diagnostic.column, diagnostic.message]);
    return !seen.has(key) && seen.add(key);
  });
  return unique
    .map((diagnostic, index) => ({ diagnostic, index }))
    .toSorted(
      (a, b) =>
        rank(a.diagnostic) - rank(b.diagnostic) ||
        a.diagnostic.line - b.diagnostic.line ||
        a.diagnostic.column - b.diagnostic.column ||
        a.index - b.index,
    )
    .map(({ diagnostic }) => diagnostic);
}

/** The known word nearest to what was written, if near enough to be meant. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.ceil(Math.min(written.length, MAXIMUM_SHOWN) / 3) + 1;
  if (written.length > MAXIMUM_SHOWN) return undefined;
  for (const word of known) {
    const isSwapped = letters(written) === letters(word);
    const edits = isSwapped ? 1 : distance(written.toLowerCase(), word.toLowerCase());
    if (edits >= bestDistance) continue;
    best = word;
    bestDistance = edits;
  }
  return best ?? begunBy(written, known);
}

/** The same for words whose letters only stand in another order. */
function letters(word: string): string {
  return [...word.toLowerCase()].toSorted().join('');
}

/** The only known word that begins with what was written: an abbreviation. */
function begunBy(written: string, known: readonly string[]): string | undefined {
  const begun = written.length < 3 ? [] : known.filter((word) => word.startsWith(written));
  return begun.length === 1 ? begun[0] : undefined;
}

/** `did you mean "x"?`, or nothing. */
export function meant(written: string, known: readonly string[]): string {
  const near = nearest(written, known);
  return near === undefined ? '' : `did you mean ${shown(near)}?`;
}

/** `did you mean "x"?`, or the list of what is known if it is short enough to help. */
export function suggestion(written: string, known: readonly string[]): string {
  const near = meant(written, known);
  if (near !== '') return near;
  return known.length > 0 && known.length <= 30 ? `known: ${known.join(', ')}` : '';
}

/** A value as it is shown in a message: short, on one line, without control characters. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  // Terminal escapes hide in C1 controls and direction marks too; JSON leaves those as they are.
  const plain = printable(text);
  return plain.length <= MAXIMUM_SHOWN ? plain : `${plain.slice(0, MAXIMUM_SHOWN)}… (${plain.length} characters)`;
}

/** Control characters and marks that turn the direction of writing, as escapes. */
export function printable(text: string): string {
  return text.replace(
    /(?!\t)[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
