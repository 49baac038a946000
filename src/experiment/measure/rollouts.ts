import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type { ControllerRevision, Deployment } from '../../cluster/api/objects/workload.js';
import { sameData } from '../../cluster/api/patch.js';
import { collection, keyOf } from '../../cluster/api/store.js';
import { recordRow } from '../../kernel/probe.js';
import { type Micros, microsToSeconds } from '../../kernel/time.js';
import { revisionOf } from '../revisions.js';
import { ROLLOUT_TABLE } from '../tables.js';
import type { ExperimentWorld } from '../world.js';
import { isRolledOut, ROLLING_KINDS, type RollingWorkload } from './workloads.js';

/** Rollouts under way, by kind and key of the workload: when the new template was stored. */
export interface RolloutState {
  readonly open: Map<string, Rollout>;
}

interface Rollout {
  readonly workload: RollingWorkload;
  readonly startedAt: Micros;
  /** Revision of a Deployment, as far as it is known. */
  revision: number;
}

export function createRollouts(): RolloutState {
  return { open: new Map() };
}

/** Records every rollout, from the new template being stored to its completion, failure or successor. */
export function measureRollouts<W extends ExperimentWorld>(listeners: Listeners<W>): void {
  for (const kind of ROLLING_KINDS) {
    listeners.on<RollingWorkload>(PROBE_COMPONENT, kind, (world, { object, before, type }) => {
      const { open } = world.experiment.rollouts;
      const key = keyOfWorkload(object);
      if (type === 'deleted') {
        open.delete(key);
        return;
      }
      if (before === undefined || !sameData(before.spec.template, object.spec.template)) {
        if (open.has(key)) close(world, key, null, 'superseded');
        open.set(key, { workload: object, startedAt: world.kernel.now, revision: 0 });
        return;
      }
      const rollout = open.get(key);
      if (rollout === undefined) return;
      if (object.status.observedGeneration === object.metadata.generation) rollout.revision = revisionOf(object);
      if (isRolledOut(object)) close(world, key, world.kernel.now, 'complete');
      else if (hasFailed(object, rollout.startedAt)) close(world, key, world.kernel.now, 'failed');
    });
  }
}

function keyOfWorkload({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${keyOf(metadata.namespace, metadata.name)}`;
}

/** Records the rollouts that the run's end found unfinished. */
export function finishRollouts(world: ExperimentWorld): void {
  for (const key of world.experiment.rollouts.open.keys()) close(world, key, null, 'unfinished');
}

/** Only Deployments have a deadline. The failure of the rollout before stands there until something progresses. */
function hasFailed({ status }: RollingWorkload, startedAt: Micros): boolean {
  return ((status as Deployment['status']).conditions ?? []).some(
    ({ type, reason, lastUpdateTime }) =>
      type === 'Progressing' && reason === 'ProgressDeadlineExceeded' && lastUpdateTime! > startedAt,
  );
}

function close(world: ExperimentWorld, key: string, endedAt: Micros | null, outcome: string): void {
  const { open } = world.experiment.rollouts;
  const { workload, startedAt, revision } = open.get(key)!;
  open.delete(key);
  const { kind, metadata } = workload;
  recordRow(world, ROLLOUT_TABLE, [
    metadata.namespace,
    `${kind.toLowerCase()}/${metadata.name}`,
    kind === 'Deployment' ? revision : newestRevision(world, workload),
    microsToSeconds(startedAt),
    endedAt === null ? null : microsToSeconds(endedAt),
    outcome,
  ]);
}

/** Number of the newest ControllerRevision of a StatefulSet or DaemonSet; 0 if it has none. */
function newestRevision(world: ExperimentWorld, { metadata }: RollingWorkload): number {
  let newest = 0;
  for (const revision of collection<ControllerRevision>(world, 'ControllerRevision').values()) {
    const isOwn = (revision.metadata.ownerReferences ?? []).some(({ uid }) => uid === metadata.uid);
    if (isOwn) newest = Math.max(newest, revision.revision);
  }
  return newest;
}
