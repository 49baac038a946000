import type { ClusterState } from './cluster.js';
import type { AttachableDisk } from './plugins/in-tree-volumes.js';
import { attachableDisksOf } from './plugins/node-volume-limits.js';
import { demandOf, type VolumeDemand } from './plugins/volume-binding.js';
import { isClaimInUse } from './plugins/volume-restrictions.js';
import { type VolumePlace, volumePlacesOf } from './plugins/volume-zone.js';
import type { PodClass } from './pod-class.js';
import type { FilterPlugin } from './profile.js';

/** What PreFilter of the volume plugins finds out about a pod. */
export interface PodVolumes {
  readonly claimInUse: boolean;
  readonly disks: readonly AttachableDisk[];
  /** Undefined without claims, or where VolumeBinding takes no part. */
  readonly demand: VolumeDemand | undefined;
  readonly places: readonly VolumePlace[];
}

/** Undefined for pods that have nothing to do with disks: no volume plugin is asked about them. */
export function prepareVolumes(cluster: ClusterState, pod: PodClass): PodVolumes | undefined {
  if (pod.claims.length + pod.inlineDisks.length + pod.inTreeDisks.length === 0) return undefined;
  return {
    claimInUse: isClaimInUse(cluster, pod),
    disks: attachableDisksOf(cluster, pod),
    demand: bindsVolumes(pod) ? demandOf(cluster, pod) : undefined,
    places: volumePlacesOf(cluster, pod),
  };
}

/** Is there something to bind, and a plugin in the pod's profile that does it? */
export function bindsVolumes({ claims, profile }: PodClass): boolean {
  return claims.length > 0 && profile.filters.includes('VolumeBinding');
}

/** The volume plugins of the pod's profile that don't skip it, in their order. */
export function volumePlugins({ inlineDisks, profile }: PodClass, volumes: PodVolumes): FilterPlugin[] {
  const { claimInUse, disks, demand, places } = volumes;
  const hasSay: FilterPlugin[] = [];
  if (claimInUse || inlineDisks.length > 0) hasSay.push('VolumeRestrictions');
  if (disks.length > 0) hasSay.push('NodeVolumeLimits');
  if (demand !== undefined) hasSay.push('VolumeBinding');
  if (places.length > 0) hasSay.push('VolumeZone');
  return hasSay.filter((plugin) => profile.filters.includes(plugin));
}
