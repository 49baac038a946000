import { rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** What the pods bound to a node ask for, of what it has. */
export interface NodeRequests {
  readonly cpuRequested: number;
  readonly cpuAllocatable: number;
  /** Bytes. */
  readonly memoryRequested: number;
  readonly memoryAllocatable: number;
  readonly pods: number;
}

/** A node before the timeline's first action, and at the end of the run. */
export interface NodeUtilisation {
  readonly node: string;
  readonly pool: string;
  readonly zone: string;
  /** When the first figures were taken. */
  readonly beforeSeconds: number;
  readonly before: NodeRequests;
  readonly after: NodeRequests;
}

const SHAPE = {
  end_s: 'number',
  node: 'text',
  pool: 'text',
  zone: 'text',
  cpu_requested: 'number',
  cpu_allocatable: 'number',
  memory_requested: 'number',
  memory_allocatable: 'number',
  pods: 'integer',
} as const;

type Row = ReturnType<typeof rows<typeof SHAPE>>[number];

/**
 * Every node that there was at the end, in the order in which they came: figures are those of the last interval that ended before the
 * first action, or of the first one.
 */
export function nodeUtilisation(tables: RecordedTables): NodeUtilisation[] {
  const firstAction = firstActionSeconds(tables);
  const before = new Map<string, Row>();
  const after = new Map<string, Row>();
  for (const row of rows(tables, 'nodes', SHAPE)) {
    const node = row.node!;
    after.set(node, row);
    if (!before.has(node) || row.end_s! <= firstAction) before.set(node, row);
  }
  return [...after].map(([node, last]) => {
    const first = before.get(node)!;
    return {
      node,
      pool: last.pool ?? '',
      zone: last.zone ?? '',
      beforeSeconds: Math.min(first.end_s!, firstAction),
      before: requestsOf(first),
      after: requestsOf(last),
    };
  });
}

/** Infinite if nothing was done: then the first figures are the last. */
function firstActionSeconds(tables: RecordedTables): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { time_s: at } of rows(tables, 'actions', { time_s: 'number' } as const)) {
    if (at !== null && at > 0 && at < first) first = at;
  }
  return first;
}

function requestsOf(row: Row): NodeRequests {
  return {
    cpuRequested: row.cpu_requested ?? 0,
    cpuAllocatable: row.cpu_allocatable ?? 0,
    memoryRequested: row.memory_requested ?? 0,
    memoryAllocatable: row.memory_allocatable ?? 0,
    pods: row.pods ?? 0,
  };
}
