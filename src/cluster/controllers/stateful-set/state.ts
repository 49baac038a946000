import type { KcmWorld } from '../../api/kcm.js';
import type { Pod } from '../../api/objects/pod.js';
import type { StatefulSet } from '../../api/objects/workload.js';
import { createPodMemory, type PodMemory } from '../shared/pod-memory.js';
import type { ReadySince } from '../shared/ready-since.js';
import type { PodCounts } from './status.js';

/** What the controller remembers by key of the set; and of its pods. */
export interface StatefulSetMemory extends PodMemory {
  /** By uid of the set. */
  readonly kept: Map<string, KeptPods>;
  /** Uids of the sets whose claims have this namespace and this name up to the ordinal. */
  readonly claimants: Map<string, Set<string>>;
}

/** The pods of a set as it was then, kept up to date pod by pod: a sync looks only where something may have to be done. */
export interface KeptPods {
  readonly set: StatefulSet;
  readonly counts: PodCounts;
  /** Of those that run; with minReadySeconds only. */
  readonly readySince: ReadySince;
  /** By place: the ordinal less the first one. */
  readonly pods: (Pod | undefined)[];
  /** 1 where nothing is to be done until the pod or one of its claims changes. */
  readonly settled: Uint8Array;
  /** Places below it are settled, and places above `high`. */
  low: number;
  high: number;
  /** Name of the revision that pods are to be made of; those from the place on are, and are available. */
  revision: string;
  updatedFrom: number;
  /** Pods of the set beyond its range, with foreign names, or that the selector does not match. */
  strangers: number;
}

export interface StatefulSetWorld extends KcmWorld {
  /** The StatefulSet controller's own memory. */
  readonly controllers: { readonly statefulSet: StatefulSetMemory };
}

export function createStatefulSetState(): StatefulSetMemory {
  return { ...createPodMemory(), kept: new Map(), claimants: new Map() };
}
