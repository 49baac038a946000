import { invariant } from '../kernel/invariant.js';
import type { Cell, ColumnType, RecordedTable } from '../kernel/probe.js';
import type { RecordedTables } from './identity.js';

/** Cells of a column; an empty one when the run did not record the table, so that a part without traffic still reports. */
export function column(tables: RecordedTables, table: string, name: string): readonly Cell[] {
  const recorded = tables.get(table);
  if (recorded === undefined) return [];
  return cellsOf(recorded, name);
}

export function rowCount(tables: RecordedTables, table: string): number {
  return tables.get(table)?.rows ?? 0;
}

function cellsOf(table: RecordedTable, name: string): readonly Cell[] {
  const index = table.definition.columns.findIndex((definition) => definition.name === name);
  invariant(index >= 0, `table ${table.definition.name} has no column ${name}`);
  return table.columns[index]!;
}

type ValueOf<Type extends ColumnType> = Type extends 'text' ? string : Type extends 'boolean' ? boolean : number;
type Nullable<Value> = { [Key in keyof Value]: Value[Key] | null };

/**
 * Rows of a table as objects with the named columns: `rows(tables, 'rollouts', { workload: 'text', end_s: 'number' })`.
 * A cell that was not reached is null.
 */
export function rows<Shape extends Record<string, ColumnType>>(
  tables: RecordedTables,
  table: string,
  shape: Shape,
): Nullable<{ [Key in keyof Shape]: ValueOf<Shape[Key]> }>[] {
  const names = Object.keys(shape);
  const cells = names.map((name) => column(tables, table, name));
  const result: Record<string, Cell>[] = [];
  for (let row = 0; row < rowCount(tables, table); row += 1) {
    const record: Record<string, Cell> = {};
    for (let index = 0; index < names.length; index += 1) record[names[index]!] = cells[index]![row] ?? null;
    result.push(record);
  }
  return result as Nullable<{ [Key in keyof Shape]: ValueOf<Shape[Key]> }>[];
}

/** Total order of plain strings by code unit: the same on every machine, unlike locale order. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Rows put together under a key, keys in order of first appearance. */
export function groupBy<Row>(items: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
