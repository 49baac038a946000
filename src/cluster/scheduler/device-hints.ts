import type { ResourceClaim } from '../api/objects/devices.js';
import { sameData } from '../api/patch.js';
import type { ClusterState } from './cluster.js';
import type { ClusterEvent } from './cluster-event.js';
import { claimsFor } from './plugins/dynamic-resources.js';
import type { PodClass } from './pod-class.js';

/** Which events may let a pod pass DynamicResources (reference/scheduling.md 1.4). */
export function devicesMayHelp(cluster: ClusterState, pod: PodClass, event: ClusterEvent): boolean {
  if (event.type === 'ResourceClaim') return claimMayHelp(cluster, pod, event.before, event.object);
  if (event.type === 'OwnClaims') {
    return pod.claimUser !== undefined && typeof claimsFor(cluster.devices, pod.claimUser) !== 'string';
  }
  return listensToDevices(event);
}

/** Source: kubernetes v1.36.3 plugins/dynamicresources/dynamicresources.go: isSchedulableAfterClaimChange. */
function claimMayHelp(
  { devices }: ClusterState,
  { claimUser }: PodClass,
  before: ResourceClaim | undefined,
  claim: ResourceClaim,
): boolean {
  const claims = claimUser === undefined ? [] : claimsFor(devices, claimUser);
  if (typeof claims === 'string') return false;
  if (before?.status.allocation !== undefined && claim.status.allocation === undefined) return true;
  if (!claims.some(({ metadata }) => metadata.uid === claim.metadata.uid)) return false;
  return before === undefined || !sameData(before.status, claim.status);
}

/** Of gated pods only what their plugin listens to is put to it. */
export function listensToDevices({ type }: ClusterEvent): boolean {
  return LISTENED.has(type);
}

const LISTENED: ReadonlySet<ClusterEvent['type']> = new Set([
  'ResourceClaim',
  'OwnClaims',
  'NodeAdd',
  'NodeLabel',
  'NodeAllocatable',
  'NodeTaint',
  'DeviceClass',
  'ResourceSlice',
]);
