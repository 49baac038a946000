import { rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** One step of a HorizontalPodAutoscaler. */
export interface Scaling {
  /** Its name, with `namespace/` before it outside `default`. */
  readonly autoscaler: string;
  readonly atSeconds: number;
  /** Replicas asked for before; null where the tables don't tell. */
  readonly from: number | null;
  readonly to: number;
  /** As Kubernetes words it, for example `All metrics below target`. */
  readonly reason: string;
}

/** The Event follows the write of the scale; what lies longer before it was something else. */
const EVENT_LAG_SECONDS = 5;

/** Every step of every autoscaler, from the Events that it recorded. */
export function scalingsOf(tables: RecordedTables): Scaling[] {
  const shape = {
    time_s: 'number',
    kind: 'text',
    namespace: 'text',
    name: 'text',
    reason: 'text',
    message: 'text',
  } as const;
  const writes = scaleWrites(tables);
  const before = new Map<string, number>();
  return rows(tables, 'events', shape).flatMap((event): Scaling[] => {
    const parts = /^(?:\(combined from similar events\): )?New size: (\d+); reason: (.*)$/s.exec(event.message ?? '');
    if (event.reason !== 'SuccessfulRescale' || parts === null) return [];
    const autoscaler = event.namespace === 'default' ? event.name! : `${event.namespace!}/${event.name!}`;
    const to = Number(parts[1]);
    const known = writes.filter(
      (write) =>
        write.namespace === event.namespace &&
        write.to === to &&
        write.at <= event.time_s! &&
        write.at > event.time_s! - EVENT_LAG_SECONDS,
    );
    // Autoscalers are mostly named after what they scale: of two writes at once it is that one.
    const write = known.find(({ name }) => name === event.name) ?? known.at(-1);
    const from = write?.from ?? before.get(autoscaler) ?? null;
    before.set(autoscaler, to);
    return [{ autoscaler, atSeconds: event.time_s!, from, to, reason: parts[2]! }];
  });
}

interface ScaleWrite {
  readonly at: number;
  readonly namespace: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Changes of `spec.replicas` of Deployments, whoever made them. */
function scaleWrites(tables: RecordedTables): ScaleWrite[] {
  const shape = { time_s: 'number', kind: 'text', namespace: 'text', name: 'text', desired: 'integer' } as const;
  const last = new Map<string, number>();
  return rows(tables, 'replicas', shape).flatMap((row): ScaleWrite[] => {
    if (row.kind !== 'Deployment') return [];
    const key = `${row.namespace!}/${row.name!}`;
    const from = last.get(key);
    last.set(key, row.desired!);
    if (from === undefined || from === row.desired) return [];
    return [{ at: row.time_s!, namespace: row.namespace!, name: row.name!, from, to: row.desired! }];
  });
}
