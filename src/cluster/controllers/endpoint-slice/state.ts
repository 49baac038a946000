import type { KcmWorld } from '../../api/kcm.js';
import type { EndpointSlice } from '../../api/objects/network.js';
import { keyOf, type ObjectKey } from '../../api/store.js';
import { createSelectedPods, type SelectedPods } from '../shared/selected-pods.js';
import { type FamilyHints, MANAGED_BY, MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from './decide.js';
import type { Followed } from './followed.js';

/** Version of a slice that the controller has deleted and the informer still shows. */
export const DELETION_EXPECTED = Number.POSITIVE_INFINITY;

/** The EndpointSlice controller's own memory: who selects whom, and what it wrote last. */
export interface EndpointSliceState {
  /** Pods that each Service selects. */
  readonly selected: SelectedPods;
  /** What has changed for each Service that selects pods. */
  readonly followed: Map<ObjectKey, Followed>;
  /** Slices of each Service that this controller manages, as the informer shows them. */
  readonly slicesByService: Map<ObjectKey, Map<ObjectKey, EndpointSlice>>;
  /** Newest version written of each slice, by Service and name of the slice. */
  readonly written: Map<ObjectKey, Map<string, number>>;
  /** Endpoints hinted to each zone, of Services whose topology mode is Auto. */
  readonly hints: Map<ObjectKey, FamilyHints>;
}

export interface EndpointSliceWorld extends KcmWorld {
  readonly controllers: { readonly endpointSlice: EndpointSliceState };
}

export function createEndpointSliceState(): EndpointSliceState {
  return {
    selected: createSelectedPods(),
    followed: new Map(),
    slicesByService: new Map(),
    written: new Map(),
    hints: new Map(),
  };
}

/** Service of a slice that this controller manages. */
export function serviceOfSlice({ metadata }: EndpointSlice): ObjectKey | undefined {
  if (metadata.labels?.[MANAGED_BY_LABEL] !== MANAGED_BY) return undefined;
  const name = metadata.labels[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : keyOf(metadata.namespace, name);
}

/**
 * Does the informer lag behind what this controller wrote? Deciding on such slices would write some endpoints twice.
 * Source: kubernetes v1.36.3 staging k8s.io/endpointslice util/endpointslice_tracker.go: StaleSlices.
 */
export function isStale(state: EndpointSliceState, service: ObjectKey): boolean {
  const written = state.written.get(service);
  if (written === undefined) return false;
  const slices = state.slicesByService.get(service);
  for (const [name, version] of written) {
    const slice = slices?.get(keyOf(namespaceOf(service), name));
    if (version === DELETION_EXPECTED ? slice !== undefined : (slice?.metadata.resourceVersion ?? 0) < version) {
      return true;
    }
  }
  return false;
}

function namespaceOf(key: ObjectKey): string {
  return key.slice(0, key.indexOf('/'));
}
