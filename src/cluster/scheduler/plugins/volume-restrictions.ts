import { keyOf } from '../../api/store.js';
import type { PodSpec } from '../../api/objects/pod.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, type Refusal, Rejection, type Verdict } from './verdict.js';

/**
 * Disks that a node can't mount twice, and claims that only one pod may use.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/plugins/volumerestrictions; reference/scheduling.md 3.7.
 */

/** A disk that a pod names itself, without a claim. */
export interface InlineDisk {
  readonly source: 'gcePersistentDisk' | 'awsElasticBlockStore' | 'iscsi' | 'rbd';
  readonly name: string;
  /** Of RBD: two images are one only if they have a monitor in common. */
  readonly monitors: readonly string[];
  /** Two pods may share a disk that both only read; not so with AWS. */
  readonly readOnly: boolean;
}

export function inlineDisksOf({ volumes = [] }: PodSpec): readonly InlineDisk[] {
  const disks: InlineDisk[] = [];
  for (const volume of volumes) {
    const { gcePersistentDisk: gce, awsElasticBlockStore: aws, iscsi, rbd } = volume as InlineSources;
    const add = (source: InlineDisk['source'], name: string, readOnly = false, monitors: readonly string[] = []) =>
      disks.push({ source, name, monitors, readOnly });
    if (gce !== undefined) add('gcePersistentDisk', gce.pdName, gce.readOnly);
    if (aws !== undefined) add('awsElasticBlockStore', aws.volumeID);
    if (iscsi !== undefined) add('iscsi', iscsi.iqn, iscsi.readOnly);
    if (rbd !== undefined) add('rbd', `${rbd.pool ?? 'rbd'}/${rbd.image}`, rbd.readOnly, rbd.monitors);
  }
  return disks;
}

interface InlineSources {
  readonly gcePersistentDisk?: { readonly pdName: string; readonly readOnly?: boolean };
  readonly awsElasticBlockStore?: { readonly volumeID: string };
  readonly iscsi?: { readonly iqn: string; readonly readOnly?: boolean };
  readonly rbd?: {
    readonly monitors: readonly string[];
    readonly pool?: string;
    readonly image: string;
    readonly readOnly?: boolean;
  };
}

/** Can the pods that mount these not live on one node? Source: isVolumeConflict. */
export function disksConflict(left: readonly InlineDisk[], right: readonly InlineDisk[]): boolean {
  return left.some((wanted) => right.some((used) => conflict(wanted, used)));
}

function conflict(left: InlineDisk, right: InlineDisk): boolean {
  if (left.source !== right.source || left.name !== right.name || (left.readOnly && right.readOnly)) return false;
  return left.source !== 'rbd' || left.monitors.some((monitor) => right.monitors.includes(monitor));
}

/** PreFilter: the access modes of all claims must be known. Those of `ephemeral` volumes are not asked. */
export function refuseMissingClaims({ claims }: ClusterState, pod: PodClass): Refusal | undefined {
  const missing = pod.namedClaims.find((name) => !claims.has(keyOf(pod.namespace, name)));
  if (missing === undefined) return undefined;
  return { plugin: 'VolumeRestrictions', message: `persistentvolumeclaim "${missing}" not found` };
}

/** PreFilter: does another pod use a claim of the pod that is for one pod alone? */
export function isClaimInUse({ claims, claimUsers }: ClusterState, pod: PodClass): boolean {
  return pod.namedClaims.some((name) => {
    const key = keyOf(pod.namespace, name);
    if (!claimUsers.has(key)) return false;
    return claims.get(key)?.spec.accessModes?.includes('ReadWriteOncePod') === true;
  });
}

export function filterDisks(cluster: ClusterState, pod: PodClass, claimInUse: boolean, node: NodeIndex): Verdict {
  if (pod.inlineDisks.length > 0) {
    for (const { podClass } of cluster.volumeUsers.get(node) ?? []) {
      if (disksConflict(pod.inlineDisks, podClass.inlineDisks)) return Rejection.DiskInUse;
    }
  }
  return claimInUse ? Rejection.ClaimInUse : FEASIBLE;
}
