import type { ClusterState } from './cluster.js';
import { refuseDevices } from './plugins/dynamic-resources.js';
import { refuseClaims } from './plugins/volume-binding.js';
import { refuseMissingClaims } from './plugins/volume-restrictions.js';
import { refuseUnknownVolumes } from './plugins/volume-zone.js';
import type { Refusal } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import type { FilterPlugin } from './profile.js';

/** NodeAffinity's PreFilter: required terms that name no node in common. */
const CONFLICT = 'pod affinity terms conflict';

const CLAIM_PLUGINS: Partial<Record<FilterPlugin, (cluster: ClusterState, pod: PodClass) => Refusal | undefined>> = {
  VolumeRestrictions: refuseMissingClaims,
  VolumeBinding: refuseClaims,
  VolumeZone: refuseUnknownVolumes,
  DynamicResources: refuseDevices,
};

/** The first of the PreFilter plugins that refuses, in their order. */
export function refusalOf(cluster: ClusterState, pod: PodClass): Refusal | undefined {
  if (pod.nodeNames?.size === 0) return { plugin: 'NodeAffinity', message: CONFLICT };
  if (!mayBeRefused(pod)) return undefined;
  for (const plugin of pod.profile.filters) {
    const refusal = CLAIM_PLUGINS[plugin]?.(cluster, pod);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Conflicting terms aside, it is claims that keep a pod from all nodes. */
export function mayBeRefused({ claims, claimUser }: PodClass): boolean {
  return claims.length > 0 || claimUser !== undefined;
}
