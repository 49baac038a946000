import { invariant } from './invariant.js';

/** Type of a column of recorded rows. Times and durations are numbers in seconds where `unit` says so. */
export type ColumnType = 'number' | 'integer' | 'text' | 'boolean';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  /** As people write it: "s", "us", "bytes", "1/s", "cores", "USD". Empty for names and counts. */
  readonly unit: string;
  readonly description: string;
}

export interface TableDefinition {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly ColumnDefinition[];
}

export type Cell = number | string | boolean | null;

/** Rows of one table, column by column. Plain data in the world, so that a checkpoint carries what was measured. */
export interface RecordedTable {
  readonly definition: TableDefinition;
  readonly columns: Cell[][];
  rows: number;
}

/** All that the model has measured so far: the only thing that the results see of a run. */
export interface ProbeState {
  readonly tables: Map<string, RecordedTable>;
}

export function createProbe(): ProbeState {
  return { tables: new Map() };
}

/** Opens a table before the run starts, so that it is there (empty) even if nothing is ever recorded. */
export function openTable(
  world: { readonly kernel: { readonly probe: ProbeState } },
  definition: TableDefinition,
): void {
  const { tables } = world.kernel.probe;
  invariant(!tables.has(definition.name), `table ${definition.name} opened twice`);
  tables.set(definition.name, createTable(definition));
}

/** A table of no world's probe: an open one is measured, and so part of the run's digest. */
export function createTable(definition: TableDefinition): RecordedTable {
  return { definition, columns: definition.columns.map(() => []), rows: 0 };
}

/** Appends one row: one cell for each column, in the order of the definition. */
export function recordRow(
  world: { readonly kernel: { readonly probe: ProbeState } },
  definition: TableDefinition,
  cells: readonly Cell[],
): void {
  const table = world.kernel.probe.tables.get(definition.name);
  invariant(table !== undefined, `table ${definition.name} is not open`);
  appendRow(table, cells);
}

export function appendRow(table: RecordedTable, cells: readonly Cell[]): void {
  invariant(
    cells.length === table.columns.length,
    `table ${table.definition.name} has ${table.columns.length} columns, got ${cells.length} cells`,
  );
  for (let index = 0; index < cells.length; index++) table.columns[index]!.push(cells[index]!);
  table.rows += 1;
}
