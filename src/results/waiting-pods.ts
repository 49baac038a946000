import { groupBy, rows } from './columns.js';
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
  /** What kept it out of the scheduler's queue until it went or the run ended; empty: nothing, or its gates. */
  readonly held: string;
  /**
   * What its condition PodScheduled said (an Event counted up keeps the first message), and events of claims that could not be made
   * for it, each where it differs from the one before.
   */
  readonly words: readonly SchedulersWord[];
}

/** Every pod's wait for a node. */
export function waitingPods(tables: RecordedTables, durationSeconds: number): WaitingPod[] {
  const waits = waitsByUid(tables);
  const unmade = unmadeClaims(tables);
  return rows(tables, 'pods', POD).map((pod) => {
    const toSeconds = pod.scheduled_s ?? pod.deleted_s ?? pod.removed_s;
    const fromSeconds = pod.created_s ?? durationSeconds;
    const own = waits.get(pod.uid!) ?? [];
    const events = unmade.get(`${pod.namespace!}/${pod.name!}`) ?? [];
    const words = [...own.filter(({ isHeld }) => !isHeld), ...events];
    const said = words.toSorted((left, right) => left.atSeconds - right.atSeconds);
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
      held: own.find(({ isHeld }) => isHeld)?.message ?? '',
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
  uid: 'text',
} as const;

/** Another pod of the name may have been there before, and may come after. */
function changesOf(said: readonly SchedulersWord[], fromSeconds: number, toSeconds: number): SchedulersWord[] {
  const own = said.filter(({ atSeconds }) => atSeconds >= fromSeconds && atSeconds <= toSeconds);
  const changes = own.filter(({ message }, index) => index === 0 || own[index - 1]!.message !== message);
  return changes.map(({ atSeconds, message }) => ({ atSeconds, message }));
}

interface Wait extends SchedulersWord {
  readonly isHeld: boolean;
}

function waitsByUid(tables: RecordedTables): Map<string, Wait[]> {
  const shape = { time_s: 'number', uid: 'text', message: 'text', held: 'boolean' } as const;
  const waits = rows(tables, 'pod_waits', shape).map(({ time_s, uid, message, held }) => {
    return { uid: uid!, atSeconds: time_s!, message: message!, isHeld: held! };
  });
  return groupBy(waits, ({ uid }) => uid);
}

/** Events of claims for devices that could not be made, by pod. */
function unmadeClaims(tables: RecordedTables): Map<string, SchedulersWord[]> {
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
    if (event.reason !== 'FailedResourceClaimCreation' || event.kind !== 'Pod') continue;
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
