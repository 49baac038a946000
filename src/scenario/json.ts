/** One piece of JSON with the blanks before it (RFC 8259), or the line between two documents, as kubectl takes it. */
const PIECE =
  /\s*(---|[[\]{}:,]|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)/uy;

/**
 * Offset at which a text is YAML and no JSON: a comment, a word without quotes, a comma with nothing behind it. -1 where
 * nothing is. Brackets and order are for the reader of YAML, of which JSON is a part.
 */
export function jsonMistakeAt(text: string): number {
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
