import { describe, expect, test } from 'vitest';
import { NODE_TABLE } from '../../src/cluster/nodes/tables.js';
import { rows } from '../../src/results/columns.js';
import { withDerivedTables } from '../../src/results/derived-tables.js';
import { nodeUtilisation } from '../../src/results/node-utilisation.js';
import { pendingPods, utilisationTable } from '../../src/results/report-scheduling.js';
import { waitingPods } from '../../src/results/waiting-pods.js';
import { IDENTITY, tableOf } from './fixture.js';
import { FULL, node, TAINTED, WAITING_TABLES } from './waiting-fixture.js';

const END = IDENTITY.durationSeconds;
describe('pods that waited for a node', () => {
  test('with each thing that the scheduler said, once, and not to another pod of the name', () => {
    const waiting = waitingPods(WAITING_TABLES, END);
    expect(waiting.map(({ pod, words, end }) => [pod, words.length, end])).toEqual([
      ['a', 2, 'scheduled'],
      ['b', 2, 'scheduled'],
      ['c', 1, 'pending'],
      ['quick', 0, 'scheduled'],
      ['again', 0, 'scheduled'],
      ['again', 1, 'deleted'],
    ]);
    expect(waiting[0]!.words).toEqual([
      { atSeconds: 10.1, message: FULL },
      { atSeconds: 200, message: TAINTED },
    ]);
  });

  test('as a table: a row for each thing said, from when to when', () => {
    const tables = withDerivedTables(WAITING_TABLES, END);
    const shape = {
      pod: 'text',
      from_s: 'number',
      to_s: 'number',
      message: 'text',
      end: 'text',
      node: 'text',
    } as const;
    expect(rows(tables, 'pending_pods', shape)).toEqual([
      ...['a', 'b'].flatMap((pod, index) => [
        { pod, from_s: 10.1, to_s: 200, message: FULL, end: 'scheduled', node: `general-${index + 1}` },
        { pod, from_s: 200, to_s: 300 + 10 * index, message: TAINTED, end: 'scheduled', node: `general-${index + 1}` },
      ]),
      { pod: 'c', from_s: 500.1, to_s: null, message: FULL, end: 'pending', node: '' },
      { pod: 'again', from_s: 101.1, to_s: 150, message: FULL, end: 'deleted', node: '' },
    ]);
  });

  test('on the page: twins are one line, the longest wait first', () => {
    const html = pendingPods(WAITING_TABLES, IDENTITY);
    const lines = [...html.matchAll(/<tr><th scope="row">(.*?)<\/tr>/g)].map(([, line]) =>
      line!.replace(/<[^>]+>/g, '|'),
    );
    expect(lines.map((line) => line.split('|')[0])).toEqual(['c', '2 pods of deployment/web', 'again']);
    expect(lines[0]).toContain('|pending|');
    expect(lines[1]).toContain(
      '10s: 3 Insufficient cpu; 3m 20s: 1 node(s) had untolerated taint(s), 3 Insufficient cpu',
    );
    expect(lines[1]).toContain('on general-1, general-2');
    expect(pendingPods(new Map(), IDENTITY)).toBe('');
  });
});

describe('requests on the nodes', () => {
  test('before the first action, and at the end', () => {
    const [first, second] = nodeUtilisation(WAITING_TABLES);
    expect(first).toMatchObject({ node: 'general-1', beforeSeconds: 120, before: { cpuRequested: 2, pods: 2 } });
    expect(first!.after).toMatchObject({ cpuRequested: 3, memoryRequested: 3 * 2 ** 30, pods: 3 });
    expect(second).toMatchObject({ beforeSeconds: 60, before: { pods: 0 }, after: { pods: 4 } });
    const tables = withDerivedTables(WAITING_TABLES, END);
    const shape = { node: 'text', cpu_requested_before: 'number', cpu_requested_after: 'number' } as const;
    expect(rows(tables, 'node_utilisation', shape)).toEqual([
      { node: 'general-1', cpu_requested_before: 2, cpu_requested_after: 3 },
      { node: 'general-2', cpu_requested_before: 0, cpu_requested_after: 4 },
    ]);
  });

  test('on the page: by node, of many nodes by pool', () => {
    expect(utilisationTable(WAITING_TABLES)).toContain('50% → 75%');
    const many = Array.from({ length: 20 }, (_, index) => node(0, 60, `general-${index}`, 1, 1));
    const html = utilisationTable(new Map([['nodes', tableOf(NODE_TABLE, many)]]));
    expect(html).toContain('general (20 nodes)');
    expect(html).toContain('25% → 25%');
    expect(html).toContain('20 → 20');
    expect(utilisationTable(new Map())).toBe('');
  });
});
