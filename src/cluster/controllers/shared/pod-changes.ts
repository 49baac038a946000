import { SECOND_US } from '../../../kernel/time.js';
import { enqueueAfter } from '../../api/controller-loop.js';
import type { Change } from '../../api/informers.js';
import { controllerKey, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { KubernetesObject, StringMap } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import { controllerOf } from '../../api/owner-references.js';
import { isReady } from '../../api/pod-predicates.js';
import type { ObjectKey } from '../../api/store.js';

/**
 * What a change of a pod means to a controller that makes pods: the same for all of them.
 * Source: kubernetes v1.36.3 pkg/controller/{replicaset,statefulset,daemon,job}: addPod, updatePod, deletePod.
 */

/** The pod has gone or is about to. */
export function isGoing({ type, object }: Change<Pod>): boolean {
  return type === 'deleted' || object.metadata.deletionTimestamp !== undefined;
}

/** Key of the owner of this kind that the pod no longer has. */
export function formerOwner(world: KcmWorld, kind: string, { object, before }: Change<Pod>): ObjectKey | undefined {
  if (before === undefined || controllerOf(before)?.uid === controllerOf(object)?.uid) return undefined;
  return controllerKey(world, kind, before);
}

const NOBODY: readonly ObjectKey[] = [];

/** Keys of the owners that an orphan, new, relabelled or let go just now, may belong to. */
export function possibleOwners<Owner extends KubernetesObject>(
  world: KcmWorld,
  kind: string,
  selects: (owner: Owner, labels: StringMap | undefined) => boolean,
  change: Change<Pod>,
): readonly ObjectKey[] {
  const { object, before } = change;
  if (isGoing(change) || controllerOf(object) !== undefined) return NOBODY;
  const { labels, namespace } = object.metadata;
  if (before !== undefined && before.metadata.labels === labels && controllerOf(before) === undefined) return NOBODY;
  const keys: ObjectKey[] = [];
  for (const [key, owner] of kcmLister<Owner>(world, kind)) {
    if (owner.metadata.namespace === namespace && selects(owner, labels)) keys.push(key);
  }
  return keys;
}

interface PatientOwner extends KubernetesObject {
  readonly spec: { readonly minReadySeconds?: number };
}

/** A pod that has just become ready is available later: then its owner is looked at again. The extra second is Kubernetes' own. */
export function enqueueWhenAvailable(
  world: KcmWorld,
  controllerId: number,
  kind: string,
  owner: ObjectKey,
  change: Change<Pod>,
): void {
  const { object, before } = change;
  if (isGoing(change) || before === undefined || isReady(before) || !isReady(object)) return;
  const { minReadySeconds = 0 } = kcmLister<PatientOwner>(world, kind).get(owner)!.spec;
  if (minReadySeconds > 0) enqueueAfter(world, controllerId, owner, (minReadySeconds + 1) * SECOND_US);
}
