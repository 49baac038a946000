import { validateFile } from '../experiment/load.js';
import type { Diagnostic } from '../scenario/diagnostics.js';
import type { SourceText } from '../scenario/text.js';
import type { ValidateOptions } from './commands/validate.js';
import type { Context } from './context.js';
import { EXIT } from './exit-codes.js';
import { fileAccess, folderFault } from './files.js';
import { requireFiles } from './options.js';
import { countDiagnostics, printDiagnostics } from './print-diagnostics.js';

/** `wavetank validate`: exit status 0 if no file has an error. */
export function validateCommand(context: Context, files: readonly string[], options: ValidateOptions): number {
  requireFiles(files, 'validate');
  const { io } = context;
  const access = fileAccess(io);
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, SourceText>();
  const summaries: {
    readonly path: string;
    readonly kind: string;
    readonly summary: string;
    readonly valid: boolean;
  }[] = [];
  for (const file of files) {
    const folder = folderFault(file);
    if (folder !== undefined) {
      const place = { path: file, line: 0, column: 0, length: 1, field: '' };
      diagnostics.push({ code: 'file', severity: 'error', ...place, ...folder });
      summaries.push({ path: file, kind: 'unknown', summary: '', valid: false });
      continue;
    }
    const result = validateFile(file, access, { settings: options.set ?? new Map() });
    const valid = !result.diagnostics.some(({ severity }) => severity === 'error');
    summaries.push({ path: file, kind: result.kind, summary: result.summary, valid });
    diagnostics.push(...result.diagnostics.filter(({ severity }) => severity === 'error' || options.quiet !== true));
    for (const [name, source] of result.sources) sources.set(name, source);
  }
  const isValid = summaries.every(({ valid }) => valid);
  if (options.format === 'json') {
    io.out(`${JSON.stringify({ verdict: isValid ? 'pass' : 'fail', files: summaries, diagnostics }, null, 2)}\n`);
    return isValid ? EXIT.ok : EXIT.usage;
  }
  printDiagnostics(io, diagnostics, sources);
  for (const { path, kind, summary, valid } of summaries) {
    if (valid) io.out(`${path}: valid ${kind} (${summary})\n`);
  }
  if (!isValid) io.err(`\n${countDiagnostics(diagnostics)}\n`);
  return isValid ? EXIT.ok : EXIT.usage;
}
