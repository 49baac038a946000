import { rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** What the scheduler said of a pod, and since when. */
export interface SchedulersWord {
  readonly atSeconds: number;
  readonly message: string;
}

/** A pod that the scheduler could not place at once, or has not looked at for long. */
export interface WaitingPod {
  readonly namespace: string;
  readonly pod: string;
  /** `deployment/web`, with `namespace/` before it outside `default`. */
  readonly workload: string;
  readonly fromSeconds: number;
  /** Null: it waits still. */
  readonly toSeconds: number | null;
  /** When the API server had it no more; null: it outlived the run. */
  readonly removedSeconds: number | null;
  /** Whether a kubelet took it in. */
  readonly isAdmitted: boolean;
  /** Whether scheduling gates kept it, as far as was last known. */
  readonly isGated: boolean;
  readonly end: 'scheduled' | 'deleted' | 'pending';
  /** Where it went; empty if nowhere. */
  readonly node: string;
  /** Messages of its FailedScheduling events, and of those of claims that could not be made for it, each where it differs from the one before. */
  readonly words: readonly SchedulersWord[];
}

/** Every pod's wait for a node. */
export function waitingPods(tables: RecordedTables, durationSeconds: number): WaitingPod[] {
  const words = schedulersWords(tables);
  return rows(tables, 'pods', POD).map((pod) => {
    const toSeconds = pod.scheduled_s ?? pod.deleted_s ?? pod.removed_s;
    const fromSeconds = pod.created_s ?? durationSeconds;
    const said = words.get(`${pod.namespace!}/${pod.name!}`) ?? [];
    return {
      namespace: pod.namespace!,
      pod: pod.name!,
      workload: pod.namespace === 'default' ? pod.workload! : `${pod.namespace!}/${pod.workload!}`,
      fromSeconds,
      toSeconds,
      removedSeconds: pod.removed_s,
      isAdmitted: pod.admitted_s !== null,
      isGated: pod.reason === 'SchedulingGated',
      end: pod.scheduled_s !== null ? 'scheduled' : toSeconds === null ? 'pending' : 'deleted',
      node: pod.node ?? '',
      words: changesOf(said, fromSeconds, toSeconds ?? durationSeconds),
    };
  });
}

const POD = {
  namespace: 'text',
  name: 'text',
  workload: 'text',
  node: 'text',
  created_s: 'number',
  scheduled_s: 'number',
  admitted_s: 'number',
  deleted_s: 'number',
  removed_s: 'number',
  reason: 'text',
} as const;

/** Another pod of the name may have been there before, and may come after. */
function changesOf(said: readonly SchedulersWord[], fromSeconds: number, toSeconds: number): SchedulersWord[] {
  const own = said.filter(({ atSeconds }) => atSeconds >= fromSeconds && atSeconds <= toSeconds);
  return own.filter(({ message }, index) => index === 0 || own[index - 1]!.message !== message);
}

const TOLD: ReadonlySet<string | null> = new Set(['FailedScheduling', 'FailedResourceClaimCreation']);

function schedulersWords(tables: RecordedTables): Map<string, SchedulersWord[]> {
  const shape = {
    time_s: 'number',
    kind: 'text',
    namespace: 'text',
    name: 'text',
    reason: 'text',
    message: 'text',
  } as const;
  const words = new Map<string, SchedulersWord[]>();
  for (const event of rows(tables, 'events', shape)) {
    if (!TOLD.has(event.reason) || event.kind !== 'Pod') continue;
    const key = `${event.namespace!}/${event.name!}`;
    const said = words.get(key);
    const word = { atSeconds: event.time_s!, message: event.message! };
    if (said === undefined) words.set(key, [word]);
    else said.push(word);
  }
  return words;
}

/** Without what preemption would have found, which says little and takes a line. */
export function schedulersReason(message: string): string {
  const end = message.search(/\. (?:no new claims|preemption:|not found)/);
  return end < 0 ? message : message.slice(0, end);
}
