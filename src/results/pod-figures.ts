import { rows } from './columns.js';
import { type FailedPods, failedPodsOf } from './failed-pods.js';
import { quantileOf } from './histogram.js';
import type { RecordedTables } from './identity.js';

/** Quantiles of a duration over pods, in seconds. */
export interface DurationQuantiles {
  readonly pods: number;
  readonly p50Seconds: number | null;
  readonly p90Seconds: number | null;
  readonly p99Seconds: number | null;
}

/** What became of the pods of a run. */
export interface PodFigures {
  /** Over all pods of the run, the warm-up's too: creation to Running, and to Ready, as the API server saw them. */
  readonly startup: { readonly running: DurationQuantiles; readonly ready: DurationQuantiles };
  readonly pods: number;
  /** Of these, the ones that ended as Failed without having been deleted before. */
  readonly failedPods: number;
  /** The same by workload and reason. */
  readonly failures: readonly FailedPods[];
  /** Of all pods, the ones that were there at the end of the run and had no node. */
  readonly podsWithoutNode: number;
  readonly restarts: number;
}

export function podFigures(tables: RecordedTables): PodFigures {
  const pods = rows(tables, 'pods', {
    created_s: 'number',
    running_s: 'number',
    ready_s: 'number',
    scheduled_s: 'number',
    deleted_s: 'number',
    removed_s: 'number',
    restarts: 'integer',
  });
  const failures = failedPodsOf(tables);
  const until = (point: 'running_s' | 'ready_s'): DurationQuantiles => {
    const reached = pods.filter((pod) => pod[point] !== null && pod.created_s !== null);
    const sorted = reached.map((pod) => pod[point]! - pod.created_s!).sort((left, right) => left - right);
    return {
      pods: sorted.length,
      p50Seconds: quantileOf(sorted, 0.5),
      p90Seconds: quantileOf(sorted, 0.9),
      p99Seconds: quantileOf(sorted, 0.99),
    };
  };
  return {
    startup: { running: until('running_s'), ready: until('ready_s') },
    pods: pods.length,
    failedPods: failures.reduce((sum, group) => sum + group.pods, 0),
    failures,
    podsWithoutNode: pods.filter(
      ({ scheduled_s, deleted_s, removed_s }) => scheduled_s === null && deleted_s === null && removed_s === null,
    ).length,
    restarts: pods.reduce((sum, pod) => sum + (pod.restarts ?? 0), 0),
  };
}
