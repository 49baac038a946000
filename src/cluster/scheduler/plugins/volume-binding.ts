import { BIND_COMPLETED, NO_PROVISIONER, SELECTED_NODE, storageClassOf } from '../../api/claims.js';
import type { QuantityText } from '../../api/objects/meta.js';
import type { Node } from '../../api/objects/node.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageCapacity,
  StorageClass,
} from '../../api/objects/storage.js';
import { controllerOf } from '../../api/owner-references.js';
import { compareQuantities, quantity, value } from '../../api/quantity.js';
import { matchesSelector } from '../../api/selectors.js';
import { keyOf } from '../../api/store.js';
import { isBoundToClaim, isReachableFrom, matchingVolume } from '../../api/volume-matching.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, type Refusal, type Verdict, VolumeReason, volumeVerdict } from './verdict.js';

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
export function refuseClaims({ claims, storageClasses }: ClusterState, pod: PodClass): Refusal | undefined {
  const refuse = (message: string): Refusal => ({ plugin: 'VolumeBinding', message });
  for (const name of pod.claims) {
    const claim = claims.get(keyOf(pod.namespace, name));
    const isEphemeral = !pod.namedClaims.includes(name);
    if (claim === undefined) {
      const waiting = `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`;
      return refuse(isEphemeral ? waiting : `persistentvolumeclaim "${name}" not found`);
    }
    if (claim.status.phase === 'Lost') {
      const volumeName = claim.spec.volumeName ?? '';
      return refuse(`persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${volumeName}"`);
    }
    if (claim.metadata.deletionTimestamp !== undefined) {
      return refuse(`persistentvolumeclaim "${name}" is being deleted`);
    }
    if (isEphemeral && controllerOf(claim)?.uid !== pod.single?.uid) {
      const [ofClaim, ofPod] = [keyOf(pod.namespace, name), keyOf(pod.namespace, pod.single?.name ?? '')];
      return refuse(`PVC ${ofClaim} was not created for pod ${ofPod} (pod is not owner)`);
    }
  }
  const isImmediate = (claim: PersistentVolumeClaim): boolean => {
    if (isFullyBound(claim)) return false;
    const isDelayed = storageClasses.get(storageClassOf(claim))?.volumeBindingMode === 'WaitForFirstConsumer';
    return !isDelayed || (claim.spec.volumeName ?? '') !== '';
  };
  if (!pod.claims.some((name) => isImmediate(claims.get(keyOf(pod.namespace, name))!))) return undefined;
  return refuse('pod has unbound immediate PersistentVolumeClaims');
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

/** Source: volume_binding.go: Filter; binder.go: FindPodVolumes. All reasons are told. */
export function filterBinding(cluster: ClusterState, demand: VolumeDemand, index: NodeIndex): Verdict {
  const node = cluster.nodes[index]!;
  const reasons = boundReasons(demand, node) | delayedReasons(cluster, demand, node);
  return reasons === 0 ? FEASIBLE : volumeVerdict(reasons);
}

/** What keeps the claims that wait from being bound there; without a free volume anywhere there is nothing to match. */
function delayedReasons(cluster: ClusterState, demand: VolumeDemand, node: Node): number {
  if (demand.delayed.length === 0) return 0;
  if (demand.delayed.some(({ candidates }) => candidates.length > 0)) {
    const plan = planVolumes(cluster, demand, node);
    return typeof plan === 'number' ? plan : 0;
  }
  if (demand.delayed.some((wish) => isElsewhere(wish, node))) return VolumeReason.NoVolume;
  for (const wish of demand.delayed) {
    const reason = provisionReason(cluster, wish, node);
    if (reason !== 0) return reason;
  }
  return 0;
}

function isElsewhere({ selectedNode }: DelayedClaim, { metadata }: Node): boolean {
  return selectedNode !== '' && selectedNode !== metadata.name;
}

/** Source: binder.go: checkBoundClaims. */
function boundReasons({ bound }: VolumeDemand, node: Node): number {
  for (const volume of bound) {
    if (volume === undefined) return VolumeReason.VolumeMissing;
    if (!isReachableFrom(volume, node)) return VolumeReason.NodeAffinity;
  }
  return 0;
}

/** How the claims that wait can be bound on the node, or the reasons why they can't. */
export function planVolumes(cluster: ClusterState, { delayed }: VolumeDemand, node: Node): VolumePlan | number {
  if (delayed.some((wish) => isElsewhere(wish, node))) return VolumeReason.NoVolume;
  const bindings: { volume: PersistentVolume; claim: PersistentVolumeClaim }[] = [];
  const toProvision = delayed.filter(({ selectedNode }) => selectedNode !== '');
  const taken = new Set<PersistentVolume>();
  for (const wish of delayed) {
    const { claim, selectedNode, candidates } = wish;
    if (selectedNode !== '') continue;
    const free = candidates.filter((volume) => !taken.has(volume));
    const volume = matchingVolume(claim, free, { node });
    if (volume === undefined) toProvision.push(wish);
    else {
      taken.add(volume);
      bindings.push({ volume, claim });
    }
  }
  for (const wish of toProvision) {
    const reason = provisionReason(cluster, wish, node);
    if (reason !== 0) return reason;
  }
  return { bindings, provisions: toProvision.map(({ claim }) => claim) };
}

/** Why no volume can be made for the claim there; 0: it can. Source: binder.go: checkVolumeProvisions. */
function provisionReason(cluster: ClusterState, { claim, storageClass }: DelayedClaim, node: Node): number {
  const { provisioner, allowedTopologies = [] } = storageClass;
  if (provisioner === '' || provisioner === NO_PROVISIONER) return VolumeReason.NoVolume;
  const { labels = {} } = node.metadata;
  const isAllowed =
    allowedTopologies.length === 0 ||
    allowedTopologies.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key])),
    );
  if (!isAllowed) return VolumeReason.NoVolume;
  return hasRoom(cluster, claim, storageClass, node) ? 0 : VolumeReason.NoRoom;
}

/**
 * Is there storage for the claim that the node can reach? Only drivers that say so tell how much they have. What was
 * promised to other claims since is not subtracted. Source: binder.go: hasEnoughCapacity.
 */
function hasRoom(
  { storageDrivers, storageCapacities }: ClusterState,
  claim: PersistentVolumeClaim,
  { metadata, provisioner }: StorageClass,
  node: Node,
): boolean {
  const requested = claim.spec.resources?.requests?.['storage'];
  if (requested === undefined || storageDrivers.get(provisioner)?.spec.storageCapacity !== true) return true;
  for (const capacity of storageCapacities.values()) {
    if (capacity.storageClassName !== metadata.name || capacity.nodeTopology === undefined) continue;
    const limit = sizeLimitOf(capacity);
    if (limit === undefined || value(limit) < value(requested)) continue;
    if (matchesSelector(capacity.nodeTopology, node.metadata.labels)) return true;
  }
  return false;
}

/** The largest volume that can be made; undefined: none. Source: binder.go: volumeLimit. */
export function sizeLimitOf({ capacity, maximumVolumeSize }: StorageCapacity): QuantityText | undefined {
  return maximumVolumeSize ?? capacity;
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
