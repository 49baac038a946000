import { byText, groupBy, rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** Pods that start have not failed yet: the slowest start-ups take about a minute. */
const LONG_UNREADY_SECONDS = 60;

/** Pods of one workload that have a node and were long not ready when the run ended. */
export interface UnreadyPods {
  /** `deployment/web`, with `namespace/` before it outside `default`. */
  readonly workload: string;
  readonly pods: number;
  /** When the first of them was last ready; of one that never was, its creation. */
  readonly sinceSeconds: number;
  /** Why one of them waits, for example `CrashLoopBackOff`; empty if Kubernetes has no word for it. */
  readonly reason: string;
}

const UNREADY: readonly string[] = ['creating', 'starting', 'not-ready', 'crash-loop'];

export function unreadyPods(tables: RecordedTables, durationSeconds: number): UnreadyPods[] {
  const shape = { namespace: 'text', pod: 'text', phase: 'text', from_s: 'number', to_s: 'number' } as const;
  const spans = groupBy(rows(tables, 'pod_phases', shape), ({ namespace, pod }) => `${namespace!}/${pod!}`);
  const podShape = { namespace: 'text', name: 'text', workload: 'text', phase: 'text', reason: 'text' } as const;
  const unready = rows(tables, 'pods', podShape).flatMap((pod) => {
    const own = spans.get(`${pod.namespace!}/${pod.name!}`) ?? [];
    const last = own.at(-1);
    const hasEnded = pod.phase === 'Succeeded' || pod.phase === 'Failed';
    if (hasEnded || last?.to_s !== durationSeconds || !UNREADY.includes(last.phase!)) return [];
    const since = own.findLast(({ phase }) => phase === 'ready')?.to_s ?? own[0]!.from_s!;
    if (durationSeconds - since < LONG_UNREADY_SECONDS) return [];
    const workload = pod.namespace === 'default' ? pod.workload! : `${pod.namespace!}/${pod.workload!}`;
    return [{ workload, since, reason: pod.reason! }];
  });
  return [...groupBy(unready, ({ workload }) => workload)]
    .map(([workload, group]) => ({
      workload,
      pods: group.length,
      sinceSeconds: Math.min(...group.map(({ since }) => since)),
      reason: group.find(({ reason }) => reason !== '')?.reason ?? '',
    }))
    .sort((left, right) => byText(left.workload, right.workload));
}
