import type { KcmWorld } from '../cluster/api/kcm.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { RecordedTable } from '../kernel/probe.js';
import type { Micros } from '../kernel/time.js';
import type { Expectation } from '../scenario/expectations.js';
import type { TimelineEntry } from '../scenario/types.js';
import type { MonitorState } from './expect/monitors.js';
import type { DrainState } from './operator/drain.js';
import type { PodLedger } from './measure/pods.js';
import type { RecoveryState } from './measure/recoveries.js';
import type { RolloutState } from './measure/rollouts.js';
import type { NodeIntervals } from './measure/nodes.js';

/** The experiment's slice of the world: what is to happen, what is to hold, and what was measured on the way. */
export interface ExperimentState {
  /** Objects created at the start, in this order. */
  readonly manifests: readonly KubernetesObject[];
  readonly timeline: readonly TimelineEntry[];
  readonly expectations: readonly Expectation[];
  readonly warmupUs: Micros;
  readonly durationUs: Micros;
  readonly intervalUs: Micros;
  /** Number of the controller that plays kubectl. */
  readonly operator: number;
  /** Number of the controller that plays `kubectl drain`, and its drains under way by number of their command. */
  readonly drainer: number;
  readonly drains: Map<string, DrainState>;
  /** Numbers of the commands that have begun and not ended. */
  readonly underWay: Set<string>;
  /** What `kubectl apply` applied last, by kind, namespace and name. */
  readonly applied: Map<string, KubernetesObject>;
  readonly monitors: MonitorState[];
  readonly pods: PodLedger;
  /** What pods wait for (measure/waits.ts): no part of the digest. */
  readonly waits: RecordedTable;
  readonly rollouts: RolloutState;
  readonly recoveries: RecoveryState;
  readonly nodeIntervals: NodeIntervals;
}

export interface ExperimentWorld extends KcmWorld {
  readonly experiment: ExperimentState;
}
