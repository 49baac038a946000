import { type EphemeralSource, ephemeralClaimName } from '../../api/claims.js';
import { succeeded } from '../../api/calls.js';
import { clientOf, type Controllers, enqueue, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { ObjectDraft } from '../../api/create.js';
import { recordEvent } from '../../api/event-recorder.js';
import type { Listeners } from '../../api/informers.js';
import { claimUsers, KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Pod, Volume } from '../../api/objects/pod.js';
import type { PersistentVolumeClaim } from '../../api/objects/storage.js';
import { controllerOf, controllerReference } from '../../api/owner-references.js';
import { keyOf, objectKey } from '../../api/store.js';

/** kubernetes v1.36.3 pkg/controller/volume/ephemeral/config/v1alpha1/defaults.go: ConcurrentEphemeralVolumeSyncs */
const WORKERS = 5;

/**
 * Makes the claims of volumes that live as long as their pod; the garbage collector takes them away after it.
 * Source: kubernetes v1.36.3 pkg/controller/volume/ephemeral/controller.go.
 */
export function registerEphemeralVolume<W extends KcmWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'ephemeral-volume-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const pod = kcmLister<Pod>(world, 'Pod').get(key);
      return pod === undefined ? SYNC_DONE : nextClaim(world, controllerId, pod);
    },
    resume: (world, key, memory, [result]) => {
      const pod = kcmLister<Pod>(world, 'Pod').get(key);
      if (pod === undefined) return SYNC_DONE;
      if (succeeded(result!)) return nextClaim(world, controllerId, pod, memory as number);
      return failed(world, controllerId, pod, ephemeralVolumesOf(pod)[(memory as number) - 1]!, result!.message);
    },
  });
  listeners.on<Pod>(KCM, 'Pod', (world, { type, object }) => {
    if (type === 'added' && ephemeralVolumesOf(object).length > 0) enqueue(world, controllerId, objectKey(object));
  });
  listeners.on<PersistentVolumeClaim>(KCM, 'PersistentVolumeClaim', (world, { type, object }) => {
    if (type !== 'deleted') return;
    for (const pod of claimUsers(world, object)) {
      if (ephemeralVolumesOf(pod).length > 0) enqueue(world, controllerId, objectKey(pod));
    }
  });
}

type EphemeralVolume = Volume & { readonly ephemeral: EphemeralSource };

export function ephemeralVolumesOf({ spec }: Pod): readonly EphemeralVolume[] {
  return (spec.volumes ?? []).filter((volume): volume is EphemeralVolume => volume['ephemeral'] !== undefined);
}

/** Creates the first claim from the volume at `place` on that is missing. Source: handleVolume. */
function nextClaim(world: KcmWorld, controllerId: number, pod: Pod, place = 0): SyncStep {
  const { namespace, uid, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return SYNC_DONE;
  const volumes = ephemeralVolumesOf(pod);
  for (let index = place; index < volumes.length; index++) {
    const volume = volumes[index]!;
    const name = ephemeralClaimName(pod, volume);
    const claim = kcmLister<PersistentVolumeClaim>(world, 'PersistentVolumeClaim').get(keyOf(namespace, name));
    if (claim === undefined) {
      const request = {
        verb: 'create',
        kind: 'PersistentVolumeClaim',
        namespace,
        name,
        body: ephemeralClaim(pod, volume),
      } as const;
      return { requests: [request], memory: index + 1 };
    }
    if (controllerOf(claim)?.uid === uid) continue;
    const message = `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`;
    return failed(world, controllerId, pod, volume, message);
  }
  return SYNC_DONE;
}

export function ephemeralClaim(pod: Pod, volume: EphemeralVolume): ObjectDraft {
  const { metadata: { labels, annotations } = {}, spec } = volume.ephemeral.volumeClaimTemplate;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: ephemeralClaimName(pod, volume),
      namespace: pod.metadata.namespace,
      ownerReferences: [controllerReference(pod)],
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec,
  } as ObjectDraft;
}

function failed(world: KcmWorld, controllerId: number, pod: Pod, { name }: Volume, error: string): SyncStep {
  const message = `ephemeral volume ${name}: ${error}`;
  recordEvent(world, clientOf(world, controllerId), pod, 'Warning', 'FailedBinding', message);
  return { requests: [], outcome: { retry: true } };
}
