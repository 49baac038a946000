import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import type { Cell, TableDefinition } from '../../src/kernel/probe.js';
import { decodeArrow, encodeArrow, encodeParquet } from '../../src/results/tables.js';
import { IDENTITY, fixtureTables, tableOf } from './fixture.js';

const DEFINITION: TableDefinition = {
  name: 'things',
  description: 'Things of every type',
  columns: [
    { name: 'at_s', type: 'number', unit: 's', description: 'when' },
    { name: 'count', type: 'integer', unit: '', description: 'how many' },
    { name: 'name', type: 'text', unit: '', description: 'what' },
    { name: 'good', type: 'boolean', unit: '', description: 'whether' },
  ],
};

const tables = fixtureTables();

function rowsOf(table: { columns: Cell[][]; rows: number }): Cell[][] {
  return Array.from({ length: table.rows }, (_, row) => table.columns.map((cells) => cells[row]!));
}

describe('encodeArrow', () => {
  test.each([...tables.keys()])('table %s comes back as it was, with definition', (name) => {
    const table = tables.get(name)!;
    expect(decodeArrow(encodeArrow(table, IDENTITY))).toEqual(table);
  });

  test('equal tables give equal bytes', () => {
    const again = fixtureTables();
    for (const [name, table] of tables) {
      expect(Buffer.compare(encodeArrow(table, IDENTITY), encodeArrow(again.get(name)!, IDENTITY))).toBe(0);
    }
  });

  test('any cells come back, nulls and text outside ASCII too', () => {
    const cells = fc.tuple(
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null }),
      fc.option(fc.integer(), { nil: null }),
      fc.option(fc.string({ unit: 'grapheme' }), { nil: null }),
      fc.option(fc.boolean(), { nil: null }),
    );
    fc.assert(
      fc.property(fc.array(cells), (rows) => {
        const table = tableOf(DEFINITION, rows);
        expect(rowsOf(decodeArrow(encodeArrow(table, IDENTITY)))).toEqual(rows);
      }),
    );
  });

  test('columns are typed, with unit and description', () => {
    const arrow = tableFromIPC(encodeArrow(tableOf(DEFINITION, [[1.5, 7, 'a', true]]), IDENTITY));
    expect(arrow.schema.fields.map((field) => String(field.type))).toEqual(['Float64', 'Int32', 'Utf8', 'Bool']);
    expect(Object.fromEntries(arrow.schema.fields[0]!.metadata)).toEqual({ unit: 's', description: 'when' });
  });

  test('a count beyond 32 bits is stored as a double and still read as an integer', () => {
    const table = tableOf(DEFINITION, [[0, 3_000_000_000, 'a', true]]);
    const bytes = encodeArrow(table, IDENTITY);
    expect(String(tableFromIPC(bytes).schema.fields[1]!.type)).toBe('Float64');
    expect(decodeArrow(bytes)).toEqual(table);
  });

  test('metadata tell which run it was, with units and without wall-clock time', () => {
    const { metadata } = tableFromIPC(encodeArrow(tableOf(DEFINITION, []), IDENTITY)).schema;
    expect(Object.fromEntries(metadata)).toMatchObject({
      'wavetank.table': 'things',
      'wavetank.scenario': 'online-boutique-rollout',
      'wavetank.scenario.sha256': IDENTITY.scenarioDigest,
      'wavetank.seed': '42',
      'wavetank.digest': IDENTITY.digest,
      'wavetank.version': '0.1.0',
      'wavetank.model_version': '1',
      'wavetank.command': IDENTITY.command,
      'wavetank.units': '{"at_s":"s"}',
    });
    expect([...metadata.keys()].filter((key) => key.includes('time') || key.includes('date'))).toEqual([]);
  });
});

describe('encodeParquet', () => {
  test.each([...tables.keys()])('table %s comes back as it was', async (name) => {
    const table = tables.get(name)!;
    const objects = await parquetReadObjects({ file: bufferOf(encodeParquet(table, IDENTITY)) });
    const names = table.definition.columns.map((column) => column.name);
    expect(objects.map((row) => names.map((column) => row[column] ?? null))).toEqual(rowsOf(table));
  });

  test('same metadata as the Arrow file, equal bytes twice', () => {
    const table = tables.get('pods')!;
    const bytes = encodeParquet(table, IDENTITY);
    const keys = parquetMetadata(bufferOf(bytes)).key_value_metadata ?? [];
    const { metadata } = tableFromIPC(encodeArrow(table, IDENTITY)).schema;
    expect(new Map(keys.map(({ key, value }) => [key, value]))).toEqual(new Map(metadata));
    expect(Buffer.compare(bytes, encodeParquet(table, IDENTITY))).toBe(0);
  });
});

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}
