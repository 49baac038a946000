import { expect, test } from 'vitest';
import { createProbe, openTable, recordRow, type TableDefinition } from '../../src/kernel/probe.js';

const definition: TableDefinition = {
  name: 'pods',
  description: 'Pods that ran',
  columns: [
    { name: 'pod', type: 'text', unit: '', description: 'Name' },
    { name: 'startup', type: 'number', unit: 's', description: 'From creation to ready' },
  ],
};

test('rows are kept column by column', () => {
  const world = { kernel: { probe: createProbe() } };
  openTable(world, definition);
  expect(world.kernel.probe.tables.get('pods')?.rows).toBe(0);
  recordRow(world, definition, ['web-1', 1.5]);
  recordRow(world, definition, ['web-2', null]);
  expect(world.kernel.probe.tables.get('pods')).toMatchObject({
    rows: 2,
    columns: [
      ['web-1', 'web-2'],
      [1.5, null],
    ],
  });
});

test('refuses rows that do not fit and tables that are not open, or open twice', () => {
  const world = { kernel: { probe: createProbe() } };
  expect(() => recordRow(world, definition, ['web-1', 1])).toThrow('table pods is not open');
  openTable(world, definition);
  expect(() => openTable(world, definition)).toThrow('table pods opened twice');
  expect(() => recordRow(world, definition, ['web-1'])).toThrow('table pods has 2 columns, got 1 cells');
});
