import type { KcmWorld } from '../../api/kcm.js';
import type { StringMap } from '../../api/objects/meta.js';
import type { EndpointSlice, Service } from '../../api/objects/network.js';
import type { Pod } from '../../api/objects/pod.js';
import { matchesPairs } from '../../api/selectors.js';
import { type ObjectKey, keyOf, objectKey } from '../../api/store.js';
import { type FamilyHints, MANAGED_BY, MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from './decide.js';

/** Version of a slice that the controller has deleted and the informer still shows. */
export const DELETION_EXPECTED = Number.POSITIVE_INFINITY;

/** The EndpointSlice controller's own memory: who selects whom, and what it wrote last. */
export interface EndpointSliceState {
  /** Services by namespace and one pair of their selector, so that a pod finds those that may select it. */
  readonly servicesByPair: Map<string, Map<ObjectKey, Service>>;
  /** Pods that each Service selects. */
  readonly podsByService: Map<ObjectKey, Map<ObjectKey, Pod>>;
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
    servicesByPair: new Map(),
    podsByService: new Map(),
    slicesByService: new Map(),
    written: new Map(),
    hints: new Map(),
  };
}

/** Services that select a pod with these labels. */
export function servicesOf(state: EndpointSliceState, namespace: string, labels: StringMap = {}): ObjectKey[] {
  const keys: ObjectKey[] = [];
  for (const name of Object.keys(labels)) {
    for (const [key, { spec }] of state.servicesByPair.get(pairKey(namespace, name, labels[name]!)) ?? []) {
      if (matchesPairs(spec.selector!, labels)) keys.push(key);
    }
  }
  return keys;
}

function pairKey(namespace: string, name: string, value: string): string {
  return `${namespace}/${name}=${value}`;
}

/** Notes a Service's selector; the pods that it selects are looked for once, here. */
export function addService(state: EndpointSliceState, service: Service, pods: Iterable<Pod>): void {
  const { selector } = service.spec;
  const { namespace } = service.metadata;
  const name = selector === undefined ? undefined : Object.keys(selector)[0];
  if (selector === undefined || name === undefined) return;
  const pair = pairKey(namespace, name, selector[name]!);
  const key = objectKey(service);
  const services = state.servicesByPair.get(pair) ?? new Map<ObjectKey, Service>();
  state.servicesByPair.set(pair, services.set(key, service));
  const selected = new Map<ObjectKey, Pod>();
  for (const pod of pods) {
    const isSelected = pod.metadata.namespace === namespace && matchesPairs(selector, pod.metadata.labels);
    if (isSelected) selected.set(objectKey(pod), pod);
  }
  state.podsByService.set(key, selected);
}

export function removeService(state: EndpointSliceState, { metadata, spec }: Service): void {
  const key = keyOf(metadata.namespace, metadata.name);
  for (const [name, value] of Object.entries(spec.selector ?? {})) {
    state.servicesByPair.get(pairKey(metadata.namespace, name, value))?.delete(key);
  }
  state.podsByService.delete(key);
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
