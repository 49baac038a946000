import type { TextTable } from '../results/summary-table.js';

/** Columns with two blanks between them, figures aligned right, the header underlined by nothing but its place. */
export function renderTable(table: TextTable, header: (text: string) => string): string[] {
  const widths = table.columns.map((column, index) =>
    Math.max(displayWidth(column.name), ...table.rows.map((row) => displayWidth(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => pad(cell, widths[index]!, table.columns[index]!.figures))
      .join('  ')
      .trimEnd();
  return [header(line(table.columns.map((column) => column.name))), ...table.rows.map(line)];
}

function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return right ? blanks + text : text + blanks;
}

/** Terminal cells that a text takes: marks that combine take none, East Asian and emoji characters two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\p{Cf}/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** Breaks a sentence into lines of at most so many characters. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
