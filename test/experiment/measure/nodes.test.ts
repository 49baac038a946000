import { expect, test } from 'vitest';
import { rows } from '../../../src/results/columns.js';
import { run } from '../../../src/experiment/run.js';
import { load } from '../play.js';

test('pods that have ended ask for nothing any more', () => {
  // Its batch pods end before the nodes are filled with others.
  const { tables } = run(load('scenarios/tour/S35-bin-packing.yaml'));
  const shape = { node: 'text', cpu_requested: 'number', cpu_allocatable: 'number', pods: 'integer' } as const;
  const last = new Map(rows(tables, 'nodes', shape).map((row) => [row.node, row]));
  expect([...last.values()].map((row) => row.pods)).toEqual([8, 9, 9, 9]);
  for (const row of rows(tables, 'nodes', shape)) expect(row.cpu_requested).toBeLessThanOrEqual(row.cpu_allocatable!);
});
