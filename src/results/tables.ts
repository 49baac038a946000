import {
  Bool,
  Field,
  Float64,
  Int32,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  makeData,
  tableFromIPC,
  tableToIPC,
  vectorFromArray,
  type Data,
  type DataType,
} from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { invariant } from '../kernel/invariant.js';
import type { Cell, ColumnDefinition, ColumnType, RecordedTable } from '../kernel/probe.js';
import { tableMetadata, type TableIdentity } from './identity.js';

const INT32_MIN = -2_147_483_648;
const INT32_MAX = 2_147_483_647;

type StoredType = 'double' | 'int32' | 'text' | 'boolean';

/** 64-bit integers would become BigInt in JavaScript: what does not fit 32 bits is stored as a double. */
function storedType(definition: ColumnDefinition, cells: readonly Cell[]): StoredType {
  if (definition.type === 'text') return 'text';
  if (definition.type === 'boolean') return 'boolean';
  if (definition.type === 'number') return 'double';
  return cells.every(fitsInt32) ? 'int32' : 'double';
}

function fitsInt32(cell: Cell): boolean {
  return cell === null || (Number.isInteger(cell) && (cell as number) >= INT32_MIN && (cell as number) <= INT32_MAX);
}

/** The table as an Arrow IPC file: one record batch, plain Utf8, identity and units in the schema's metadata. */
export function encodeArrow(table: RecordedTable, identity: TableIdentity): Uint8Array {
  const fields: Field[] = [];
  const children: Data[] = [];
  for (const [index, definition] of table.definition.columns.entries()) {
    const cells = table.columns[index]!;
    invariant(
      cells.length === table.rows,
      `column ${table.definition.name}.${definition.name} has ${cells.length} cells of ${table.rows}`,
    );
    const data = arrowColumn(storedType(definition, cells), cells);
    const about = new Map([
      ['unit', definition.unit],
      ['description', definition.description],
    ]);
    fields.push(new Field(definition.name, data.type, true, about));
    children.push(data);
  }
  const schema = new Schema(fields, tableMetadata(table, identity));
  const data = makeData({ type: new Struct(fields), length: table.rows, nullCount: 0, children });
  return tableToIPC(new Table(schema, new RecordBatch(schema, data)), 'file');
}

function arrowColumn(type: StoredType, cells: readonly Cell[]): Data {
  if (cells.length === 0) return makeData({ type: arrowType(type) });
  // Numbers without gaps go in as they are: the general builder takes ten times as long.
  if (type === 'double' && !cells.includes(null)) {
    return makeData({ type: new Float64(), data: Float64Array.from(cells as number[]) });
  }
  if (type === 'int32' && !cells.includes(null)) {
    return makeData({ type: new Int32(), data: Int32Array.from(cells as number[]) });
  }
  if (type === 'text' && !cells.includes(null)) return utf8Column(cells as readonly string[]);
  return vectorFromArray(cells as (string | number | boolean | null)[], arrowType(type) as Utf8).data[0]!;
}

function arrowType(type: StoredType): DataType {
  if (type === 'double') return new Float64();
  if (type === 'int32') return new Int32();
  return type === 'text' ? new Utf8() : new Bool();
}

/** Texts of a table repeat (names, phases), so each distinct one is encoded once. */
function utf8Column(texts: readonly string[]): Data<Utf8> {
  const encoder = new TextEncoder();
  const encoded = new Map<string, Uint8Array>();
  const valueOffsets = new Int32Array(texts.length + 1);
  let length = 0;
  for (const [index, text] of texts.entries()) {
    let bytes = encoded.get(text);
    if (bytes === undefined) encoded.set(text, (bytes = encoder.encode(text)));
    length += bytes.length;
    valueOffsets[index + 1] = length;
  }
  invariant(length <= INT32_MAX, `a text column of ${length} bytes does not fit one Arrow Utf8 column`);
  const data = new Uint8Array(length);
  for (const [index, text] of texts.entries()) data.set(encoded.get(text)!, valueOffsets[index]);
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data });
}

const PARQUET_TYPES = { double: 'DOUBLE', int32: 'INT32', text: 'STRING', boolean: 'BOOLEAN' } as const;

/** The table as a Parquet file with the same columns and metadata as the Arrow file, for DuckDB and its kin. */
export function encodeParquet(table: RecordedTable, identity: TableIdentity): Uint8Array {
  const columnData = table.definition.columns.map((definition, index) => {
    const data = table.columns[index]!;
    return { name: definition.name, data, type: PARQUET_TYPES[storedType(definition, data)], nullable: true };
  });
  const kvMetadata = [...tableMetadata(table, identity)].map(([key, value]) => ({ key, value }));
  const createdBy = `wavetank version ${identity.version}`;
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata, createdBy }));
}

/** Reads back what `encodeArrow` wrote, with the definition that stands in its metadata. */
export function decodeArrow(bytes: Uint8Array): RecordedTable {
  const table = tableFromIPC(bytes);
  const { metadata } = table.schema;
  const types = JSON.parse(metadata.get('wavetank.types') ?? '{}') as Record<string, ColumnType>;
  const columns = table.schema.fields.map((field): ColumnDefinition => {
    const type = types[field.name];
    invariant(type !== undefined, `Arrow file without the type of column ${field.name} in wavetank.types`);
    const { unit = '', description = '' } = Object.fromEntries(field.metadata);
    return { name: field.name, type, unit, description };
  });
  const name = metadata.get('wavetank.table') ?? '';
  return {
    definition: { name, description: metadata.get('wavetank.description') ?? '', columns },
    columns: table.schema.fields.map((_, index) => [...(table.getChildAt(index) ?? [])] as Cell[]),
    rows: table.numRows,
  };
}
