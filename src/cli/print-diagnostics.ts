import type { Diagnostic } from '../scenario/diagnostics.js';
import { MAXIMUM_PRINTED } from '../scenario/limits.js';
import { formatDiagnostic, type SourceText } from '../scenario/text.js';
import type { Io } from './io.js';

/** Prints what is wrong, with excerpts, up to the limit, and a line that counts it. */
export function printDiagnostics(
  io: Io,
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, SourceText>,
): void {
  const paint = io.errColours;
  const printed = mostUrgent(diagnostics);
  for (const diagnostic of printed) {
    const text = formatDiagnostic(diagnostic, sources.get(diagnostic.path), true);
    const word = `  ${diagnostic.severity}  `;
    const painted = diagnostic.severity === 'error' ? paint.red(word) : paint.yellow(word);
    io.err(`${text.replace(word, () => painted)}\n`);
  }
  const left = diagnostics.filter((diagnostic) => !printed.includes(diagnostic));
  if (left.length > 0) io.err(`… and ${countDiagnostics(left)} more: wavetank validate --format json lists all\n`);
}

/** As many as are printed, errors before warnings, in the order in which they came. */
function mostUrgent(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const warnings = diagnostics.filter(({ severity }) => severity !== 'error');
  const chosen = new Set([...errors, ...warnings].slice(0, MAXIMUM_PRINTED));
  return diagnostics.filter((diagnostic) => chosen.has(diagnostic));
}

/** `2 errors, 1 warning`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: string): string => {
    const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? '' : `${number} ${severity}${number === 1 ? '' : 's'}`;
  };
  return [count('error'), count('warning')].filter((text) => text !== '').join(', ');
}
