import type { KcmWorld } from '../../api/kcm.js';
import { createPodMemory, type PodMemory } from '../shared/pod-memory.js';

export interface ReplicaSetWorld extends KcmWorld {
  /** The ReplicaSet controller's own memory, by key of the ReplicaSet. */
  readonly controllers: { readonly replicaSet: PodMemory };
}

export interface ReplicationControllerWorld extends KcmWorld {
  readonly controllers: { readonly replicationController: PodMemory };
}

export function createReplicaSetState(): PodMemory {
  return createPodMemory();
}
