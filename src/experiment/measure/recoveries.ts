import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import type { Node } from '../../cluster/api/objects/node.js';
import { collection } from '../../cluster/api/store.js';
import { recordRow } from '../../kernel/probe.js';
import { type Micros, microsToSeconds } from '../../kernel/time.js';
import { RECOVERY_TABLE } from '../tables.js';
import type { ExperimentWorld } from '../world.js';
import { type RollingWorkload, workloadCounts } from './workloads.js';

/** A fault and how far the cluster has come back from it. */
interface Recovery {
  /** For example "node general-2". */
  readonly subject: string;
  readonly nodes: readonly string[];
  readonly startedAt: Micros;
  detectedAt: Micros | null;
  /** A workload has been seen below its desired ready replicas since the fault. */
  dipped: boolean;
  restoredAt: Micros | null;
  /** All nodes were Ready again. */
  returnedAt: Micros | null;
  /** Each node was Ready again or its object gone. */
  overAt: Micros | null;
}

export interface RecoveryState {
  readonly list: Recovery[];
  /** By uid: workloads that had all their replicas ready at some time. Of others none can be ready again. */
  readonly complete: Set<string>;
}

export function createRecoveries(): RecoveryState {
  return { list: [], complete: new Set() };
}

/** Notes that a fault has struck these nodes. */
export function startRecovery(world: ExperimentWorld, subject: string, nodes: readonly string[]): void {
  world.experiment.recoveries.list.push({
    subject,
    nodes,
    startedAt: world.kernel.now,
    detectedAt: null,
    dipped: false,
    restoredAt: null,
    returnedAt: null,
    overAt: null,
  });
}

/** Workloads whose pods may come back elsewhere; a daemon comes back with its node. */
const MOVABLE_KINDS = ['Deployment', 'StatefulSet'] as const;

/** Watches nodes and workloads for the stages of each recovery. */
export function measureRecoveries<W extends ExperimentWorld>(listeners: Listeners<W>): void {
  listeners.on<Node>(PROBE_COMPONENT, 'Node', (world) => {
    for (const recovery of world.experiment.recoveries.list) {
      const { now } = world.kernel;
      const nodes = recovery.nodes.map((name) => collection<Node>(world, 'Node').get(name));
      if (!nodes.every(isReady)) recovery.detectedAt ??= now;
      else if (recovery.detectedAt !== null) recovery.returnedAt ??= now;
      const isOver = nodes.every((node) => node === undefined || isReady(node));
      if (isOver && recovery.detectedAt !== null) recovery.overAt ??= now;
    }
  });
  for (const kind of MOVABLE_KINDS) {
    listeners.on<RollingWorkload>(PROBE_COMPONENT, kind, (world, { object }) => {
      const { ready, desired } = workloadCounts(object);
      if (desired > 0 && ready >= desired) world.experiment.recoveries.complete.add(object.metadata.uid);
      const waiting = world.experiment.recoveries.list.filter(({ restoredAt }) => restoredAt === null);
      if (waiting.length === 0) return;
      const whole = MOVABLE_KINDS.every((other) => areWhole(world, other));
      for (const recovery of waiting) {
        // A scale-up or rollout may also leave a workload short: only what comes after the detection is the fault's.
        if (!whole) recovery.dipped ||= recovery.detectedAt !== null;
        else if (recovery.dipped) recovery.restoredAt = world.kernel.now;
      }
    });
  }
}

function areWhole(world: ExperimentWorld, kind: string): boolean {
  for (const workload of collection<RollingWorkload>(world, kind).values()) {
    const { ready, desired } = workloadCounts(workload);
    if (ready < desired && world.experiment.recoveries.complete.has(workload.metadata.uid)) return false;
  }
  return true;
}

export function finishRecoveries(world: ExperimentWorld): void {
  const seconds = (at: Micros | null): number | null => (at === null ? null : microsToSeconds(at));
  for (const recovery of world.experiment.recoveries.list) {
    const { subject, startedAt, detectedAt, dipped, restoredAt, returnedAt, overAt } = recovery;
    recordRow(world, RECOVERY_TABLE, [
      subject,
      microsToSeconds(startedAt),
      seconds(detectedAt),
      seconds(dipped ? restoredAt : overAt), // no workload has missed anything: with the nodes, it is over
      seconds(returnedAt),
    ]);
  }
}

function isReady(node: Node | undefined): boolean {
  return (node?.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}
