import { type Cell, type RecordedTable, type TableDefinition, appendRow, createTable } from '../kernel/probe.js';
import type { RecordedTables } from './identity.js';
import { nodeUtilisation } from './node-utilisation.js';
import { waitingPods } from './waiting-pods.js';

/** Every word of the scheduler on every pod that it could not place at once. */
const PENDING_TABLE: TableDefinition = {
  name: 'pending_pods',
  description: 'Pods that the scheduler could not place at once: a row for each thing it said of one',
  columns: [
    { name: 'namespace', type: 'text', unit: '', description: 'namespace' },
    { name: 'pod', type: 'text', unit: '', description: 'name' },
    { name: 'workload', type: 'text', unit: '', description: 'top owner, for example deployment/web' },
    { name: 'created_s', type: 'number', unit: 's', description: 'stored by the API server' },
    { name: 'from_s', type: 'number', unit: 's', description: 'the scheduler said so' },
    {
      name: 'to_s',
      type: 'number',
      unit: 's',
      description: 'it said something else, or the wait was over; null: still',
    },
    {
      name: 'message',
      type: 'text',
      unit: '',
      description: 'of the condition PodScheduled, or of claims that could not be made',
    },
    { name: 'end', type: 'text', unit: '', description: 'how the wait ended: scheduled, deleted, pending' },
    { name: 'node', type: 'text', unit: '', description: 'where it went, or empty' },
  ],
};

/** Requests on every node before the first action and at the end. */
const UTILISATION_TABLE: TableDefinition = {
  name: 'node_utilisation',
  description: 'What pods ask of every node, before the first action of the timeline and at the end',
  columns: [
    { name: 'node', type: 'text', unit: '', description: 'name' },
    { name: 'pool', type: 'text', unit: '', description: 'node pool' },
    { name: 'zone', type: 'text', unit: '', description: 'zone' },
    { name: 'before_s', type: 'number', unit: 's', description: 'when the figures before were taken' },
    ...(['before', 'after'] as const).flatMap((when) => [
      { name: `cpu_requested_${when}`, type: 'number' as const, unit: 'cores', description: 'requests of its pods' },
      { name: `cpu_allocatable_${when}`, type: 'number' as const, unit: 'cores', description: 'allocatable' },
      { name: `memory_requested_${when}`, type: 'number' as const, unit: 'bytes', description: 'requests of its pods' },
      { name: `memory_allocatable_${when}`, type: 'number' as const, unit: 'bytes', description: 'allocatable' },
      { name: `pods_${when}`, type: 'integer' as const, unit: '', description: 'pods bound to it' },
    ]),
  ],
};

/** What a run recorded, and what is worked out of it for whoever reads tables: no part of the digest. */
export function withDerivedTables(tables: RecordedTables, durationSeconds: number): RecordedTables {
  const derived = [pendingTable(tables, durationSeconds), utilisationTable(tables)];
  return new Map([...tables, ...derived.map((table) => [table.definition.name, table] as const)]);
}

function pendingTable(tables: RecordedTables, durationSeconds: number): RecordedTable {
  const table = createTable(PENDING_TABLE);
  for (const { namespace, pod, workload, fromSeconds, toSeconds, words, end, node } of waitingPods(
    tables,
    durationSeconds,
  )) {
    for (const [index, { atSeconds, message }] of words.entries()) {
      const until = words[index + 1]?.atSeconds ?? toSeconds;
      appendRow(table, [namespace, pod, workload, fromSeconds, atSeconds, until, message, end, node]);
    }
  }
  return table;
}

function utilisationTable(tables: RecordedTables): RecordedTable {
  const table = createTable(UTILISATION_TABLE);
  for (const { node, pool, zone, beforeSeconds, before, after } of nodeUtilisation(tables)) {
    const figures = [before, after].flatMap((at): Cell[] => [
      at.cpuRequested,
      at.cpuAllocatable,
      at.memoryRequested,
      at.memoryAllocatable,
      at.pods,
    ]);
    appendRow(table, [node, pool, zone, beforeSeconds, ...figures]);
  }
  return table;
}
