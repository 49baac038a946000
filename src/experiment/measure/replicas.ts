import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import type { Deployment, ReplicaSet } from '../../cluster/api/objects/workload.js';
import { REPLICA_TABLE } from '../../cluster/api/tables.js';
import { recordRow } from '../../kernel/probe.js';
import { microsToSeconds } from '../../kernel/time.js';
import { revisionOf } from '../revisions.js';
import type { ExperimentWorld } from '../world.js';

/** Records the replica counts of Deployments and ReplicaSets whenever one changes. */
export function measureReplicas<W extends ExperimentWorld>(listeners: Listeners<W>): void {
  listeners.on<Deployment>(PROBE_COMPONENT, 'Deployment', (world, { object, before, type }) => {
    if (type !== 'deleted') record(world, object, before);
  });
  listeners.on<ReplicaSet>(PROBE_COMPONENT, 'ReplicaSet', (world, { object, before, type }) => {
    if (type !== 'deleted') record(world, object, before);
  });
}

function record(
  world: ExperimentWorld,
  object: Deployment | ReplicaSet,
  before: Deployment | ReplicaSet | undefined,
): void {
  const counts = countsOf(object);
  const previous = before === undefined ? [] : countsOf(before);
  if (counts.every((count, index) => count === previous[index])) return;
  const { metadata, kind } = object;
  const owner = (metadata.ownerReferences ?? []).find(({ controller }) => controller === true)?.name ?? '';
  const at = microsToSeconds(world.kernel.now);
  recordRow(world, REPLICA_TABLE, [at, kind, metadata.namespace, metadata.name, owner, ...counts]);
}

function countsOf(object: Deployment | ReplicaSet): number[] {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = object.status;
  const updated = 'updatedReplicas' in object.status ? (object.status.updatedReplicas ?? 0) : 0;
  return [revisionOf(object), object.spec.replicas ?? 1, replicas, updated, readyReplicas, availableReplicas];
}
