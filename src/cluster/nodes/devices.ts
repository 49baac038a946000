import type { ResourceClaim } from '../api/objects/devices.js';
import type { Pod } from '../api/objects/pod.js';
import { claimOfPod, isReservedFor, strangerFault } from '../api/resource-claims.js';
import { keyOf, stored } from '../api/store.js';
import type { NodesWorld } from './world.js';

/**
 * Why the kubelet cannot prepare a pod's devices; undefined: it can, which takes no time. It asks the API server for each claim.
 * Source: kubernetes v1.36.3 pkg/kubelet/cm/dra/manager.go: prepareResources.
 */
export function devicesFault(world: NodesWorld, pod: Pod): string | undefined {
  for (const podClaim of pod.spec.resourceClaims ?? []) {
    const { namespace, name, uid } = pod.metadata;
    const known = claimOfPod(pod, podClaim);
    if (known === undefined) return `pod "${namespace}/${name}": ResourceClaim not created yet`;
    if (known.name === undefined) continue;
    const claim = stored<ResourceClaim>(world, 'ResourceClaim', keyOf(namespace, known.name));
    if (claim === undefined) {
      return `fetch ResourceClaim ${known.name}: resourceclaims.resource.k8s.io "${known.name}" not found`;
    }
    const fault = known.isGenerated ? strangerFault(claim, pod.metadata) : undefined;
    if (fault !== undefined) return fault;
    if (!isReservedFor(claim, uid)) {
      return `pod ${name} (${uid}) is not allowed to use ResourceClaim ${known.name} (${claim.metadata.uid})`;
    }
  }
  return undefined;
}
