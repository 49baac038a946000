import type { StorageNode } from '../api/objects/storage.js';
import { sameData } from '../api/patch.js';
import { value } from '../api/quantity.js';
import type { ClusterState } from './cluster.js';
import type { ClusterEvent } from './cluster-event.js';
import { migratedPlugins } from './plugins/in-tree-volumes.js';
import { sizeLimitOf } from './plugins/volume-binding.js';
import { disksConflict } from './plugins/volume-restrictions.js';
import { placesOf } from './plugins/volume-zone.js';
import type { PodClass } from './pod-class.js';

type VolumeHint = (cluster: ClusterState, pod: PodClass, event: ClusterEvent) => boolean;

/**
 * Which events may let a pod pass the volume plugin that rejected it (reference/scheduling.md 1.4). Those that listen to
 * new nodes are asked again after every change of taints.
 */
export const VOLUME_HINTS: Readonly<Record<string, VolumeHint>> = {
  VolumeRestrictions: (_cluster, pod, event) => {
    if (event.type === 'Claim') return event.before === undefined && isOurs(pod, event, pod.namedClaims);
    if (event.type !== 'PodDelete') return event.type === 'NodeAdd' || event.type === 'NodeTaint';
    const { podClass: gone } = event;
    if (gone.namespace !== pod.namespace) return false;
    return (
      disksConflict(pod.inlineDisks, gone.inlineDisks) ||
      pod.namedClaims.some((name) => gone.namedClaims.includes(name))
    );
  },

  NodeVolumeLimits: (_cluster, pod, event) => {
    switch (event.type) {
      case 'StorageNode':
        return event.before === undefined || someLimitGrew(event.before, event.object);
      case 'PodDelete':
        return event.podClass.claims.length + event.podClass.inTreeDisks.length > 0;
      case 'Claim':
        return event.before === undefined && isOurs(pod, event);
      case 'AttachmentDelete':
        return pod.claims.length > 0;
      default:
        return false;
    }
  },

  VolumeBinding: (_cluster, pod, event) => {
    switch (event.type) {
      case 'Claim':
        return isOurs(pod, event);
      case 'Volume':
      case 'NodeAdd':
      case 'NodeLabel':
      case 'NodeTaint':
        return true;
      case 'StorageClass':
        return event.before === undefined || !sameData(event.before.allowedTopologies, event.object.allowedTopologies);
      case 'StorageNode':
        return event.before === undefined || !sameData(migratedPlugins(event.before), migratedPlugins(event.object));
      case 'StorageDriver':
        return stoppedCounting(pod, event);
      case 'StorageCapacity': {
        if (event.before === undefined) return true;
        const [was, is] = [sizeLimitOf(event.before), sizeLimitOf(event.object)];
        return is !== undefined && (was === undefined || value(is) > value(was));
      }
      default:
        return false;
    }
  },

  VolumeZone: (_cluster, pod, event) => {
    switch (event.type) {
      case 'Claim':
        return isOurs(pod, event, pod.namedClaims);
      case 'Volume':
        return event.before === undefined || !sameData(placesOf(event.before), placesOf(event.object));
      case 'StorageClass':
        return event.before === undefined && event.object.volumeBindingMode === 'WaitForFirstConsumer';
      default:
        return event.type === 'NodeAdd' || event.type === 'NodeLabel' || event.type === 'NodeTaint';
    }
  },
};

type EventOf<Type> = Extract<ClusterEvent, { readonly type: Type }>;

function isOurs(pod: PodClass, { object }: EventOf<'Claim'>, claims = pod.claims): boolean {
  return object.metadata.namespace === pod.namespace && claims.includes(object.metadata.name);
}

/** A driver without a limit counts as one that can hold nothing. Source: nodevolumelimits/csi.go: isSchedulableAfterCSINodeUpdated. */
function someLimitGrew(before: StorageNode, after: StorageNode): boolean {
  const limitIn = ({ spec }: StorageNode, driver: string): number =>
    spec.drivers.find(({ name }) => name === driver)?.allocatable?.count ?? 0;
  return after.spec.drivers.some(({ name }) => limitIn(after, name) > limitIn(before, name));
}

/** Does the driver of a volume that the pod names itself no longer tell how much room it has? */
function stoppedCounting(pod: PodClass, { before, object }: EventOf<'StorageDriver'>): boolean {
  if (before?.spec.storageCapacity !== true || object.spec.storageCapacity === true) return false;
  const drivers = (pod.spec.volumes ?? []).map(({ csi }) => (csi as { readonly driver?: string } | undefined)?.driver);
  return drivers.includes(object.metadata.name);
}
