import { byText, groupBy, rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** Pods of one workload that had to go for more urgent pods of another. */
export interface Preemptions {
  /** `deployment/batch`, with `namespace/` before it outside `default`. */
  readonly victims: string;
  readonly preemptor: string;
  readonly pods: number;
  /** When the first and the last of them were evicted. */
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

const EVENT = { time_s: 'number', reason: 'text', namespace: 'text', name: 'text', message: 'text' } as const;
const POD = { namespace: 'text', name: 'text', workload: 'text', uid: 'text' } as const;

/** Who was preempted by whom, as the scheduler's Events say; the first come first. */
export function preemptionsOf(tables: RecordedTables): Preemptions[] {
  const events = rows(tables, 'events', EVENT).filter(({ reason }) => reason === 'Preempted');
  if (events.length === 0) return [];
  const workloads = new Map<string, string>();
  for (const { namespace, name, workload, uid } of rows(tables, 'pods', POD)) {
    const full = namespace === 'default' ? workload! : `${namespace!}/${workload!}`;
    workloads.set(`${namespace!}/${name!}`, full);
    workloads.set(uid!, full);
  }
  // A preemptor that is tried again before the watch shows its victim terminating evicts it once more.
  const told = new Set<string>();
  const evictions = events.flatMap(({ time_s, namespace, name, message }) => {
    const eviction = `${namespace!}/${name!} ${message!}`;
    if (told.has(eviction)) return [];
    told.add(eviction);
    const preemptor = /^Preempted by pod (\S+) on node /.exec(message!)?.[1] ?? '';
    const one = {
      atSeconds: time_s!,
      victims: workloads.get(`${namespace!}/${name!}`) ?? `pod/${name!}`,
      preemptor: workloads.get(preemptor) ?? `pod/${preemptor}`,
    };
    return [one];
  });
  const groups = groupBy(evictions, ({ victims, preemptor }) => `${victims} ${preemptor}`);
  return [...groups.values()]
    .map((group) => ({
      victims: group[0]!.victims,
      preemptor: group[0]!.preemptor,
      pods: group.length,
      firstSeconds: Math.min(...group.map(({ atSeconds }) => atSeconds)),
      lastSeconds: Math.max(...group.map(({ atSeconds }) => atSeconds)),
    }))
    .sort((left, right) => left.firstSeconds - right.firstSeconds || byText(left.victims, right.victims));
}
