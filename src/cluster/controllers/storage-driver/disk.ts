import type { ObjectDraft } from '../../api/create.js';
import { PROVISIONED_BY } from '../../api/claims.js';
import type { Node } from '../../api/objects/node.js';
import type { PersistentVolumeClaim, StorageClass } from '../../api/objects/storage.js';

/** Keeps a volume until its disk is gone (sig-storage-lib-external-provisioner). */
export const DISK_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
const ZONE = 'topology.kubernetes.io/zone';
const SHARED_MODES: readonly string[] = ['ReadWriteMany', 'ReadOnlyMany'];

export function volumeNameOf({ metadata }: PersistentVolumeClaim): string {
  return `pvc-${metadata.uid}`;
}

/** The volume that stands for a new disk. Source: sig-storage-lib-external-provisioner controller.go: provisionClaimOperation. */
export function volumeFor(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  zone: string | undefined,
): ObjectDraft {
  const { namespace, name, uid } = claim.metadata;
  const { provisioner, reclaimPolicy = 'Delete' } = storageClass;
  const volumeName = volumeNameOf(claim);
  const isReachable = zone === undefined ? {} : { nodeAffinity: inZone(zone) };
  const spec = {
    capacity: { storage: claim.spec.resources?.requests?.['storage'] ?? 0 },
    accessModes: claim.spec.accessModes ?? [],
    claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
    persistentVolumeReclaimPolicy: reclaimPolicy,
    storageClassName: storageClass.metadata.name,
    volumeMode: claim.spec.volumeMode ?? 'Filesystem',
    csi: { driver: provisioner, volumeHandle: volumeName },
    ...isReachable,
  };
  const metadata = {
    name: volumeName,
    annotations: { [PROVISIONED_BY]: provisioner },
    finalizers: [DISK_FINALIZER],
  };
  const draft = { apiVersion: 'v1', kind: 'PersistentVolume', metadata, spec };
  return draft;
}

function inZone(zone: string) {
  return { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: [zone] }] }] } };
}

/**
 * The zone of a new disk: that of the node that the scheduler has chosen, else one of those that the class allows and that have
 * nodes, by the claim's name. Disks for many nodes (ReadWriteMany, ReadOnlyMany) are reachable from everywhere. That all drivers make disks
 * of one zone is an assumption. Source of the choice: external-provisioner pkg/controller/topology.go: GenerateAccessibilityRequirements.
 */
export function zoneFor(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  selected: Node | undefined,
  nodes: Iterable<Node>,
): string | undefined {
  if (claim.spec.accessModes?.some((mode) => SHARED_MODES.includes(mode)) === true) return undefined;
  if (selected !== undefined) return selected.metadata.labels?.[ZONE];
  const allowed = allowedZones(storageClass);
  const zones = new Set<string>();
  for (const { metadata } of nodes) {
    const zone = metadata.labels?.[ZONE];
    if (zone !== undefined && (allowed === undefined || allowed.includes(zone))) zones.add(zone);
  }
  const sorted = [...zones].sort();
  return sorted.length === 0 ? undefined : sorted[placeOf(claim.metadata.name) % sorted.length];
}

function allowedZones({ allowedTopologies = [] }: StorageClass): readonly string[] | undefined {
  const expressions = allowedTopologies.flatMap(({ matchLabelExpressions = [] }) => matchLabelExpressions);
  const ofZones = expressions.filter(({ key }) => key === ZONE);
  return ofZones.length === 0 ? undefined : ofZones.flatMap(({ values }) => values);
}

/** Claims of one StatefulSet go from zone to zone. Source: topology.go: getPVCNameHashAndIndexOffset. */
function placeOf(claimName: string): number {
  const match = /^(.+)-([0-9]+)$/.exec(claimName);
  if (match === null) return hashOf(claimName);
  return hashOf(match[1]!) + Number(match[2]);
}

/** 32-bit FNV-1, as Go's hash/fnv.New32. */
function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index++) {
    hash = (Math.imul(hash, 16_777_619) ^ text.charCodeAt(index)) >>> 0;
  }
  return hash;
}
