import type { KcmWorld } from '../../api/kcm.js';
import { createPodMemory, type PodMemory } from '../shared/pod-memory.js';
import type { ReadySince } from '../shared/ready-since.js';
import type { CandidateTable, PodsByNode } from './candidates.js';
import type { PodCounts } from './counts.js';
import type { ReplicaOwner } from './replica-owner.js';

/** What the controller remembers by key of the owner; and of its pods. */
export interface ReplicaSetMemory extends PodMemory {
  /** How many pods each owner has, by its uid. */
  readonly counted: Map<string, KeptCounts>;
  /** By uid of a Deployment that has given up pods: the active ones of all its ReplicaSets. By uid of an owner without one: none. */
  readonly siblings: Map<string, PodsByNode>;
}

/** The counts of an owner as it was then, kept up to date pod by pod: a sync of a large one does not look at all again. */
export interface KeptCounts {
  readonly owner: ReplicaOwner;
  readonly counts: PodCounts;
  /** Of its active pods; with minReadySeconds only. */
  readonly readySince: ReadySince;
  /** Its active pods as candidates for deletion, if it has been large when it gave up some. */
  candidates: CandidateTable | undefined;
}

export interface ReplicaSetWorld extends KcmWorld {
  /** The ReplicaSet controller's own memory, by key of the ReplicaSet. */
  readonly controllers: { readonly replicaSet: ReplicaSetMemory };
}

export interface ReplicationControllerWorld extends KcmWorld {
  readonly controllers: { readonly replicationController: ReplicaSetMemory };
}

export function createReplicaSetState(): ReplicaSetMemory {
  return { ...createPodMemory(), counted: new Map(), siblings: new Map() };
}
