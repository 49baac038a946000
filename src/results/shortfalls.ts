import { byText, groupBy, rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** Pods are created within a second; a workload that lacks one for longer is told of, seconds. */
const LONG_SHORT_SECONDS = 30;

/** A workload that last had fewer pods than wanted (ready or not), or a DaemonSet that no node matches. */
export interface Shortfall {
  /** `deployment/web`, with `namespace/` before it outside `default`. */
  readonly workload: string;
  readonly pods: number;
  /** 0 of a DaemonSet whose selectors and tolerations fit no node. */
  readonly wanted: number;
  readonly sinceSeconds: number;
  /** What its controller last warned of since then, for example a FailedCreate; empty if it said nothing. */
  readonly message: string;
}

interface Counts {
  readonly time_s: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly owner: string;
  readonly desired: number;
  readonly current: number;
}

/** The tables don't say when a workload is deleted: its last counts stand. */
export function shortfallsOf(tables: RecordedTables, durationSeconds: number): Shortfall[] {
  const shape = {
    time_s: 'number',
    kind: 'text',
    namespace: 'text',
    name: 'text',
    owner: 'text',
    desired: 'integer',
    current: 'integer',
  } as const;
  const counts = rows(tables, 'replicas', shape) as Counts[];
  const own = groupBy(
    counts.filter(({ owner }) => owner === ''),
    ({ kind, namespace, name }) => `${namespace}/${kind.toLowerCase()}/${name}`,
  );
  const warnings = warningsOf(tables, counts);
  return [...own]
    .flatMap(([key, group]): Shortfall[] => {
      const { kind, namespace, name, current, desired } = group.at(-1)!;
      const isNowhere = kind === 'DaemonSet' && desired === 0;
      const start = group.findLastIndex((row) => row.current >= row.desired) + 1;
      const since = isNowhere ? group[0]!.time_s : group[start]?.time_s;
      if (since === undefined || durationSeconds - since < LONG_SHORT_SECONDS) return [];
      const workload = `${namespace === 'default' ? '' : `${namespace}/`}${kind.toLowerCase()}/${name}`;
      const warning = warnings.get(key);
      const message = warning !== undefined && warning.at >= since ? warning.message : '';
      // A workload that is deleted with its pods is last seen without any, and nobody complains.
      if (!isNowhere && current === 0 && message === '') return [];
      return [{ workload, pods: current, wanted: desired, sinceSeconds: since, message }];
    })
    .sort((left, right) => byText(left.workload, right.workload));
}

/** The last warning about every workload or one of its ReplicaSets; those about pods are told with the pods. */
function warningsOf(
  tables: RecordedTables,
  counts: readonly Counts[],
): Map<string, { readonly at: number; readonly message: string }> {
  const ownerOf = new Map(counts.map(({ kind, namespace, name, owner }) => [`${namespace}/${kind}/${name}`, owner]));
  const shape = {
    time_s: 'number',
    kind: 'text',
    namespace: 'text',
    name: 'text',
    type: 'text',
    message: 'text',
  } as const;
  const warnings = new Map<string, { at: number; message: string }>();
  for (const { time_s, kind, namespace, name, type, message } of rows(tables, 'events', shape)) {
    if (type !== 'Warning') continue;
    const owner = kind === 'ReplicaSet' ? (ownerOf.get(`${namespace!}/${kind}/${name!}`) ?? '') : '';
    const workload = owner === '' ? `${kind!.toLowerCase()}/${name!}` : `deployment/${owner}`;
    const text = message!.replace(/^\(combined from similar events\): /, '');
    warnings.set(`${namespace!}/${workload}`, { at: time_s!, message: text });
  }
  return warnings;
}
