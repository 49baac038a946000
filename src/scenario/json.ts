import type { Report } from './diagnostics.js';
import { positionAt, type SourceText } from './text.js';

/** A file that calls itself JSON is read by others, too, that are less patient. */
export function reportNoJson(source: SourceText, report: Report): boolean {
  if (!/\.json$/i.test(source.file) || report.diagnostics.length > 0) return false;
  const offset = mistakeAt(source.text);
  if (offset < 0) return false;
  const isComma = source.text[offset] === ',';
  report.diagnostics.push({
    code: 'json-syntax',
    severity: 'error',
    path: source.file,
    ...positionAt(source, offset),
    length: 1,
    field: '',
    message: isComma ? 'comma with nothing behind it' : 'this is YAML but no JSON',
    hint: isComma
      ? 'JSON takes commas only between values'
      : 'JSON has no comments, and its texts stand in double quotes',
  });
  return true;
}

/** One piece of JSON with the blanks before it (RFC 8259), or the line between two documents, as kubectl takes it. */
const PIECE =
  /\s*(---|[[\]{}:,]|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)/uy;

/**
 * Offset at which a text is YAML and no JSON: a comment, a word without quotes, a comma with nothing behind it. -1 where
 * nothing is. Brackets and order are for the reader of YAML, of which JSON is a part.
 */
function mistakeAt(text: string): number {
  const end = text.trimEnd().length;
  let before = '';
  for (let at = 0; at < end; ) {
    PIECE.lastIndex = at;
    const piece = PIECE.exec(text)?.[1];
    if (piece === undefined) return text.length - text.slice(at).trimStart().length;
    if (before === ',' && (piece === '}' || piece === ']')) return text.lastIndexOf(',', PIECE.lastIndex);
    before = piece;
    at = PIECE.lastIndex;
  }
  return -1;
}
