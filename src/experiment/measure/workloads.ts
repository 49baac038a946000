import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type {
  DaemonSet,
  Deployment,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../cluster/api/objects/workload.js';

/** What keeps pods running for good: their counts are recorded. */
export type Workload = Deployment | ReplicaSet | ReplicationController | StatefulSet | DaemonSet;

export const WORKLOAD_KINDS = [
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'DaemonSet',
] as const;

/** Workloads that exchange their pods when their template changes. */
export const ROLLING_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

export type RollingWorkload = Deployment | StatefulSet | DaemonSet;

export interface WorkloadCounts {
  readonly desired: number;
  readonly current: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

export function workloadCounts(workload: Workload): WorkloadCounts {
  if (isDaemonSet(workload)) {
    const { desiredNumberScheduled, currentNumberScheduled, numberReady } = workload.status;
    const { updatedNumberScheduled = 0, numberAvailable = 0 } = workload.status;
    return {
      desired: desiredNumberScheduled,
      current: currentNumberScheduled,
      updated: updatedNumberScheduled,
      ready: numberReady,
      available: numberAvailable,
    };
  }
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = workload.status;
  const updated = 'updatedReplicas' in workload.status ? (workload.status.updatedReplicas ?? 0) : 0;
  const desired = workload.spec.replicas ?? 1;
  return { desired, current: replicas, updated, ready: readyReplicas, available: availableReplicas };
}

function isDaemonSet(workload: KubernetesObject): workload is DaemonSet {
  return workload.kind === 'DaemonSet';
}

/** Has every pod that the strategy exchanges its new template, and are all available? */
export function isRolledOut(workload: RollingWorkload): boolean {
  const { metadata, status } = workload;
  if (status.observedGeneration !== metadata.generation) return false;
  const { desired, current, updated, available } = workloadCounts(workload);
  return updated >= desired - keptBack(workload) && current === desired && available === desired;
}

/** Pods of a StatefulSet below the partition keep their template. */
function keptBack(workload: RollingWorkload): number {
  if (workload.kind !== 'StatefulSet') return 0;
  return (workload as StatefulSet).spec.updateStrategy?.rollingUpdate?.partition ?? 0;
}
