import { BIND_COMPLETED, NO_PROVISIONER, storageClassOf } from '../../cluster/api/claims.js';
import { succeeded } from '../../cluster/api/calls.js';
import { Controllers } from '../../cluster/api/controller-loop.js';
import { createApi, registerApi } from '../../cluster/api/create-api.js';
import { createObject } from '../../cluster/api/create.js';
import { Listeners } from '../../cluster/api/informers.js';
import type { Node } from '../../cluster/api/objects/node.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../cluster/api/objects/storage.js';
import { objectKey } from '../../cluster/api/store.js';
import type { ApiWorld } from '../../cluster/api/world.js';
import { volumeForClaim } from '../../cluster/controllers/persistent-volume/matching.js';
import { volumeFor, zoneFor } from '../../cluster/controllers/storage-driver/disk.js';
import { insertStorageNodes } from '../../cluster/controllers/storage-driver/storage-nodes.js';
import { insertNode, nodeSpecs } from '../../cluster/nodes/node-objects.js';
import type { ClusterState } from '../../cluster/scheduler/cluster.js';
import { claimedBy } from '../../cluster/scheduler/plugins/volume-binding.js';
import { createScheduler, registerScheduler, type SchedulerWorld } from '../../cluster/scheduler/scheduler.js';
import { Handlers } from '../../kernel/events.js';
import { invariant } from '../../kernel/invariant.js';
import { createKernel, runUntil } from '../../kernel/simulation.js';
import { MINUTE_US } from '../../kernel/time.js';
import type { Scenario } from '../../scenario/types.js';
import { create } from '../operator/actions.js';
import { clusterParameters } from '../parameters.js';
import { insertAccount, insertNamespaces } from '../setup.js';

/** Watches deliver what is stored well within this virtual time. */
const SETTLED_US = MINUTE_US;

/** An API server that holds the manifests, and a scheduler that knows them and the nodes, with no pod yet. */
export interface FitWorld {
  readonly world: SchedulerWorld;
  readonly cluster: ClusterState;
  /** Objects that the API server refuses, and why. */
  readonly refused: readonly string[];
}

export function createFitWorld(scenario: Scenario): FitWorld {
  const parameters = clusterParameters(scenario.cluster);
  const kernel = { kernel: createKernel(scenario.seed) };
  const api: ApiWorld = { ...kernel, api: createApi(kernel, parameters.api) };
  insertNamespaces(api);
  for (const [index, spec] of nodeSpecs(scenario.cluster.pools, parameters.nodes).entries()) {
    insertNode(api, spec, index);
  }
  const objects = scenario.manifests.map(({ object }) => object);
  insertStorageNodes(api, objects, parameters.storage);
  const world: SchedulerWorld = { ...api, scheduler: createScheduler(api, parameters.scheduler) };
  const handlers = new Handlers<SchedulerWorld>();
  const listeners = new Listeners<SchedulerWorld>();
  registerApi(handlers, listeners, new Controllers<SchedulerWorld>());
  registerScheduler(handlers, listeners);
  const refused = storeManifests(world, scenario);
  runUntil(world, handlers, SETTLED_US);
  const { cluster } = world.scheduler;
  for (const [name, volume] of cluster.volumes) {
    if (volume.spec.claimRef === undefined) cluster.volumes.set(name, { ...volume, status: { phase: 'Available' } });
  }
  for (const claim of cluster.claims.values()) bindAtOnce(cluster, claim);
  return { world, cluster, refused };
}

/** All but pods, which nobody is to schedule yet. */
function storeManifests(world: ApiWorld, { manifests }: Scenario): string[] {
  const refused: string[] = [];
  for (const { object } of manifests) {
    if (object.kind === 'Pod') continue;
    const result = createObject(world, create(object));
    // No controller fills in the limits of a quota's status, so that nothing is charged to it.
    invariant(!('next' in result), `${object.kind} ${object.metadata.name} was charged to a quota`);
    if (!succeeded(result)) refused.push(`${object.kind.toLowerCase()}/${object.metadata.name}: ${result.message}`);
    else if (object.kind === 'Namespace') insertAccount(world, object.metadata.name);
  }
  return refused;
}

/** Binds a claim that does not wait for its first pod, as the binder and the driver would. */
export function bindAtOnce(cluster: ClusterState, claim: PersistentVolumeClaim): void {
  const storageClass = cluster.storageClasses.get(storageClassOf(claim));
  if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && (claim.spec.volumeName ?? '') === '') return;
  const named = cluster.volumes.get(claim.spec.volumeName ?? '');
  const volume = named ?? volumeForClaim(claim, [...cluster.volumes.values()], false);
  if (volume !== undefined) bind(cluster, volume, claim);
  else if (storageClass !== undefined && storageClass.provisioner !== NO_PROVISIONER) provide(cluster, claim);
}

/** The disk of a claim, on a node that the scheduler has chosen or anywhere. */
export function provide(cluster: ClusterState, claim: PersistentVolumeClaim, selected?: Node): void {
  const storageClass = cluster.storageClasses.get(storageClassOf(claim))!;
  const nodes = cluster.nodes.filter((node) => node !== undefined);
  const draft = volumeFor(claim, storageClass, zoneFor(claim, storageClass, selected, nodes));
  bind(cluster, { ...draft, status: { phase: 'Bound' } } as unknown as PersistentVolume, claim);
}

export function bind(cluster: ClusterState, volume: PersistentVolume, claim: PersistentVolumeClaim): void {
  const { name } = volume.metadata;
  cluster.volumes.set(name, { ...claimedBy(volume, claim), status: { phase: 'Bound' } });
  const annotations = { ...claim.metadata.annotations, [BIND_COMPLETED]: 'yes' };
  const bound: PersistentVolumeClaim = {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName: name },
    status: { ...claim.status, phase: 'Bound' },
  };
  cluster.claims.set(objectKey(claim), bound);
  cluster.version += 1;
}
