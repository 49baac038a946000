import type { ClusterState } from './cluster.js';
import { refuseClaims } from './plugins/volume-binding.js';
import type { PodClass } from './pod-class.js';

/** NodeAffinity's PreFilter: required terms that name no node in common. */
const CONFLICT = 'pod affinity terms conflict';

/** Why a PreFilter plugin rejects the pod as a whole, whatever the nodes. */
export interface Refusal {
  readonly plugin: string;
  readonly message: string;
}

export function refusalOf(cluster: ClusterState, pod: PodClass): Refusal | undefined {
  if (pod.nodeNames?.size === 0) return { plugin: 'NodeAffinity', message: CONFLICT };
  return pod.claims.length === 0 ? undefined : refuseClaims(cluster, pod);
}
