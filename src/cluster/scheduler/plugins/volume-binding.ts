import { BIND_COMPLETED, NO_PROVISIONER, SELECTED_NODE, storageClassOf } from '../../api/claims.js';
import type { Node } from '../../api/objects/node.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/objects/storage.js';
import { compareQuantities, quantity } from '../../api/quantity.js';
import { keyOf } from '../../api/store.js';
import { isBoundToClaim, isReachableFrom, matchingVolume } from '../../api/volume-matching.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/**
 * Claims of a pod: which nodes they allow, and what is to be written before it may go to one.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/plugins/volumebinding; reference/scheduling.md 3.7.
 */

/** What the claims of a pod ask of a node. */
export interface VolumeDemand {
  /** Volumes that claims are bound to; undefined: one that is not there. */
  readonly bound: readonly (PersistentVolume | undefined)[];
  /** Claims that wait for the node of their first pod, the smallest request first. */
  readonly delayed: readonly DelayedClaim[];
}

interface DelayedClaim {
  readonly claim: PersistentVolumeClaim;
  /** Chosen in an earlier attempt; '' for none. */
  readonly selectedNode: string;
  readonly storageClass: StorageClass;
  /** Volumes that nobody else has. */
  readonly candidates: readonly PersistentVolume[];
}

/** What binds the claims of a pod on its node. */
export interface VolumePlan {
  readonly bindings: readonly { readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim }[];
  /** Claims whose volume is to be made there. */
  readonly provisions: readonly PersistentVolumeClaim[];
}

/** Why the pod can go nowhere, if its claims say so by themselves: PreFilter. */
export function refuseClaims(
  { claims, storageClasses }: ClusterState,
  pod: PodClass,
): { readonly plugin: string; readonly message: string } | undefined {
  const of = (name: string): PersistentVolumeClaim | undefined => claims.get(keyOf(pod.namespace, name));
  const missing = pod.claims.find((name) => of(name) === undefined);
  if (missing !== undefined) {
    // VolumeRestrictions comes first, and wants to know the access modes.
    return { plugin: 'VolumeRestrictions', message: `persistentvolumeclaim "${missing}" not found` };
  }
  const plugin = 'VolumeBinding';
  for (const name of pod.claims) {
    const { metadata, spec, status } = of(name)!;
    if (status.phase === 'Lost') {
      const message = `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${spec.volumeName ?? ''}"`;
      return { plugin, message };
    }
    if (metadata.deletionTimestamp !== undefined) {
      return { plugin, message: `persistentvolumeclaim "${name}" is being deleted` };
    }
  }
  const isImmediate = (claim: PersistentVolumeClaim): boolean => {
    if (isFullyBound(claim)) return false;
    const isDelayed = storageClasses.get(storageClassOf(claim))?.volumeBindingMode === 'WaitForFirstConsumer';
    return !isDelayed || (claim.spec.volumeName ?? '') !== '';
  };
  if (!pod.claims.some((name) => isImmediate(of(name)!))) return undefined;
  return { plugin, message: 'pod has unbound immediate PersistentVolumeClaims' };
}

/** Source: binder.go: isPVCFullyBound. */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return (spec.volumeName ?? '') !== '' && metadata.annotations?.[BIND_COMPLETED] !== undefined;
}

/** PreFilter of a pod whose claims refuse nothing. Source: binder.go: GetPodVolumeClaims. */
export function demandOf(cluster: ClusterState, pod: PodClass): VolumeDemand {
  const claims = pod.claims.map((name) => cluster.claims.get(keyOf(pod.namespace, name))!);
  const size = (claim: PersistentVolumeClaim) => quantity(claim.spec.resources?.requests?.['storage'] ?? 0);
  const delayed = claims.filter((claim) => !isFullyBound(claim));
  delayed.sort((left, right) => compareQuantities(size(left), size(right)));
  return {
    bound: claims.filter(isFullyBound).map(({ spec }) => cluster.volumes.get(spec.volumeName!)),
    delayed: delayed.map((claim) => ({
      claim,
      selectedNode: claim.metadata.annotations?.[SELECTED_NODE] ?? '',
      storageClass: cluster.storageClasses.get(storageClassOf(claim))!,
      candidates: [...cluster.volumes.values()].filter((volume) => isOpenTo(volume, claim)),
    })),
  };
}

function isOpenTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (storageClassOf(volume) !== storageClassOf(claim)) return false;
  return volume.spec.claimRef === undefined || isBoundToClaim(volume, claim);
}

/** Source: volume_binding.go: Filter; binder.go: FindPodVolumes. Of two reasons the first is told. */
export function filterVolumes(cluster: ClusterState, demand: VolumeDemand, index: NodeIndex): Verdict {
  const node = cluster.nodes[index]!;
  for (const volume of demand.bound) {
    if (volume === undefined) return Rejection.VolumeMissing;
    if (!isReachableFrom(volume, node)) return Rejection.VolumeNodeAffinity;
  }
  return planVolumes(demand, node) === undefined ? Rejection.VolumeBinding : FEASIBLE;
}

/** How the claims that wait can be bound on the node; undefined: they can't. */
export function planVolumes({ delayed }: VolumeDemand, node: Node): VolumePlan | undefined {
  const bindings: { volume: PersistentVolume; claim: PersistentVolumeClaim }[] = [];
  const provisions: PersistentVolumeClaim[] = [];
  const taken = new Set<PersistentVolume>();
  for (const { claim, selectedNode, candidates, storageClass } of delayed) {
    if (selectedNode !== '' && selectedNode !== node.metadata.name) return undefined;
    const free = candidates.filter((volume) => !taken.has(volume));
    const volume = selectedNode === '' ? matchingVolume(claim, free, { node }) : undefined;
    if (volume !== undefined) {
      taken.add(volume);
      bindings.push({ volume, claim });
    } else if (canProvision(storageClass, node)) provisions.push(claim);
    else return undefined;
  }
  return { bindings, provisions };
}

/** Source: binder.go: checkVolumeProvisions. Capacities of storage are not looked at. */
function canProvision({ provisioner, allowedTopologies = [] }: StorageClass, node: Node): boolean {
  if (provisioner === '' || provisioner === NO_PROVISIONER) return false;
  if (allowedTopologies.length === 0) return true;
  const { labels = {} } = node.metadata;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key])),
  );
}

/** A volume as it is once the claim has it, and a claim as it is once its node is chosen. */
export function claimedBy(volume: PersistentVolume, { metadata }: PersistentVolumeClaim): PersistentVolume {
  const { namespace, name, uid } = metadata;
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid };
  return { ...volume, spec: { ...volume.spec, claimRef } };
}

export function selectedFor(claim: PersistentVolumeClaim, nodeName: string): PersistentVolumeClaim {
  const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: nodeName };
  return { ...claim, metadata: { ...claim.metadata, annotations } };
}
