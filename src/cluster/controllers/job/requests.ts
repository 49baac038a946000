import type { ApiRequest } from '../../api/calls.js';
import type { Pod } from '../../api/objects/pod.js';
import { TRACKING_FINALIZER } from './pods.js';

/** Takes the Job's finalizer off a pod: it is counted, or is not to be. */
export function withoutTracking({ metadata }: Pod): ApiRequest {
  const { namespace, name, uid, finalizers = [] } = metadata;
  const body = { metadata: { finalizers: finalizers.filter((finalizer) => finalizer !== TRACKING_FINALIZER) } };
  return { verb: 'patch', kind: 'Pod', namespace, name, uid, body };
}
