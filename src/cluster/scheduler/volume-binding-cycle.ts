import { schedule } from '../../kernel/simulation.js';
import { SECOND_US } from '../../kernel/time.js';
import { type ApiRequest, type ApiResult, issue, succeeded } from '../api/calls.js';
import { SELECTED_NODE } from '../api/claims.js';
import { lister } from '../api/informers.js';
import type { KubernetesObject } from '../api/objects/meta.js';
import type { Pod } from '../api/objects/pod.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../api/objects/storage.js';
import { objectKey } from '../api/store.js';
import { isReachableFrom } from '../api/volume-matching.js';
import { type ClusterState, NO_NODE } from './cluster.js';
import { SchedulerEvent } from './events.js';
import { claimedBy, isFullyBound, selectedFor, type VolumePlan } from './plugins/volume-binding.js';
import type { Binding, SchedulerWorld } from './world.js';

/** The claims of a pod are looked at so often until all are bound. Source: volumebinding/binder.go. */
const POLL_US = SECOND_US;

/** Reserve: what the pod's claims will take is taken from now on. */
export function assumeVolumes(cluster: ClusterState, plan: VolumePlan, nodeName: string): void {
  for (const { volume, claim } of plan.bindings) cluster.volumes.set(volume.metadata.name, claimedBy(volume, claim));
  for (const claim of plan.provisions) cluster.claims.set(objectKey(claim), selectedFor(claim, nodeName));
  cluster.version += 1;
}

/** Unreserve: volumes and claims are again as the informers have them. */
export function forgetVolumes(world: SchedulerWorld, { bindings, provisions }: VolumePlan): void {
  const { scheduler } = world;
  const { cluster } = scheduler;
  for (const { volume } of bindings) {
    const { name } = volume.metadata;
    const known = lister<PersistentVolume>(world, scheduler.volumes).get(name);
    if (known !== undefined) cluster.volumes.set(name, known);
  }
  for (const claim of provisions) {
    const key = objectKey(claim);
    const known = lister<PersistentVolumeClaim>(world, scheduler.claims).get(key);
    if (known !== undefined) cluster.claims.set(key, known);
  }
  cluster.version += 1;
}

/** The writes of PreBind, one after the other: the nomination of the node, then volumes, then claims. */
function nextWrite({ queued, nodeName, volumes, written }: Binding): ApiRequest | undefined {
  const write = written - 1;
  if (write < 0) {
    const { namespace, name } = queued.pod.metadata;
    const body = { status: { nominatedNodeName: nodeName } };
    return { verb: 'patch', kind: 'Pod', namespace, name, subresource: 'status', body };
  }
  if (volumes === undefined) return undefined;
  const { bindings, provisions } = volumes;
  const binding = bindings[write];
  if (binding !== undefined) return update(claimedBy(binding.volume, binding.claim));
  const claim = provisions[write - bindings.length];
  return claim === undefined ? undefined : update(selectedFor(claim, nodeName));
}

function update(object: KubernetesObject): ApiRequest {
  const { kind, metadata } = object;
  const { namespace, name, resourceVersion } = metadata;
  return { verb: 'update', kind, namespace, name, resourceVersion, body: object };
}

/** Sends the next write of PreBind, or begins to wait for the claims. False: there is nothing to wait for. */
export function writeVolumes(world: SchedulerWorld, number: number, binding: Binding): boolean {
  const request = nextWrite(binding);
  if (request !== undefined) issue(world, world.scheduler.client, request, SchedulerEvent.VolumeWritten, number);
  else if (binding.volumes !== undefined) schedule(world, POLL_US, SchedulerEvent.VolumesLookedAt, number, 0);
  return request !== undefined || binding.volumes !== undefined;
}

/** The answer to a write; gives the error that ends the binding. A nomination that fails is only logged. */
export function volumeWritten(binding: Binding, result: ApiResult): string {
  if (!succeeded(result) && binding.written > 0) return result.message;
  if (binding.written > 0) binding.versions.push(result.object!.metadata.resourceVersion);
  binding.written += 1;
  return '';
}

/** One look at the claims: bound, still waiting, or the error that ends the binding. Source: binder.go: BindPodVolumes. */
export function lookAtVolumes(world: SchedulerWorld, number: number, binding: Binding): 'bound' | 'waits' | Error {
  const seen = checkBindings(world, binding);
  if (seen === 'bound') return seen;
  if (seen !== 'waits') return new Error(`binding volumes: ${seen}`);
  if (world.kernel.now >= binding.deadline) return new Error('binding volumes: context deadline exceeded');
  schedule(world, POLL_US, SchedulerEvent.VolumesLookedAt, number, 0);
  return 'waits';
}

/** What the informers say of all that was written; a text is an error. Source: binder.go: checkBindings. */
function checkBindings(world: SchedulerWorld, { queued, nodeName, volumes, versions }: Binding): string {
  const { scheduler } = world;
  const { cluster } = scheduler;
  const node = cluster.nodes[cluster.indexByName.get(nodeName) ?? NO_NODE];
  if (node === undefined) return `failed to get node "${nodeName}": node "${nodeName}" not found`;
  const { name, uid } = queued.pod.metadata;
  const pod = lister<Pod>(world, scheduler.pods).get(objectKey(queued.pod));
  if (pod?.metadata.uid !== uid) return `pod does not exist any more: pod "${name}" not found`;
  const volumesKnown = lister<PersistentVolume>(world, scheduler.volumes);
  const claimsKnown = lister<PersistentVolumeClaim>(world, scheduler.claims);
  const { bindings, provisions } = volumes!;
  for (const [index, { volume, claim }] of bindings.entries()) {
    const { name: volumeName } = volume.metadata;
    const known = volumesKnown.get(volumeName);
    const knownClaim = claimsKnown.get(objectKey(claim));
    if (known === undefined) return `failed to check binding: could not find v1.PersistentVolume "${volumeName}"`;
    if (knownClaim === undefined) return `failed to check binding: ${notFound(claim)}`;
    if (known.metadata.resourceVersion < versions[index]!) return 'waits';
    if (!isReachableFrom(known, node)) return unreachable(volumeName, nodeName);
    if ((known.spec.claimRef?.uid ?? '') === '') return `ClaimRef got reset for pv "${volumeName}"`;
    if (!isFullyBound(knownClaim)) return 'waits';
  }
  for (const [index, claim] of provisions.entries()) {
    const known = claimsKnown.get(objectKey(claim));
    if (known === undefined) return `failed to check provisioning pvc: ${notFound(claim)}`;
    const { annotations, resourceVersion } = known.metadata;
    if (resourceVersion < versions[bindings.length + index]!) return 'waits';
    if (annotations === undefined) return `selectedNode annotation reset for PVC "${claim.metadata.name}"`;
    if (annotations[SELECTED_NODE] !== nodeName) return `provisioning failed for PVC "${claim.metadata.name}"`;
    const { volumeName = '' } = known.spec;
    const made = volumesKnown.get(volumeName);
    if (volumeName !== '' && made === undefined) return 'waits';
    if (made !== undefined && !isReachableFrom(made, node)) return unreachable(volumeName, nodeName);
    if (!isFullyBound(known)) return 'waits';
  }
  return 'bound';
}

function notFound(claim: PersistentVolumeClaim): string {
  return `could not find v1.PersistentVolumeClaim "${objectKey(claim)}"`;
}

function unreachable(volumeName: string, nodeName: string): string {
  return `pv "${volumeName}" node affinity doesn't match node "${nodeName}": no matching NodeSelectorTerms`;
}
