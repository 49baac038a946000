import type { Report } from './diagnostics.js';
import { MAXIMUM_DIAGNOSTICS, MAXIMUM_ROWS } from './limits.js';
import { lineText, type SourceText } from './text.js';

/** Rows of a CSV file with the line and column at which each cell starts (RFC 4180, without line breaks in quotes). */
export interface CsvTable {
  readonly source: SourceText;
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
}

export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Reads comma-separated rows under a header; every row must have as many cells as the header. Undefined if empty. */
export function readCsv(source: SourceText, report: Report): CsvTable | undefined {
  const rows: CsvRow[] = [];
  let header: string[] | undefined;
  for (let line = 1; line <= source.lineStarts.length; line++) {
    const text = lineText(source, line);
    if (text.trim() === '' || text.startsWith('#')) continue;
    const cells = splitRow(text);
    if (cells === undefined) {
      if (!csvError(source, report, line, 1, '', 'quotes are not closed')) return undefined;
    } else if (header === undefined) {
      header = cells.map((cell) => cell.trim());
    } else if (cells.length !== header.length) {
      const message = `expected ${header.length} cells as in the header, got ${cells.length}`;
      if (!csvError(source, report, line, 1, '', message)) return undefined;
    } else if (rows.length >= MAXIMUM_ROWS) {
      csvError(source, report, line, 1, '', `more rows than the limit of ${MAXIMUM_ROWS}`);
      return undefined;
    } else {
      rows.push({ line, cells });
    }
  }
  return header === undefined ? undefined : { source, header, rows };
}

/** Reports an error of one cell; false if there are so many that reading should stop. */
export function csvError(
  source: SourceText,
  report: Report,
  line: number,
  column: number,
  field: string,
  message: string,
  hint = '',
): boolean {
  const at = { path: source.file, line, column, length: 1, field };
  report.diagnostics.push({ code: 'csv', severity: 'error', ...at, message, hint });
  return report.diagnostics.length < MAXIMUM_DIAGNOSTICS;
}

/** Column (from 1) at which a cell of a line starts. */
export function cellColumn(source: SourceText, line: number, index: number): number {
  const text = lineText(source, line);
  let column = 0;
  let quoted = false;
  for (let left = index; left > 0 && column < text.length; column++) {
    if (text[column] === '"') quoted = !quoted;
    else if (text[column] === ',' && !quoted) left -= 1;
  }
  return column + 1;
}

function splitRow(text: string): string[] | undefined {
  if (!text.includes('"')) return text.split(',');
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === '"') {
      if (quoted && text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else quoted = !quoted;
    } else if (character === ',' && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  if (quoted) return undefined;
  cells.push(cell);
  return cells;
}
