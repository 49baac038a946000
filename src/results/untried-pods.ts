import { byText, rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** A pod that no scheduler tried to place, and why. */
export interface UntriedPod {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly workload: string;
  readonly why: string;
}

const UNTRIED = {
  namespace: 'text',
  pod: 'text',
  uid: 'text',
  workload: 'text',
  gates: 'text',
  node: 'text',
  scheduler: 'text',
  schedulers: 'text',
  lacks: 'text',
} as const;

type UntriedRow = ReturnType<typeof rows<typeof UNTRIED>>[number];

/** The pods that a run was asked to explain and nobody tried, by name. */
export function untriedPods(tables: RecordedTables): UntriedPod[] {
  return rows(tables, 'scheduling_untried', UNTRIED)
    .map((row) => ({
      namespace: row.namespace!,
      pod: row.pod!,
      uid: row.uid!,
      workload: row.workload!,
      why: whyOf(row),
    }))
    .sort((left, right) => byText(left.namespace, right.namespace) || byText(left.pod, right.pod));
}

function whyOf({ gates, node, scheduler, schedulers, lacks }: UntriedRow): string {
  if (gates !== '') return `its scheduling gates were not removed: ${list(gates!)}`;
  if (node !== '') return `it names its node itself (${node!})`;
  if (lacks !== '') return `DynamicResources kept it out of the queue: ${lacks!}`;
  if (scheduler === '') return 'no scheduler came to it before it went or the run ended';
  return `it asks for the scheduler ${scheduler!}, which does not exist; there are: ${list(schedulers!)}`;
}

function list(words: string): string {
  return words.split(' ').join(', ');
}
