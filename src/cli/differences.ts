import type { RunFolder } from '../results/folder.js';
import { formatClock } from '../results/format.js';

/** A table as it was recorded. */
type RecordedTable = RunFolder['tables'] extends ReadonlyMap<string, infer Table> ? Table : never;

/** Tables told one by one; of more it is only said that there are more. */
const TOLD = 5;

interface Difference {
  /** Virtual time in seconds; infinite where a row has none. */
  readonly at: number;
  readonly text: string;
}

/** In what a replay differs from the run that it repeats, the earliest in virtual time first. Empty: in nothing. */
export function differencesOf(before: RunFolder, after: RunFolder): string[] {
  const names = [...new Set([...before.tables.keys(), ...after.tables.keys()])].toSorted((a, b) => (a < b ? -1 : 1));
  const found = names.flatMap((name) => firstDifference(name, before.tables.get(name), after.tables.get(name)) ?? []);
  const sorted = found.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ text }) => text);
  const told = sorted.slice(0, TOLD);
  if (sorted.length > TOLD) told.push(`and ${sorted.length - TOLD} more tables`);
  const { version, modelVersion, digest } = before.identity;
  if (digest !== after.identity.digest) told.push(`digest ${after.identity.digest} instead of ${digest}`);
  if (told.length > 0 && (version !== after.identity.version || modelVersion !== after.identity.modelVersion)) {
    told.push(
      `it was played with version ${version} (model ${modelVersion}), this is ${after.identity.version} (model ${after.identity.modelVersion})`,
    );
  }
  return told;
}

function firstDifference(
  name: string,
  before: RecordedTable | undefined,
  after: RecordedTable | undefined,
): Difference | undefined {
  if (before === undefined || after === undefined) {
    return { at: Infinity, text: `table ${name} is ${before === undefined ? 'new' : 'missing'}` };
  }
  const columns = before.definition.columns.map((column) => column.name);
  const others = after.definition.columns.map((column) => column.name);
  if (columns.join() !== others.join()) return { at: Infinity, text: `table ${name} has other columns` };
  const rows = Math.max(before.rows, after.rows);
  for (let row = 0; row < rows; row++) {
    for (const [index, column] of columns.entries()) {
      const [was, is] = [before.columns[index]![row], after.columns[index]![row]];
      if (Object.is(was, is)) continue;
      const at = timeOf(row < after.rows ? after : before, row);
      const when = at === Infinity ? '' : ` at ${formatClock(at)}`;
      if (row >= after.rows || row >= before.rows) {
        return { at, text: `table ${name}, row ${row + 1}${when}: ${row >= after.rows ? 'missing' : 'new'}` };
      }
      return { at, text: `table ${name}, row ${row + 1}${when}: ${column} is ${String(is)} instead of ${String(was)}` };
    }
  }
  return undefined;
}

function timeOf(table: RecordedTable, row: number): number {
  const index = table.definition.columns.findIndex(({ name }) => name === 'time_s' || name === 'start_s');
  const value = table.columns[index]?.[row];
  return typeof value === 'number' ? value : Infinity;
}
