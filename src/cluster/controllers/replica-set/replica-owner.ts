import type { LabelSelector, StringMap } from '../../api/objects/meta.js';
import type { ReplicaSet, ReplicationController } from '../../api/objects/workload.js';
import { matchesSelector } from '../../api/selectors.js';

/**
 * What keeps a number of equal pods. Kubernetes plays ReplicationControllers with the ReplicaSets' code, behind an adapter.
 * Source: kubernetes v1.36.3 pkg/controller/replication; reference/workloads.md section 3.
 */
export type ReplicaOwner = ReplicaSet | ReplicationController;

/** Does the selector of the owner match the labels? */
export function selects(owner: ReplicaOwner, labels: StringMap | undefined): boolean {
  return matchesSelector(selectorOf(owner), labels);
}

export function selectorOf(owner: ReplicaOwner): LabelSelector {
  return isReplicationController(owner) ? { matchLabels: owner.spec.selector } : owner.spec.selector;
}

export function isReplicationController(owner: ReplicaOwner): owner is ReplicationController {
  return owner.kind === 'ReplicationController';
}
