import { byText, groupBy, rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** Pods of one workload that ended as Failed for one reason, without having been deleted before. */
export interface FailedPods {
  /** `deployment/web`, with `namespace/` before it outside `default`. */
  readonly workload: string;
  readonly pods: number;
  /** For example `OutOfcpu`, `Evicted` or `Error`; empty if nobody gave one. */
  readonly reason: string;
  /** The last warning about one of them that has this reason; empty if there was none. */
  readonly message: string;
}

/** The most frequent first. */
export function failedPodsOf(tables: RecordedTables): FailedPods[] {
  const shape = {
    namespace: 'text',
    name: 'text',
    workload: 'text',
    deleted_s: 'number',
    stopped_s: 'number',
    phase: 'text',
    reason: 'text',
  } as const;
  const failed = rows(tables, 'pods', shape).filter(
    ({ phase, deleted_s, stopped_s }) =>
      phase === 'Failed' && (deleted_s === null || (stopped_s !== null && stopped_s <= deleted_s)),
  );
  if (failed.length === 0) return [];
  const warnings = warningsOf(tables);
  const told = failed.map(({ namespace, name, workload, reason }) => ({
    workload: namespace === 'default' ? workload! : `${namespace!}/${workload!}`,
    reason: reason ?? '',
    message: warnings.get(`${namespace!}/${name!} ${reason ?? ''}`) ?? '',
  }));
  return [...groupBy(told, ({ workload, reason }) => `${workload} ${reason}`).values()]
    .map((group) => ({
      ...group[0]!,
      pods: group.length,
      message: group.findLast((pod) => pod.message)?.message ?? '',
    }))
    .sort(
      (left, right) =>
        right.pods - left.pods || byText(left.workload, right.workload) || byText(left.reason, right.reason),
    );
}

/** The last warning of every pod and reason. */
function warningsOf(tables: RecordedTables): Map<string, string> {
  const shape = {
    kind: 'text',
    namespace: 'text',
    name: 'text',
    type: 'text',
    reason: 'text',
    message: 'text',
  } as const;
  const warnings = new Map<string, string>();
  for (const { kind, namespace, name, type, reason, message } of rows(tables, 'events', shape)) {
    if (kind === 'Pod' && type === 'Warning') warnings.set(`${namespace!}/${name!} ${reason!}`, message!);
  }
  return warnings;
}
