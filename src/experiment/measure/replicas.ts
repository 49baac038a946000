import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import { REPLICA_TABLE } from '../../cluster/api/tables.js';
import { recordRow } from '../../kernel/probe.js';
import { microsToSeconds } from '../../kernel/time.js';
import { revisionOf } from '../revisions.js';
import type { ExperimentWorld } from '../world.js';
import { type Workload, workloadCounts, WORKLOAD_KINDS } from './workloads.js';

/** Records the replica counts of workloads whenever one changes. */
export function measureReplicas<W extends ExperimentWorld>(listeners: Listeners<W>): void {
  for (const kind of WORKLOAD_KINDS) {
    listeners.on<Workload>(PROBE_COMPONENT, kind, (world, { object, before, type }) => {
      if (type !== 'deleted') record(world, object, before);
    });
  }
}

function record(world: ExperimentWorld, object: Workload, before: Workload | undefined): void {
  const counts = countsOf(object);
  const previous = before === undefined ? [] : countsOf(before);
  if (counts.every((count, index) => count === previous[index])) return;
  const { metadata, kind } = object;
  const owner = (metadata.ownerReferences ?? []).find(({ controller }) => controller === true)?.name ?? '';
  const at = microsToSeconds(world.kernel.now);
  recordRow(world, REPLICA_TABLE, [at, kind, metadata.namespace, metadata.name, owner, ...counts]);
}

function countsOf(object: Workload): number[] {
  const { desired, current, updated, ready, available } = workloadCounts(object);
  return [revisionOf(object), desired, current, updated, ready, available];
}
