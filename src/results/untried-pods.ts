import { type PodAttempts, subjectOf } from './attempts.js';
import { rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** A pod that no scheduler tried to place, and why. */
export interface UntriedPod {
  /** `pod/NAME` and `deployment/NAME`, with `NAMESPACE/` before them outside `default`. */
  readonly pod: string;
  readonly workload: string;
  readonly why: string;
}

const POD = {
  namespace: 'text',
  name: 'text',
  workload: 'text',
  uid: 'text',
  node: 'text',
  reason: 'text',
} as const;

/** Pods of a run that recorded attempts, without any of their own. */
export function untriedPods(tables: RecordedTables, tried: readonly PodAttempts[]): UntriedPod[] {
  const known = new Set(tried.map(({ uid }) => uid));
  return rows(tables, 'pods', POD)
    .filter(({ uid }) => !known.has(uid!))
    .map(({ namespace, name, workload, node, reason }) => ({
      pod: subjectOf(namespace!, `pod/${name!}`),
      workload: subjectOf(namespace!, workload!),
      why: whyOf(node ?? '', reason ?? ''),
    }));
}

function whyOf(node: string, reason: string): string {
  if (reason === 'SchedulingGated') return 'it has scheduling gates, which were not removed';
  if (node !== '') return `it names its node itself (${node})`;
  return 'it asks for a scheduler (schedulerName) that does not exist, or came as the run ended';
}
