import { byText, column, groupBy } from './columns.js';
import type { RecordedTables } from './identity.js';
import { type WaitingPod, waitingPods } from './waiting-pods.js';

/** A pod that has waited so long for a node is told of, seconds: scheduling alone takes well under one. */
const LONG_WAIT_SECONDS = 30;

/** Pods of one workload that waited long for a node, or wait still. */
export interface UnscheduledPods {
  /** `deployment/web`, with `namespace/` before it outside `default`. */
  readonly workload: string;
  readonly pods: number;
  /** When the first of them was created. */
  readonly sinceSeconds: number;
  /** The longest wait among them. */
  readonly longestSeconds: number;
  /** Whether they had no node at the end of the run. */
  readonly isStill: boolean;
  /**
   * The scheduler's last word on one of them, or why it has none; of pods that wait no more the word that stood longest, empty
   * if it never said anything.
   */
  readonly message: string;
}

interface Waiting {
  readonly workload: string;
  readonly since: number;
  readonly waited: number;
  readonly isStill: boolean;
  readonly message: string;
}

/** Pods without a node at the end of the run, and pods that found one late or were deleted before; workload by workload. */
export function unscheduledPods(tables: RecordedTables, durationSeconds: number): UnscheduledPods[] {
  const nodes = new Set(column(tables, 'nodes', 'node'));
  const waiting = waitingPods(tables, durationSeconds).flatMap((pod): Waiting[] => {
    const { workload, fromSeconds: since, toSeconds, node, isAdmitted } = pod;
    if (node !== '' && !isAdmitted && nodes.size > 0 && !nodes.has(node)) return [boundToNothing(pod, durationSeconds)];
    const waited = (toSeconds ?? durationSeconds) - since;
    const isStill = toSeconds === null;
    // The last word on a pod that has found a node may have stood for a moment, and says nothing of the wait.
    const said = (isStill ? pod.words.at(-1)?.message : longestWord(pod, durationSeconds)) ?? '';
    // Without a node when the run ends may also mean: created a moment before.
    if (waited < LONG_WAIT_SECONDS && (!isStill || (said === '' && !pod.isGated))) return [];
    const message = isStill && (pod.isGated || said === '') ? silenceOf(pod) : said;
    return [{ workload, since, waited, isStill, message }];
  });
  const groups = groupBy(waiting, ({ workload, isStill }) => `${workload} ${String(isStill)}`);
  return [...groups.values()]
    .map(summarizeGroup)
    .sort((left, right) => Number(right.isStill) - Number(left.isStill) || byText(left.workload, right.workload));
}

/** Somebody wrote the node's name into the pod, and there was never a node of that name. */
function boundToNothing({ workload, fromSeconds, removedSeconds, node }: WaitingPod, durationSeconds: number): Waiting {
  return {
    workload,
    since: fromSeconds,
    waited: (removedSeconds ?? durationSeconds) - fromSeconds,
    isStill: removedSeconds === null,
    message: `it asks for the node ${node} by name, and no such node exists`,
  };
}

/** What stood longest of all that was said of a pod; of equals the first. */
function longestWord({ words, toSeconds }: WaitingPod, durationSeconds: number): string | undefined {
  const stood = words.map(({ atSeconds, message }, index) => {
    return { message, seconds: (words[index + 1]?.atSeconds ?? toSeconds ?? durationSeconds) - atSeconds };
  });
  return stood.sort((left, right) => right.seconds - left.seconds)[0]?.message;
}

/** Why the scheduler says nothing of a pod that waits. */
function silenceOf({ isGated, held }: WaitingPod): string {
  if (isGated) return 'its scheduling gates were not removed (SchedulingGated)';
  return held === '' ? 'no scheduler ever tried to place it: there is none of its schedulerName' : held;
}

function summarizeGroup(group: readonly Waiting[]): UnscheduledPods {
  const { workload, isStill } = group[0]!;
  return {
    workload,
    pods: group.length,
    sinceSeconds: Math.min(...group.map(({ since }) => since)),
    longestSeconds: Math.max(...group.map(({ waited }) => waited)),
    isStill,
    message: group.findLast(({ message }) => message !== '')?.message ?? '',
  };
}
