import type { Controllers } from '../cluster/api/controller-loop.js';
import type { Listeners } from '../cluster/api/informers.js';
import { registerKcm } from '../cluster/api/kcm.js';
import {
  type AttachDetachWorld,
  createAttachDetachState,
  registerAttachDetach,
} from '../cluster/controllers/attach-detach/controller.js';
import { registerDaemonSet } from '../cluster/controllers/daemon-set/controller.js';
import { createDaemonSetState, type DaemonSetWorld } from '../cluster/controllers/daemon-set/state.js';
import { registerCronJob } from '../cluster/controllers/cron-job/controller.js';
import { registerDeployment } from '../cluster/controllers/deployment/controller.js';
import {
  createDisruptionState,
  type DisruptionWorld,
  registerDisruption,
} from '../cluster/controllers/disruption/controller.js';
import { registerStaleDisruption } from '../cluster/controllers/disruption/stale-condition.js';
import { registerEndpointSlice } from '../cluster/controllers/endpoint-slice/controller.js';
import { createEndpointSliceState, type EndpointSliceWorld } from '../cluster/controllers/endpoint-slice/state.js';
import { registerEphemeralVolume } from '../cluster/controllers/ephemeral-volume/controller.js';
import { registerGarbageCollector } from '../cluster/controllers/garbage-collector/controller.js';
import {
  createGarbageCollectorState,
  type GarbageCollectorWorld,
} from '../cluster/controllers/garbage-collector/graph.js';
import {
  createHorizontalPodAutoscalerState,
  type HorizontalPodAutoscalerWorld,
  registerHorizontalPodAutoscaler,
} from '../cluster/controllers/horizontal-pod-autoscaler/controller.js';
import type { PodMetricsSource } from '../cluster/controllers/horizontal-pod-autoscaler/metrics.js';
import { registerJob } from '../cluster/controllers/job/controller.js';
import { createJobState, type JobWorld } from '../cluster/controllers/job/state.js';
import { registerNamespace } from '../cluster/controllers/namespace/controller.js';
import { registerResourceClaim } from '../cluster/controllers/resource-claim/controller.js';
import { createResourceClaimState, type ResourceClaimWorld } from '../cluster/controllers/resource-claim/state.js';
import { registerResourceQuota } from '../cluster/controllers/resource-quota/controller.js';
import { createResourceQuotaState, type ResourceQuotaWorld } from '../cluster/controllers/resource-quota/tally.js';
import { registerServiceAccount } from '../cluster/controllers/service-account/controller.js';
import { registerNodeLifecycle } from '../cluster/controllers/node-lifecycle/controller.js';
import { createNodeLifecycleState, type NodeLifecycleWorld } from '../cluster/controllers/node-lifecycle/state.js';
import { registerPersistentVolume } from '../cluster/controllers/persistent-volume/controller.js';
import {
  createPersistentVolumeState,
  type PersistentVolumeWorld,
} from '../cluster/controllers/persistent-volume/state.js';
import { createPodGcState, type PodGcWorld, registerPodGc } from '../cluster/controllers/pod-gc/controller.js';
import { registerReplicaSet, registerReplicationController } from '../cluster/controllers/replica-set/controller.js';
import {
  createReplicaSetState,
  type ReplicaSetWorld,
  type ReplicationControllerWorld,
} from '../cluster/controllers/replica-set/state.js';
import { createServiceState, registerService, type ServiceWorld } from '../cluster/controllers/service/controller.js';
import { registerStatefulSet } from '../cluster/controllers/stateful-set/controller.js';
import { createStatefulSetState, type StatefulSetWorld } from '../cluster/controllers/stateful-set/state.js';
import { registerAttacher } from '../cluster/controllers/storage-driver/attacher.js';
import type { StorageParameters } from '../cluster/controllers/storage-driver/parameters.js';
import { registerProvisioner } from '../cluster/controllers/storage-driver/provisioner.js';
import { createStorageDriverState, type StorageDriverWorld } from '../cluster/controllers/storage-driver/state.js';
import {
  createTaintEvictionState,
  registerTaintEviction,
  type TaintEvictionWorld,
} from '../cluster/controllers/taint-eviction/controller.js';
import { registerTtlAfterFinished } from '../cluster/controllers/ttl-after-finished/controller.js';
import {
  registerClaimProtection,
  registerVolumeProtection,
} from '../cluster/controllers/volume-protection/controller.js';

/** What all controllers together need of the world. */
export type ControllersWorld = AttachDetachWorld &
  DaemonSetWorld &
  DisruptionWorld &
  EndpointSliceWorld &
  GarbageCollectorWorld &
  HorizontalPodAutoscalerWorld &
  JobWorld &
  NodeLifecycleWorld &
  PersistentVolumeWorld &
  PodGcWorld &
  ReplicaSetWorld &
  ReplicationControllerWorld &
  ResourceClaimWorld &
  ResourceQuotaWorld &
  ServiceWorld &
  StatefulSetWorld &
  StorageDriverWorld &
  TaintEvictionWorld;

/** Memories of the controllers that have one. */
export function createControllerStates(storage: StorageParameters): ControllersWorld['controllers'] {
  return {
    replicaSet: createReplicaSetState(),
    replicationController: createReplicaSetState(),
    statefulSet: createStatefulSetState(),
    daemonSet: createDaemonSetState(),
    endpointSlice: createEndpointSliceState(),
    garbageCollector: createGarbageCollectorState(),
    service: createServiceState(),
    nodeLifecycle: createNodeLifecycleState(),
    taintEviction: createTaintEvictionState(),
    podGc: createPodGcState(),
    disruption: createDisruptionState(),
    horizontalPodAutoscaler: createHorizontalPodAutoscalerState(),
    job: createJobState(),
    persistentVolume: createPersistentVolumeState(),
    attachDetach: createAttachDetachState(),
    storageDriver: createStorageDriverState(storage),
    resourceClaim: createResourceClaimState(),
    resourceQuota: createResourceQuotaState(),
  };
}

/** Registers every controller of kube-controller-manager, and those of storage drivers, in the order in which they hear of a change. */
export function registerControllerRooms<W extends ControllersWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
  metrics: PodMetricsSource<W>,
): void {
  registerKcm(listeners);
  registerDeployment(controllers, listeners);
  registerReplicaSet(controllers, listeners);
  registerReplicationController(controllers, listeners);
  registerStatefulSet(controllers, listeners);
  registerDaemonSet(controllers, listeners);
  registerEndpointSlice(controllers, listeners);
  registerGarbageCollector(controllers, listeners);
  registerService(controllers, listeners);
  registerNodeLifecycle(controllers, listeners);
  registerTaintEviction(controllers, listeners);
  registerPodGc(controllers, listeners);
  const disruption = registerDisruption(controllers, listeners);
  registerNamespace(controllers, listeners);
  registerResourceQuota(controllers, listeners);
  registerServiceAccount(controllers, listeners);
  registerHorizontalPodAutoscaler(controllers, listeners, metrics);
  registerJob(controllers, listeners);
  registerCronJob(controllers, listeners);
  registerTtlAfterFinished(controllers, listeners);
  registerPersistentVolume(controllers, listeners);
  registerAttachDetach(controllers, listeners);
  registerClaimProtection(controllers, listeners);
  registerVolumeProtection(controllers, listeners);
  registerEphemeralVolume(controllers, listeners);
  registerResourceClaim(controllers, listeners);
  // Not of kube-controller-manager: what comes with a storage driver.
  registerProvisioner(controllers, listeners);
  registerAttacher(controllers, listeners);
  registerStaleDisruption(controllers, listeners, disruption);
}
