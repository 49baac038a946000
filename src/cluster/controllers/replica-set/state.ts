import type { KcmWorld } from '../../api/kcm.js';
import type { ObjectKey } from '../../api/store.js';
import type { Expectations } from './expectations.js';

/** Newest versions that the controller has written for a ReplicaSet. */
export interface WrittenVersions {
  Pod: number;
  ReplicaSet: number;
}

/** The ReplicaSet controller's own memory, by key of the ReplicaSet. */
export interface ReplicaSetState {
  readonly expectations: Expectations;
  readonly written: Map<ObjectKey, WrittenVersions>;
}

export interface ReplicaSetWorld extends KcmWorld {
  readonly controllers: { readonly replicaSet: ReplicaSetState };
}

export function createReplicaSetState(): ReplicaSetState {
  return { expectations: new Map(), written: new Map() };
}
