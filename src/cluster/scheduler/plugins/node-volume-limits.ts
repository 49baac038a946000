import { storageClassOf } from '../../api/claims.js';
import type { PersistentVolumeClaim, StorageNode } from '../../api/objects/storage.js';
import { keyOf } from '../../api/store.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { type AttachableDisk, driverOfProvisioner, inTreeDiskOf, migratedPlugins } from './in-tree-volumes.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/**
 * How many disks of each storage driver a node can hold.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/plugins/nodevolumelimits/csi.go; reference/scheduling.md 3.7.
 */

/** PreFilter: the disks that the pod needs, some of which may be at the node already. */
export function attachableDisksOf(cluster: ClusterState, pod: PodClass): AttachableDisk[] {
  const disks = [...pod.inTreeDisks];
  for (const name of pod.claims) {
    const claim = cluster.claims.get(keyOf(pod.namespace, name));
    const disk = claim === undefined ? undefined : diskOfClaim(cluster, claim);
    if (disk !== undefined) disks.push(disk);
  }
  return disks;
}

/** Source: getCSIDriverInfo. A claim without its volume stands for a disk of its class. */
function diskOfClaim(cluster: ClusterState, claim: PersistentVolumeClaim): AttachableDisk | undefined {
  const volume = cluster.volumes.get(claim.spec.volumeName ?? '');
  if (volume === undefined) {
    const storageClass = cluster.storageClasses.get(storageClassOf(claim));
    if (storageClass === undefined) return undefined;
    const { namespace, name } = claim.metadata;
    return { ...driverOfProvisioner(storageClass.provisioner), handle: `claim-${namespace}/${name}` };
  }
  const { csi } = volume.spec;
  return csi === undefined ? inTreeDiskOf(volume) : { driver: csi.driver, handle: csi.volumeHandle, inTreePlugin: '' };
}

/** Source: Filter. Disks that are still attached count although no pod on the node needs them any more. */
export function filterLimits(cluster: ClusterState, wanted: readonly AttachableDisk[], node: NodeIndex): Verdict {
  const nodeName = cluster.names[node]!;
  const storageNode = cluster.storageNodes.get(nodeName);
  if (storageNode === undefined || hasRoomForSure(cluster, wanted, node, storageNode)) return FEASIBLE;
  const ofPods = new Map<string, string>();
  for (const { podClass } of cluster.volumeUsers.get(node) ?? []) {
    addDisks(ofPods, attachableDisksOf(cluster, podClass), storageNode);
  }
  const wantedHere = addDisks(new Map<string, string>(), wanted, storageNode);
  const added = new Map([...wantedHere].filter(([disk]) => !ofPods.has(disk)));
  const held = new Map([...attachedDisks(cluster, nodeName), ...ofPods]);
  for (const { name, allocatable } of storageNode.spec.drivers) {
    const more = countOf(added, name);
    if (more > 0 && countOf(held, name) + more > (allocatable?.count ?? Number.POSITIVE_INFINITY)) {
      return Rejection.VolumeLimits;
    }
  }
  return FEASIBLE;
}

/** Is there room whatever the disks are? On most nodes a count answers, and no disk needs to be looked up. */
function hasRoomForSure(
  { attachments, diskCounts, names }: ClusterState,
  wanted: readonly AttachableDisk[],
  node: NodeIndex,
  { spec }: StorageNode,
): boolean {
  let limit = Number.POSITIVE_INFINITY;
  for (const { name, allocatable } of spec.drivers) {
    const count = allocatable?.count;
    if (count === undefined || count >= limit) continue;
    for (const { driver } of wanted) if (driver === name) limit = count;
  }
  const most = diskCounts[node]! + wanted.length;
  return most <= limit && (attachments.size === 0 || most + (attachments.get(names[node]!)?.size ?? 0) <= limit);
}

/** Drivers by the names of disks, as far as they count on the node. */
function addDisks(
  found: Map<string, string>,
  disks: readonly AttachableDisk[],
  storageNode: StorageNode,
): Map<string, string> {
  for (const { driver, handle, inTreePlugin } of disks) {
    if (inTreePlugin !== '' && !migratedPlugins(storageNode).includes(inTreePlugin)) continue;
    found.set(`${driver}/${handle}`, driver);
  }
  return found;
}

/** Source: getNodeVolumeAttachmentInfo. */
function attachedDisks({ attachments, volumes }: ClusterState, nodeName: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { spec } of attachments.get(nodeName)?.values() ?? []) {
    const { attacher, source } = spec;
    const csi = volumes.get(source.persistentVolumeName)?.spec.csi;
    if (csi !== undefined) found.set(`${attacher}/${csi.volumeHandle}`, attacher);
  }
  return found;
}

function countOf(disks: ReadonlyMap<string, string>, driver: string): number {
  let count = 0;
  for (const other of disks.values()) if (other === driver) count += 1;
  return count;
}
