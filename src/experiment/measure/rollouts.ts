import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import type { Deployment } from '../../cluster/api/objects/workload.js';
import { sameData } from '../../cluster/api/patch.js';
import { objectKey } from '../../cluster/api/store.js';
import { recordRow } from '../../kernel/probe.js';
import { type Micros, microsToSeconds } from '../../kernel/time.js';
import { revisionOf } from '../revisions.js';
import { ROLLOUT_TABLE } from '../tables.js';
import type { ExperimentWorld } from '../world.js';

/** Rollouts under way, by key of the Deployment: when the new template was stored, and the revision if known. */
export interface RolloutState {
  readonly open: Map<string, { readonly startedAt: Micros; revision: number }>;
}

export function createRollouts(): RolloutState {
  return { open: new Map() };
}

/** Records every rollout, from the new template being stored to its completion, failure or successor. */
export function measureRollouts<W extends ExperimentWorld>(listeners: Listeners<W>): void {
  listeners.on<Deployment>(PROBE_COMPONENT, 'Deployment', (world, { object, before, type }) => {
    const { open } = world.experiment.rollouts;
    const key = objectKey(object);
    if (type === 'deleted') {
      open.delete(key);
      return;
    }
    if (before === undefined || !sameData(before.spec.template, object.spec.template)) {
      if (open.has(key)) close(world, key, null, 'superseded');
      open.set(key, { startedAt: world.kernel.now, revision: 0 });
      return;
    }
    const rollout = open.get(key);
    if (rollout === undefined) return;
    if (object.status.observedGeneration === object.metadata.generation) rollout.revision = revisionOf(object);
    if (isComplete(object)) close(world, key, world.kernel.now, 'complete');
    else if (hasFailed(object)) close(world, key, world.kernel.now, 'failed');
  });
}

/** Records the rollouts that the run's end found unfinished. */
export function finishRollouts(world: ExperimentWorld): void {
  for (const key of world.experiment.rollouts.open.keys()) close(world, key, null, 'unfinished');
}

/** kubernetes v1.36.3 pkg/controller/deployment/util/deployment_util.go: DeploymentComplete */
export function isComplete({ spec, status, metadata }: Deployment): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    status.observedGeneration === metadata.generation &&
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted
  );
}

function hasFailed({ status }: Deployment): boolean {
  return (status.conditions ?? []).some(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
}

function close(world: ExperimentWorld, key: string, endedAt: Micros | null, outcome: string): void {
  const { open } = world.experiment.rollouts;
  const { startedAt, revision } = open.get(key)!;
  open.delete(key);
  const [namespace = '', name = ''] = key.split('/');
  const end = endedAt === null ? null : microsToSeconds(endedAt);
  recordRow(world, ROLLOUT_TABLE, [
    namespace,
    `deployment/${name}`,
    revision,
    microsToSeconds(startedAt),
    end,
    outcome,
  ]);
}
