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
  /** The last warning about one of them where the reason says little, for example of a volume; else empty. */
  readonly message: string;
}

/** Reasons that don't say what a pod waits for. */
const VAGUE: readonly string[] = ['', 'ContainerCreating', 'PodInitializing'];

const UNREADY: readonly string[] = ['creating', 'starting', 'not-ready', 'crash-loop'];

export function unreadyPods(tables: RecordedTables, durationSeconds: number): UnreadyPods[] {
  const shape = { namespace: 'text', pod: 'text', phase: 'text', from_s: 'number', to_s: 'number' } as const;
  const spans = groupBy(rows(tables, 'pod_phases', shape), ({ namespace, pod }) => `${namespace!}/${pod!}`);
  const podShape = {
    namespace: 'text',
    name: 'text',
    workload: 'text',
    created_s: 'number',
    removed_s: 'number',
    phase: 'text',
    reason: 'text',
  } as const;
  const warnings = warningsOf(tables);
  const unready = rows(tables, 'pods', podShape).flatMap((pod) => {
    if (pod.removed_s !== null) return [];
    const key = `${pod.namespace!}/${pod.name!}`;
    // A pod of a StatefulSet has the name of the one before it.
    const own = (spans.get(key) ?? []).filter(({ from_s }) => from_s! >= pod.created_s!);
    const last = own.at(-1);
    const hasEnded = pod.phase === 'Succeeded' || pod.phase === 'Failed';
    if (hasEnded || last?.to_s !== durationSeconds || !UNREADY.includes(last.phase!)) return [];
    const since = own.findLast(({ phase }) => phase === 'ready')?.to_s ?? own[0]!.from_s!;
    if (durationSeconds - since < LONG_UNREADY_SECONDS) return [];
    const workload = pod.namespace === 'default' ? pod.workload! : `${pod.namespace!}/${pod.workload!}`;
    const warning = VAGUE.includes(pod.reason!) ? warnings.get(key) : undefined;
    const message = warning !== undefined && warning.at >= since ? warning.message : '';
    return [{ workload, since, reason: pod.reason!, message }];
  });
  return [...groupBy(unready, ({ workload }) => workload)]
    .map(([workload, group]) => ({
      workload,
      pods: group.length,
      sinceSeconds: Math.min(...group.map(({ since }) => since)),
      reason: group.find(({ reason }) => reason !== '')?.reason ?? '',
      message: group.find(({ message }) => message !== '')?.message ?? '',
    }))
    .sort((left, right) => byText(left.workload, right.workload));
}

/** The last warning about every pod. */
function warningsOf(tables: RecordedTables): Map<string, { readonly at: number; readonly message: string }> {
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
    if (kind !== 'Pod' || type !== 'Warning') continue;
    warnings.set(`${namespace!}/${name!}`, { at: time_s!, message: message! });
  }
  return warnings;
}
