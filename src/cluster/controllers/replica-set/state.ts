import type { KcmWorld } from '../../api/kcm.js';
import { createPodMemory, type PodMemory } from '../shared/pod-memory.js';
import type { PodCounts } from './counts.js';
import type { ReplicaOwner } from './replica-owner.js';

/** What the controller remembers, by key of the owner; and how many pods each owner has, by its uid. */
export interface ReplicaSetMemory extends PodMemory {
  readonly counted: Map<string, KeptCounts>;
}

/** The counts of an owner as it was then, kept up to date pod by pod: a sync of a large one does not look at all again. */
export interface KeptCounts {
  readonly owner: ReplicaOwner;
  readonly counts: PodCounts;
  /** Its active pods by node. */
  readonly byNode: Map<string, number>;
}

export interface ReplicaSetWorld extends KcmWorld {
  /** The ReplicaSet controller's own memory, by key of the ReplicaSet. */
  readonly controllers: { readonly replicaSet: ReplicaSetMemory };
}

export interface ReplicationControllerWorld extends KcmWorld {
  readonly controllers: { readonly replicationController: ReplicaSetMemory };
}

export function createReplicaSetState(): ReplicaSetMemory {
  return { ...createPodMemory(), counted: new Map() };
}
