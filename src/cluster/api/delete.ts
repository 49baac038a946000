import { SECOND_US } from '../../kernel/time.js';
import type { ApiRequest, ApiResult } from './calls.js';
import type { KubernetesObject } from './objects/meta.js';
import type { Pod } from './objects/pod.js';
import { releaseService } from './prepare.js';
import type { ApiWorld } from './world.js';
import { removeObject, replaceObject } from './writes.js';

/** Grace of a pod that asks for none (kubernetes v1.36.3 pkg/apis/core/v1/defaults.go: SetDefaults_PodSpec). */
const DEFAULT_GRACE_SECONDS = 30;

/** The garbage collector keeps the owner until its dependents are gone. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
/** The garbage collector first takes the owner's name off its dependents. */
export const ORPHAN_FINALIZER = 'orphan';

/**
 * Deletes an object: at once, or by marking it, when it has time left (a bound pod's grace) or finalizers.
 * kubernetes v1.36.3 staging apiserver pkg/registry/generic/registry/store.go: Store.Delete
 */
export function deleteObject(world: ApiWorld, request: ApiRequest, current: KubernetesObject): ApiResult {
  const graceSeconds = graceOf(request, current);
  const finalizers = finalizersFor(request, current);
  const deadline = world.kernel.now + graceSeconds * SECOND_US;
  const marked = current.metadata.deletionTimestamp;
  if (graceSeconds === 0 && finalizers.length === 0) {
    releaseService(world, current);
    removeObject(world, current);
    return { status: 200, reason: '', message: '', object: current };
  }
  // A later delete may shorten the time that is left, never lengthen it.
  if (marked !== undefined && marked <= deadline) return { status: 200, reason: '', message: '', object: current };
  const object = replaceObject(world, current, {
    ...current,
    metadata: {
      ...current.metadata,
      ...(finalizers.length > 0 ? { finalizers } : {}),
      deletionTimestamp: deadline,
      deletionGracePeriodSeconds: graceSeconds,
    },
  });
  return { status: 200, reason: '', message: '', object };
}

/** kubernetes v1.36.3 pkg/registry/core/pod/strategy.go: CheckGracefulDelete. Kinds other than pods have no grace. */
function graceOf(request: ApiRequest, object: KubernetesObject): number {
  if (object.kind !== 'Pod') return 0;
  const { spec, status } = object as Pod;
  if (spec.nodeName === undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return 0;
  const grace = request.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return grace < 0 ? 1 : grace;
}

function finalizersFor(request: ApiRequest, object: KubernetesObject): readonly string[] {
  const present = object.metadata.finalizers ?? [];
  const wanted =
    request.propagation === 'Foreground'
      ? FOREGROUND_FINALIZER
      : request.propagation === 'Orphan'
        ? ORPHAN_FINALIZER
        : undefined;
  const others = present.filter((finalizer) => finalizer !== FOREGROUND_FINALIZER && finalizer !== ORPHAN_FINALIZER);
  if (wanted !== undefined) return [...others, wanted];
  return request.propagation === 'Background' ? others : present;
}
