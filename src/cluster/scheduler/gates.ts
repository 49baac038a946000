import type { Pod } from '../api/objects/pod.js';
import type { ClusterState } from './cluster.js';
import type { ClusterEvent } from './cluster-event.js';
import { listensToDevices } from './device-hints.js';
import { claimsFor, claimUserOf } from './plugins/dynamic-resources.js';
import { type PreEnqueuePlugin, profileNamed } from './profile.js';

/** Pods whose victims are being evicted, by uid, with the last victim's uid once only that one is left. */
export type Preempting = Map<string, string>;

/** Plugins that keep a pod out until something happens in the cluster, or to the pod. */
export type Gate = Exclude<PreEnqueuePlugin, 'SchedulingGates'>;

/** Of all events only what a gate listens to is put to the plugins that rejected. */
export const LISTENS: Readonly<Record<Gate, (event: ClusterEvent) => boolean>> = {
  DynamicResources: listensToDevices,
  DefaultPreemption: ({ type }) => type === 'PodDelete',
};

/** The first PreEnqueue plugin that rejects the pod: only what that plugin listens to lets it in. */
export function gateOf(cluster: ClusterState, preempting: Preempting, pod: Pod): PreEnqueuePlugin | undefined {
  const { schedulingGates = [], schedulerName } = pod.spec;
  const asks = (plugin: PreEnqueuePlugin): boolean =>
    profileNamed(cluster.profiles, schedulerName)?.preEnqueue.includes(plugin) === true;
  if (schedulingGates.length > 0 && asks('SchedulingGates')) return 'SchedulingGates';
  if (claimsLackedBy(cluster, pod) !== undefined) return 'DynamicResources';
  return isPreempting(cluster, preempting, pod) ? 'DefaultPreemption' : undefined;
}

/** DynamicResources' gate: what the claims of the pod lack; undefined: it does not hold the pod. */
export function claimsLackedBy({ profiles, devices }: ClusterState, pod: Pod): string | undefined {
  const user = claimUserOf(pod);
  if (user === undefined) return undefined;
  if (profileNamed(profiles, pod.spec.schedulerName)?.preEnqueue.includes('DynamicResources') !== true)
    return undefined;
  const claims = claimsFor(devices, user);
  return typeof claims === 'string' ? claims : undefined;
}

/** DefaultPreemption's gate: victims are still to be evicted. Of the last one it is enough that it is on its way out (IsPodRunningPreemption). */
function isPreempting(cluster: ClusterState, preempting: Preempting, pod: Pod): boolean {
  const lastVictim = preempting.get(pod.metadata.uid);
  if (lastVictim === undefined) return false;
  return lastVictim === '' || cluster.pods.get(lastVictim)?.terminating === false;
}
