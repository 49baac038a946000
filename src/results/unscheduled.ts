import { byText, groupBy } from './columns.js';
import type { RecordedTables } from './identity.js';
import { waitingPods } from './waiting-pods.js';

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
  /** The scheduler's last word on one of them; empty if it never said anything. */
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
  const waiting = waitingPods(tables, durationSeconds).flatMap((pod): Waiting[] => {
    const { workload, fromSeconds: since, toSeconds } = pod;
    const waited = (toSeconds ?? durationSeconds) - since;
    const message = pod.words.at(-1)?.message ?? '';
    // Without a node when the run ends may also mean: created a moment before.
    if (waited < LONG_WAIT_SECONDS && (toSeconds !== null || message === '')) return [];
    return [{ workload, since, waited, isStill: toSeconds === null, message }];
  });
  const groups = groupBy(waiting, ({ workload, isStill }) => `${workload} ${String(isStill)}`);
  return [...groups.values()]
    .map(summarizeGroup)
    .sort((left, right) => Number(right.isStill) - Number(left.isStill) || byText(left.workload, right.workload));
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
