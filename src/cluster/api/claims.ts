import type { StringMap } from './objects/meta.js';
import type { Pod, PodSpec, Volume } from './objects/pod.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from './objects/storage.js';

/** What claims and volumes say of their binding. Source: kubernetes v1.36.3 k8s.io/component-helpers storage/volume/helpers.go. */

/** The annotation that came before spec.storageClassName and still counts first. */
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
/** On a claim: its binding is complete. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On either: it was the binder that chose the other. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On a claim: who is to make its volume, under its two names. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
/** On a claim: the node that the scheduler has chosen for its first pod. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** On a volume: who made it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** A class that is for volumes that exist already. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** A volume whose claim is made for one pod and goes with it. */
export interface EphemeralSource {
  readonly volumeClaimTemplate: {
    readonly metadata?: { readonly labels?: StringMap; readonly annotations?: StringMap };
    readonly spec: PersistentVolumeClaim['spec'];
  };
}

/** Names of the claims that a pod mounts, those of its ephemeral volumes among them. */
export function claimNamesOf(pod: Pod): readonly string[] {
  const { volumes } = pod.spec;
  if (volumes === undefined) return NONE;
  let names: string[] | undefined;
  for (const volume of volumes) {
    const source = volume['persistentVolumeClaim'] as { readonly claimName: string } | undefined;
    if (source !== undefined) (names ??= []).push(source.claimName);
    else if (volume['ephemeral'] !== undefined) (names ??= []).push(ephemeralClaimName(pod, volume));
  }
  return names ?? NONE;
}

/** Without those of ephemeral volumes. */
export function namedClaimsOf({ volumes = [] }: PodSpec): readonly string[] {
  return volumes.flatMap((volume) => {
    const source = volume['persistentVolumeClaim'] as { readonly claimName: string } | undefined;
    return source === undefined ? [] : [source.claimName];
  });
}

export function hasEphemeral({ volumes }: PodSpec): boolean {
  return volumes?.some((volume) => volume['ephemeral'] !== undefined) === true;
}

/** kubernetes v1.36.3 k8s.io/component-helpers storage/ephemeral/ephemeral.go: VolumeClaimName. */
export function ephemeralClaimName({ metadata }: Pod, { name }: Volume): string {
  return `${metadata.name}-${name}`;
}

const NONE: readonly string[] = [];

export function storageClassOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName ?? '';
}

/** Does the claim leave open which class it is of? */
export function lacksClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return spec.storageClassName === undefined && metadata.annotations?.[CLASS_ANNOTATION] === undefined;
}

/** The class of claims that name none: the newest of those that say so. Source: pkg/volume/util/storageclass.go: GetDefaultClass. */
export function defaultClass(classes: Iterable<StorageClass>): StorageClass | undefined {
  let newest: StorageClass | undefined;
  for (const candidate of classes) {
    if (!isDefault(candidate.metadata.annotations ?? {})) continue;
    if (newest === undefined || isBefore(candidate, newest)) newest = candidate;
  }
  return newest;
}

function isDefault(annotations: StringMap): boolean {
  const prefix = 'storageclass';
  return (
    annotations[`${prefix}.kubernetes.io/is-default-class`] === 'true' ||
    annotations[`${prefix}.beta.kubernetes.io/is-default-class`] === 'true'
  );
}

function isBefore({ metadata: left }: StorageClass, { metadata: right }: StorageClass): boolean {
  if (left.creationTimestamp !== right.creationTimestamp) return left.creationTimestamp > right.creationTimestamp;
  return left.name < right.name;
}

/** Kubernetes hashes driver, volume and node; this name says the same and can be read. */
export function attachmentName(volumeName: string, nodeName: string): string {
  return `csi-${volumeName}-${nodeName}`;
}
