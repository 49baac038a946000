import type { ApiRequest } from '../../api/calls.js';
import type { ObjectDraft } from '../../api/create.js';
import type { StringMap } from '../../api/objects/meta.js';
import type { Endpoint, EndpointSlice, Service } from '../../api/objects/network.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import { controllerOf, controllerReference } from '../../api/owner-references.js';
import { sameData } from '../../api/patch.js';
import {
  type AddressType,
  addressTypesOf,
  belongsInEndpoints,
  endpointOf,
  type EndpointPort,
  endpointPorts,
  portsKey,
} from './endpoint.js';
import { pack } from './packing.js';
import { addHints, changeEvent, cpuShares, type HintEvent, type HintsByZone, wantsHints } from './topology-hints.js';
import { hinted, withHints } from './traffic-distribution.js';

/** Endpoints in one slice at most (kubernetes v1.36.3 pkg/controller/endpointslice/config/v1alpha1/defaults.go). */
export const MAX_ENDPOINTS_PER_SLICE = 100;

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
export const MANAGED_BY = 'endpointslice-controller.k8s.io';
const HEADLESS_LABEL = 'service.kubernetes.io/headless';

/** What one sync of a Service looks at. */
export interface EndpointSliceView {
  readonly service: Service;
  /** Pods that the Service selects, those in settled slices left out. */
  readonly pods: readonly Pod[];
  readonly nodes: ReadonlyMap<string, Node>;
  /** Slices of the Service that this controller manages. */
  readonly slices: readonly EndpointSlice[];
  /** Names of those whose endpoints, hints and labels are known to be as they should be. */
  readonly settled: ReadonlySet<string>;
  readonly maxEndpointsPerSlice: number;
  /** Endpoints hinted to each zone, if the Service's mode is Auto and it is possible: as `hints` of the last writes. */
  readonly hints: FamilyHints;
}

/** By family of addresses; none where endpoints have no hints of their Service's topology mode. */
export type FamilyHints = ReadonlyMap<AddressType, HintsByZone>;

/** A slice as it is created: the server makes up its name. */
export interface EndpointSliceDraft extends ObjectDraft {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface EndpointSliceWrites {
  readonly create: readonly EndpointSliceDraft[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
  /** Pods left out because their node isn't known: the Service is tried again. */
  readonly errors: readonly string[];
}

/** All writes of a sync, its Events, and what to know at the next. */
export interface Reconciliation extends EndpointSliceWrites {
  readonly events: readonly HintEvent[];
  readonly hints: FamilyHints;
}

/**
 * The writes that bring a Service's slices in line with its pods.
 * Source: kubernetes v1.36.3 staging k8s.io/endpointslice reconciler.go: Reconcile; reference/control-loops.md 3.1.
 */
export function reconcile(view: EndpointSliceView): Reconciliation {
  const families = addressTypesOf(view.service);
  const memory: HintMemory = { hints: new Map(view.hints), events: [] };
  const writes = families.map((addressType) => reconcileFamily(view, addressType, memory));
  return {
    create: writes.flatMap(({ create }) => create),
    update: writes.flatMap(({ update }) => update),
    remove: [
      ...writes.flatMap(({ remove }) => remove),
      ...view.slices.filter(({ addressType }) => !families.includes(addressType)),
    ],
    errors: writes.flatMap(({ errors }) => errors),
    ...memory,
  };
}

interface HintMemory {
  readonly hints: Map<AddressType, HintsByZone>;
  readonly events: HintEvent[];
}

interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Endpoint[];
}

function reconcileFamily(view: EndpointSliceView, addressType: AddressType, memory: HintMemory): EndpointSliceWrites {
  const { service } = view;
  const labels = sliceLabels(service);
  const slices = view.slices.filter((slice) => slice.addressType === addressType);
  const owned = slices.filter((slice) => controllerOf(slice)?.uid === service.metadata.uid);
  const { groups, errors } = desiredGroups(view, addressType);
  const create: EndpointSliceDraft[] = [];
  const update: EndpointSlice[] = [];
  const remove = slices.filter((slice) => controllerOf(slice)?.uid !== service.metadata.uid);
  for (const [key, { ports, endpoints }] of groups) {
    const inGroup = owned.filter((slice) => portsKey(slice.ports) === key);
    const packing = pack(inGroup, endpoints, labels, view.maxEndpointsPerSlice, view.settled);
    create.push(...packing.create.map((ofSlice) => draft(service, labels, addressType, ports, ofSlice)));
    update.push(...packing.update);
    remove.push(...packing.remove);
  }
  remove.push(
    ...owned.filter(({ ports, metadata }) => !groups.has(portsKey(ports)) && !view.settled.has(metadata.name)),
  );
  if (slices.length === remove.length && create.length === 0) {
    const placeholder = draft(service, labels, addressType, [], []);
    if (remove.length === 1 && isPlaceholder(remove[0]!, service, labels)) remove.pop();
    else create.push(placeholder);
  }
  return reuse(service, withAllHints(view, slices, { create, update, remove, errors }, addressType, memory));
}

/** The endpoints there should be, by ports. */
function desiredGroups(
  { service, pods, nodes }: EndpointSliceView,
  addressType: AddressType,
): { readonly groups: ReadonlyMap<string, PortGroup>; readonly errors: readonly string[] } {
  const groups = new Map<string, PortGroup>();
  const errors: string[] = [];
  for (const pod of pods) {
    if (!belongsInEndpoints(pod)) continue;
    const ports = endpointPorts(service, pod);
    const key = portsKey(ports);
    let group = groups.get(key);
    if (group === undefined) {
      group = { ports, endpoints: [] };
      groups.set(key, group);
    }
    const node = nodes.get(pod.spec.nodeName ?? '');
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      const { name, namespace } = service.metadata;
      errors.push(
        `skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}: Node ${pod.spec.nodeName ?? ''} Not Found`,
      );
      continue;
    }
    const endpoint = endpointOf(pod, node, service, addressType);
    if (endpoint !== undefined) group.endpoints.push(endpoint);
  }
  return { groups, errors };
}

