import { constant, type Distribution, lognormalByMedian } from '../../kernel/distributions.js';
import { MILLISECOND_US, type Micros } from '../../kernel/time.js';
import { CLIENT_LIMITS } from '../api/clients.js';
import type { Preset } from '../api/parameters.js';
import { BACKOFF_LIMITS, type BackoffLimits } from './backoff.js';
import { DEFAULT_PROFILE, type SchedulingProfile } from './profile.js';
import type { TieRule } from './tie-break.js';

/** Times and limits of the scheduler. Sources: reference/scheduling.md 7.4 and reference/control-plane.md 10. */
export interface SchedulerParameters extends BackoffLimits {
  /** Pods that name none of them are left to other schedulers. */
  readonly profiles: readonly SchedulingProfile[];
  /** Which of the nodes with the highest total is taken. */
  readonly ties: TieRule;
  /** Requests a second that its API client sends at most. */
  readonly qps: number;
  /** Requests that its API client may send at once when it has sent none for a while. */
  readonly burst: number;
  /**
   * Time that a pod takes of the loop beside the algorithm (us): informers, queue, binding, Events and the API server's work for
   * them share the scheduler's cores. Where the preset shares cores with the API server itself: the scheduler's own part.
   */
  readonly podUs: Micros;
  /** Time of the algorithm whatever the cluster (us). */
  readonly attemptUs: Micros;
  /** For each node that is filtered and scored (us). */
  readonly evaluatedNodeUs: Micros;
  /** For each spread constraint and each pod in the cluster, or each node where there are more of these (us). */
  readonly spreadPodUs: Micros;
  /** For each pod looked at for inter-pod affinity (us): all, if the pod has terms of its own, else those that have terms. */
  readonly termPodUs: Micros;
  /** For each pod that matches a required term of the pod's own (us). */
  readonly matchedPodUs: Micros;
  /** For each claim of the pod and node evaluated (us). */
  readonly claimNodeUs: Micros;
  /** For each claim of the pod for devices and node evaluated (us). */
  readonly deviceNodeUs: Micros;
  /** For each time that the search for victims filters a node: once without them, once for each that may come back (us). */
  readonly dryRunUs: Micros;
  /** Factor on the time of the algorithm: 3 mimics the machine of scheduler_perf (reference/scheduling.md 7.4). */
  readonly attemptFactor: number;
  /** Chance in the time of the algorithm: a factor around 1. */
  readonly attemptJitter: Distribution;
  /** From the end of an attempt to the sending of the binding, while other pods are tried (us). */
  readonly handOver: Distribution;
}

/** kubernetes v1.36.3, real code on 2 cores, 10 to 5,000 nodes: reference/scheduling.md 7.3, fit in 7.4. */
const ATTEMPT_US = 30;
const EVALUATED_NODE_US = 1.5;
/** 0.22 us a pod for the two constraints that are the system's default. */
const SPREAD_POD_US = 0.11;
const TERM_POD_US = 0.1;
/** What is left of the floors of reference/scheduling.md 7.2 for required terms, and for claims: docs/fidelity.md. */
const MATCHED_POD_US = 0.8;
const CLAIM_NODE_US = 4;
/** The same for SchedulingWithResourceClaimTemplate: a floor of 56 pods a second, "typically above 70" (scheduler_perf/dra/performance-config.yaml). */
const DEVICE_NODE_US = 14;
/** reference/scheduling.md 7.4: judgement. */
const DRY_RUN_US = 1.5;
/**
 * recordings/scheduler-throughput: 743 pods a second on 500 nodes (230 evaluated), 571 on 1,000 (420 evaluated), so 0.86 ms a pod
 * and 2.1 us a node evaluated; with the mean of the chance in the algorithm's time (1.09) 1 ms and 1.6 us.
 */
const POD_US = 1_000;
/** The same runs: the scheduler takes 1.10 and 1.65 ms of CPU a pod, which is 0.3 ms beside the algorithm on two cores. */
const RECORDED_POD_US = 100;
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
  recorded: { ...withHandOver(lognormalByMedian(1 * MILLISECOND_US, 0.5)), podUs: RECORDED_POD_US },
};

function withHandOver(handOver: Distribution): SchedulerParameters {
  return {
    profiles: [DEFAULT_PROFILE],
    ties: 'ordered',
    ...BACKOFF_LIMITS,
    ...CLIENT_LIMITS.scheduler,
    podUs: POD_US,
    attemptUs: ATTEMPT_US,
    evaluatedNodeUs: EVALUATED_NODE_US,
    spreadPodUs: SPREAD_POD_US,
    termPodUs: TERM_POD_US,
    matchedPodUs: MATCHED_POD_US,
    claimNodeUs: CLAIM_NODE_US,
    deviceNodeUs: DEVICE_NODE_US,
    dryRunUs: DRY_RUN_US,
    attemptFactor: 1,
    attemptJitter: lognormalByMedian(1, ATTEMPT_LOG_SD),
    handOver,
  };
}
