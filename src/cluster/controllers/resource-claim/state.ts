import type { ResourceClaim } from '../../api/objects/devices.js';
import type { KcmWorld } from '../../api/kcm.js';
import type { ObjectKey } from '../../api/store.js';

/** What the controller knows beside its informers. */
interface ResourceClaimState {
  /** Claims that it has made and that its informer has not shown yet, by uid. */
  readonly made: Map<string, ResourceClaim>;
  /** Keys of the pods that use each claim. */
  readonly users: Map<ObjectKey, Set<ObjectKey>>;
  /** Uids of pods that are gone, the latest ones. */
  readonly gonePods: Set<string>;
}

export interface ResourceClaimWorld extends KcmWorld {
  readonly controllers: { readonly resourceClaim: ResourceClaimState };
}

export function createResourceClaimState(): ResourceClaimState {
  return { made: new Map(), users: new Map(), gonePods: new Set() };
}

/** kubernetes v1.36.3 pkg/controller/resourceclaim/controller.go: maxUIDCacheEntries */
const MAXIMUM_GONE = 500;

export function notePodGone({ gonePods }: ResourceClaimState, uid: string): void {
  gonePods.add(uid);
  if (gonePods.size <= MAXIMUM_GONE) return;
  const [first = ''] = gonePods;
  gonePods.delete(first);
}
