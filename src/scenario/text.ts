import { type Diagnostic, printable, type Report } from './diagnostics.js';
import { MAXIMUM_FILE_BYTES } from './limits.js';
import type { Position } from './types.js';

const BYTE_LINE_FEED = 10;

/** A file's text with its line starts, for positions and excerpts. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
}

/** Decodes bytes that should be UTF-8 text; undefined (with a diagnostic) if they are not. */
export function decodeText(file: string, bytes: Uint8Array, report: Report): SourceText | undefined {
  const fail = (code: 'limit' | 'encoding', line: number, column: number, message: string, hint = ''): undefined => {
    report.diagnostics.push({ code, severity: 'error', path: file, line, column, length: 1, field: '', message, hint });
    return undefined;
  };
  if (bytes.length > MAXIMUM_FILE_BYTES) {
    return fail('limit', 0, 0, `file is too large: ${bytes.length} bytes, the limit is ${MAXIMUM_FILE_BYTES}`);
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return fail('encoding', 1, 1, 'file is UTF-16, not UTF-8', 'save it in UTF-8 encoding');
  }
  const bad = invalidUtf8At(bytes);
  if (bad >= 0) {
    const { line, column } = bytePosition(bytes, bad);
    const hex = bytes[bad]!.toString(16).toUpperCase().padStart(2, '0');
    return fail('encoding', line, column, `byte 0x${hex} is not valid UTF-8`, 'save the file in UTF-8 encoding');
  }
  const text = new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes);
  const control = text.search(/(?![\t\n\r\u0085])\p{Cc}/u);
  const source = sourceText(file, text);
  if (control >= 0) {
    const { line, column } = positionAt(source, control);
    const code = text.charCodeAt(control).toString(16).padStart(4, '0');
    return fail('encoding', line, column, `control character U+${code.toUpperCase()} in a text file`);
  }
  return source;
}

function sourceText(file: string, text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { file, text, lineStarts };
}

/** Line and column (from 1, columns in UTF-16 units) of an offset. */
export function positionAt(source: SourceText, offset: number): Position {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (source.lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { file: source.file, line: low + 1, column: offset - source.lineStarts[low]! + 1 };
}

/** A line without its end; empty beyond the end of the file. */
export function lineText(source: SourceText, line: number): string {
  const start = source.lineStarts[line - 1];
  if (start === undefined) return '';
  const next = source.lineStarts[line] ?? source.text.length + 1;
  return source.text.slice(start, next - 1).replace(/\r$/, '');
}

/** Offset of the first byte that breaks UTF-8 (as RFC 3629 has it), -1 if all is well. */
function invalidUtf8At(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const length =
      lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    if (length === 0) return at;
    const second = bytes[at + 1] ?? 0;
    if (
      (lead === 0xe0 && second < 0xa0) ||
      (lead === 0xed && second >= 0xa0) ||
      (lead === 0xf0 && second < 0x90) ||
      (lead === 0xf4 && second >= 0x90)
    ) {
      return at;
    }
    for (let index = 1; index < length; index++) {
      if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return at;
    }
    at += length;
  }
  return -1;
}

function bytePosition(bytes: Uint8Array, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let at = bytes.indexOf(BYTE_LINE_FEED); at >= 0 && at < offset; at = bytes.indexOf(BYTE_LINE_FEED, at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

/** Widest excerpt: longer lines are cut around the place. */
const EXCERPT_WIDTH = 120;

/**
 * One diagnostic as people read it: place, message and code, and with `excerpt` the line (and the one before) with a
 * caret and the hint.
 */
export function formatDiagnostic(diagnostic: Diagnostic, source: SourceText | undefined, excerpt: boolean): string {
  const { path, line, column, field, code, severity } = diagnostic;
  const place = line > 0 ? `${path}:${line}:${column}` : path;
  const { message } = diagnostic;
  const isNamed = message.includes(`"${field}"`) || message.startsWith(`${field} `);
  const named = field === '' || isNamed ? '' : `${field}: `;
  const head = printable(`${place}  ${severity}  ${named}${message}  (${code})`);
  const lines = excerpt && source !== undefined && line > 0 ? excerptLines(diagnostic, source) : undefined;
  if (lines !== undefined) return [head, ...lines].join('\n');
  return diagnostic.hint === '' ? head : `${head}\n     ${printable(diagnostic.hint)}`;
}

function excerptLines(diagnostic: Diagnostic, source: SourceText): string[] {
  const { line, column } = diagnostic;
  const width = String(line).length + 3;
  const text = lineText(source, line);
  const cut = Math.max(0, Math.min(column - 1 - EXCERPT_WIDTH / 2, text.length - EXCERPT_WIDTH));
  const numbered = (number: number, from: number): string => {
    const whole = lineText(source, number).replaceAll('\t', ' ');
    const part = `${from > 0 ? '…' : ''}${whole.slice(from, from + EXCERPT_WIDTH)}${whole.length > from + EXCERPT_WIDTH ? '…' : ''}`;
    return `${String(number).padStart(width)} | ${printable(part)}`.trimEnd();
  };
  const before = line > 1 && cut === 0 ? [numbered(line - 1, 0)] : [];
  const offset = column - 1 - cut + (cut > 0 ? 1 : 0);
  const carets = '^'.repeat(Math.max(1, Math.min(diagnostic.length, EXCERPT_WIDTH - offset, text.length - column + 1)));
  const hint = diagnostic.hint === '' ? '' : ` ${printable(diagnostic.hint)}`;
  return [...before, numbered(line, cut), `${' '.repeat(width)} | ${' '.repeat(offset)}${carets}${hint}`];
}
