import { constant, type Distribution, lognormalByMedian } from '../../kernel/distributions.js';
import { MILLISECOND_US, type Micros } from '../../kernel/time.js';
import { CLIENT_LIMITS } from '../api/clients.js';
import type { Preset } from '../api/parameters.js';

/** Times and limits of the scheduler. Sources: reference/scheduling.md 7.4 and reference/control-plane.md 10. */
export interface SchedulerParameters {
  /** Limits of its API client: requests a second (0 = no limit), and how many at once. */
  readonly qps: number;
  readonly burst: number;
  /** Time of an attempt whatever the cluster (us), in which no other pod is tried. */
  readonly attemptUs: Micros;
  /** Time for each node that is filtered and scored (us). */
  readonly evaluatedNodeUs: Micros;
  /** Time for each node of the cluster if the pod spreads (us). */
  readonly spreadNodeUs: Micros;
  /** Factor on the time of an attempt, around 1. */
  readonly attemptJitter: Distribution;
  /** From the end of an attempt to the sending of the binding, while other pods are tried (us). */
  readonly handOver: Distribution;
}

/** kubernetes v1.36.3, real code on 2 cores, 10 to 5,000 nodes: reference/scheduling.md 7.3, fit in 7.4. */
const ATTEMPT_US = 30;
const EVALUATED_NODE_US = 1.5;
const SPREAD_NODE_US = 0.22;
/** p95 / p50 = 2: ln 2 / 1.645. */
const ATTEMPT_LOG_SD = 0.4214;

/**
 * `handOver` is what is left of "scheduler cycle+bind" (control-plane.md 10: medians 10, 12, 30 and 12 ms) without the
 * attempt and the write of the binding (5, 7, 22 ms). At the edge the write alone takes longer.
 */
export const SCHEDULER_PRESETS: { readonly [P in Preset]: SchedulerParameters } = {
  'bare-metal': withHandOver(lognormalByMedian(5 * MILLISECOND_US, 0.4)),
  managed: withHandOver(lognormalByMedian(5 * MILLISECOND_US, 0.5)),
  large: withHandOver(lognormalByMedian(8 * MILLISECOND_US, 0.8)),
  edge: withHandOver(constant(0)),
  // From a pod's creation to its binding 13 ms (p50) with the queue for the cores: recordings/FINDINGS.md.
  recorded: withHandOver(lognormalByMedian(1 * MILLISECOND_US, 0.5)),
};

function withHandOver(handOver: Distribution): SchedulerParameters {
  return {
    ...CLIENT_LIMITS.scheduler,
    attemptUs: ATTEMPT_US,
    evaluatedNodeUs: EVALUATED_NODE_US,
    spreadNodeUs: SPREAD_NODE_US,
    attemptJitter: lognormalByMedian(1, ATTEMPT_LOG_SD),
    handOver,
  };
}
