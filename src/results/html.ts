import type { TextTable } from './summary-table.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for a page: everything that comes from a scenario goes through here. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** More rows than this make a page slow; the table files have them all. */
const MOST_ROWS = 200;

/** A table that scrolls within itself where it is too wide. `minor` columns are left out on a phone. */
export function htmlTable(table: TextTable, minor: ReadonlySet<string> = new Set()): string {
  const classes = table.columns.map(({ name, figures }) =>
    [figures ? 'figure' : '', minor.has(name) ? 'minor' : ''].filter((part) => part !== '').join(' '),
  );
  const attribute = (index: number): string => (classes[index] === '' ? '' : ` class="${classes[index]!}"`);
  const head = table.columns.map(({ name }, index) => `<th scope="col"${attribute(index)}>${escapeHtml(name)}</th>`);
  const body = table.rows.slice(0, MOST_ROWS).map((row) => {
    const cells = row.map((cell, index) =>
      index === 0 ? `<th scope="row">${breakable(cell)}</th>` : `<td${attribute(index)}>${escapeHtml(cell)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  const label = escapeHtml(table.title);
  return `<div class="table" role="region" aria-label="${label}" tabindex="0"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/** `FailedScheduling` may be broken between its words. */
function breakable(text: string): string {
  return escapeHtml(text).replace(/([a-z])(?=[A-Z])/g, '$1<wbr>');
}

/** The figures behind a chart, folded away. */
export function dataDetails(table: TextTable): string {
  const more = table.rows.length - MOST_ROWS;
  const rest = more > 0 ? `<p class="quiet">The first ${MOST_ROWS} of ${table.rows.length} rows.</p>` : '';
  return `<details><summary>Data</summary>${htmlTable(table)}${rest}</details>`;
}

/** One whole page, which needs nothing but itself. */
export function htmlPage(title: string, css: string, body: string): string {
  // The policy makes the promise hold: no script runs and nothing is fetched, whatever stands in the scenario.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="wavetank">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${css}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