/** Source: utils.go: setEndpointSliceLabels. */
function sliceLabels({ metadata, spec }: Service): StringMap {
  const { [HEADLESS_LABEL]: _headless, ...own } = metadata.labels ?? {};
  const isHeadless = spec.clusterIP === undefined || spec.clusterIP === '' || spec.clusterIP === 'None';
  return {
    ...own,
    ...(isHeadless ? { [HEADLESS_LABEL]: '' } : {}),
    [SERVICE_NAME_LABEL]: metadata.name,
    [MANAGED_BY_LABEL]: MANAGED_BY,
  };
}

function draft(
  service: Service,
  labels: StringMap,
  addressType: AddressType,
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
): EndpointSliceDraft {
  const { name, namespace } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { generateName: `${name}-`, namespace, labels, ownerReferences: [controllerReference(service)] },
    addressType,
    ports,
    endpoints,
  };
}

/** A Service without endpoints has one empty slice, which shows that it has been looked at. */
function isPlaceholder(slice: EndpointSlice, service: Service, labels: StringMap): boolean {
  const isOwned = controllerOf(slice)?.uid === service.metadata.uid;
  return isOwned && slice.endpoints.length === 0 && slice.ports.length === 0 && sameData(slice.metadata.labels, labels);
}

/** Hints by the Service's topology mode, else by its traffic distribution. Source: reconciler.go: reconcileByAddressType. */
function withAllHints(
  { service, nodes, settled }: EndpointSliceView,
  slices: readonly EndpointSlice[],
  writes: EndpointSliceWrites,
  addressType: AddressType,
  { hints, events }: HintMemory,
): EndpointSliceWrites {
  const { create, update, remove } = writes;
  const written = new Set([...update, ...remove].map(({ metadata }) => metadata.name));
  const unchanged = slices.filter(({ metadata }) => !written.has(metadata.name));
  const wants = wantsHints(service);
  if (wants) {
    const given = addHints({ create, update, unchanged }, cpuShares(nodes.values()), addressType);
    if ('byZone' in given) {
      if (hints.size === 0) events.push(changeEvent(true, addressType));
      hints.set(addressType, given.byZone);
      return { ...writes, create: given.create, update: given.update };
    }
    events.push(given);
  } else if (hints.size > 0) {
    events.push(changeEvent(false, addressType));
  }
  hints.clear();
  const unsettled = unchanged.filter(({ metadata }) => !settled.has(metadata.name));
  return withDistribution(wants ? undefined : service.spec.trafficDistribution, unsettled, writes);
}

function withDistribution(
  trafficDistribution: string | undefined,
  unchanged: readonly EndpointSlice[],
  writes: EndpointSliceWrites,
): EndpointSliceWrites {
  const rehinted = unchanged.map((slice) => hinted(slice, trafficDistribution));
  return {
    ...writes,
    create: writes.create.map((slice) => ({
      ...slice,
      endpoints: slice.endpoints.map((endpoint) => withHints(endpoint, trafficDistribution)),
    })),
    update: [
      ...writes.update.map((slice) => hinted(slice, trafficDistribution)),
      ...rehinted.filter((slice, index) => slice !== unchanged[index]),
    ],
  };
}

/** Slices that would go are given new content instead. Source: reconciler.go: finalize. */
function reuse(service: Service, { create, update, remove, errors }: EndpointSliceWrites): EndpointSliceWrites {
  const drafts = [...create];
  const reused: EndpointSlice[] = [];
  const gone: EndpointSlice[] = [];
  for (const slice of remove) {
    const isOwned = controllerOf(slice)?.uid === service.metadata.uid;
    const successor = isOwned ? drafts.pop() : undefined;
    if (successor === undefined) gone.push(slice);
    else reused.push({ ...slice, ...contentOf(successor, slice) });
  }
  return { create: drafts, update: [...update, ...reused], remove: gone, errors };
}

function contentOf(
  { ports, endpoints, metadata }: EndpointSliceDraft,
  slice: EndpointSlice,
): Pick<EndpointSlice, 'ports' | 'endpoints' | 'metadata'> {
  return { ports, endpoints, metadata: { ...slice.metadata, labels: metadata.labels ?? {} } };
}

/** The writes as requests: creates, then updates, then deletes. A Service that is going gets no new slices. */
export function requestsOf(service: Service, { create, update, remove }: EndpointSliceWrites): ApiRequest[] {
  const { namespace } = service.metadata;
  const kind = 'EndpointSlice';
  const isGoing = service.metadata.deletionTimestamp !== undefined;
  return [
    ...(isGoing ? [] : create).map((body): ApiRequest => ({ verb: 'create', kind, namespace, name: '', body })),
    ...update.map((body): ApiRequest => {
      const { name, resourceVersion } = body.metadata;
      return { verb: 'update', kind, namespace, name, resourceVersion, body };
    }),
    ...remove.map(({ metadata }): ApiRequest => ({ verb: 'delete', kind, namespace, name: metadata.name })),
  ];
}
