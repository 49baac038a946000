import { conditionOf } from '../../api/conditions.js';
import { SECOND_US } from '../../../kernel/time.js';
import { type ApiRequest, type ApiResult, succeeded } from '../../api/calls.js';
import { type Controllers, enqueue, enqueueAfter, SYNC_DONE } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { KCM, kcmLister } from '../../api/kcm.js';
import type { EndpointSlice, Service } from '../../api/objects/network.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import { sameData } from '../../api/patch.js';
import { isReady, isTerminal } from '../../api/pod-predicates.js';
import { type ObjectKey, objectKey } from '../../api/store.js';
import {
  attempt,
  beginStory,
  note,
  RequestRefused,
  resumeStory,
  type Story,
  tell,
  tellAll,
} from '../../api/sync-story.js';
import { dropSelector, followPod, setSelector } from '../shared/selected-pods.js';
import { type EndpointSliceView, type FamilyHints, MAX_ENDPOINTS_PER_SLICE, reconcile, requestsOf } from './decide.js';
import { zoneOf } from './endpoint.js';
import { DELETION_EXPECTED, type EndpointSliceWorld, isStale, serviceOfSlice } from './state.js';
import { createFollowed, followAll, type Followed, followPodOf, followSliceOf, toLookAt } from './followed.js';
import { cpuShares, type HintEvent, isOverloaded, wantsHints } from './topology-hints.js';

/** kubernetes v1.36.3 pkg/controller/endpointslice/config/v1alpha1/defaults.go */
const WORKERS = 5;
/** kubernetes v1.36.3 pkg/controller/endpointslice/endpointslice_controller.go: defaultSyncBackOff, maxRetries */
const RETRY_BASE_US = SECOND_US;
const MAXIMUM_RETRIES = 15;
/** Same source: endpointSliceChangeMinSyncDelay: another one has changed a slice. */
const SLICE_CHANGE_DELAY_US = SECOND_US;

/** The EndpointSlice controller. Source: kubernetes v1.36.3 pkg/controller/endpointslice; reference/control-loops.md 3.1. */
export function registerEndpointSlice<W extends EndpointSliceWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'endpoint-slice-controller',
    workers: WORKERS,
    retryBaseUs: RETRY_BASE_US,
    maximumRetries: MAXIMUM_RETRIES,
    sync: (world, key) => {
      const service = kcmLister<Service>(world, 'Service').get(key);
      if (service?.spec.selector === undefined || service.spec.type === 'ExternalName') return SYNC_DONE;
      if (isStale(world.controllers.endpointSlice, key)) return { requests: [], outcome: { retry: true } };
      return beginStory(world, teller, plan(world, key, service));
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = { controllerId, story: syncService, onNote: keepVersion };
  listeners.on<Service>(KCM, 'Service', (world, change) => {
    followSelector(world, change);
    enqueue(world, controllerId, objectKey(change.object));
  });
  listeners.on<Pod>(KCM, 'Pod', (world, change) => {
    for (const key of wokenBy(world, change)) enqueue(world, controllerId, key);
  });
  listeners.on<Node>(KCM, 'Node', (world, change) => {
    for (const key of followNode(world, change)) enqueue(world, controllerId, key);
  });
  listeners.on<EndpointSlice>(KCM, 'EndpointSlice', (world, change) => {
    const key = followSlice(world, change);
    if (key === undefined) return;
    lookAtAll(world.controllers.endpointSlice.followed.get(key));
    enqueueAfter(world, controllerId, key, SLICE_CHANGE_DELAY_US);
  });
}

function viewOf(world: EndpointSliceWorld, service: Service): EndpointSliceView {
  const { selected, followed, slicesByService, hints } = world.controllers.endpointSlice;
  const key = objectKey(service);
  const all = [...(slicesByService.get(key)?.values() ?? [])];
  const slices = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return {
    service,
    ...toLookAt(followed.get(key) ?? NOTHING_FOLLOWED, selected.pods.get(key) ?? NO_PODS, slices),
    nodes: kcmLister<Node>(world, 'Node'),
    slices,
    maxEndpointsPerSlice: MAX_ENDPOINTS_PER_SLICE,
    hints: hints.get(key) ?? NO_HINTS,
  };
}

const NO_HINTS: FamilyHints = new Map();
const NO_PODS: ReadonlyMap<ObjectKey, Pod> = new Map<ObjectKey, Pod>();
const NOTHING_FOLLOWED: Followed = createFollowed();

interface VersionNote {
  readonly slice: string;
  readonly version: number;
}

/** The writes of one sync of a Service: decided once, as what they were decided on goes on changing. */
interface Plan {
  readonly service: Service;
  readonly events: readonly HintEvent[];
  readonly requests: readonly ApiRequest[];
  /** Pods that had to be left out. */
  readonly errors: readonly string[];
}

function plan(world: EndpointSliceWorld, key: ObjectKey, service: Service): Plan {
  const { events, hints, ...writes } = reconcile(viewOf(world, service));
  const state = world.controllers.endpointSlice;
  if (hints.size > 0) state.hints.set(key, hints);
  else state.hints.delete(key);
  // Hints of a topology mode depend on all endpoints, and errors tell of all pods that are left out.
  const isInLine = !wantsHints(service) && writes.errors.length === 0;
  const followed = state.followed.get(key);
  if (followed !== undefined) followed.changed = isInLine ? new Set() : undefined;
  return { service, events, requests: requestsOf(service, writes), errors: writes.errors };
}

/** One write after the other. */
function* syncService({ service, events, requests, errors }: Plan): Story {
  if (events.length > 0) yield* tellAll(() => events.map((event) => ({ about: service, ...event })));
  for (const request of requests) {
    const result = yield* attempt(request);
    const isGone = request.verb === 'delete' && result.status === 404;
    if (!succeeded(result) && !isGone) {
      yield* note(REFUSED);
      throw new RequestRefused(result);
    }
    yield* note(versionOf(request.verb === 'delete', request.name, result));
  }
  if (errors.length === 0) return {};
  const { namespace, name } = service.metadata;
  const all = errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`;
  const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${all}`;
  yield* tell(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
  return { retry: true };
}

function versionOf(isDeleted: boolean, name: string, { object }: ApiResult): VersionNote {
  if (isDeleted) return { slice: name, version: DELETION_EXPECTED };
  return { slice: object!.metadata.name, version: object!.metadata.resourceVersion };
}

/** A write was refused: the slices are not what they were to be. */
const REFUSED = 'refused';

function keepVersion(world: EndpointSliceWorld, { service }: Plan, noted: unknown): void {
  const { written, slicesByService, followed } = world.controllers.endpointSlice;
  const key = objectKey(service);
  if (noted === REFUSED) {
    lookAtAll(followed.get(key));
    return;
  }
  const { slice, version } = noted as VersionNote;
  const known = slicesByService.get(key)?.has(`${service.metadata.namespace}/${slice}`) === true;
  const versions = written.get(key) ?? new Map<string, number>();
  // A deletion that the informer has shown already is nothing to wait for.
  if (version === DELETION_EXPECTED && !known) versions.delete(slice);
  else versions.set(slice, version);
  written.set(key, versions);
}

function lookAtAll(followed: Followed | undefined): void {
  if (followed !== undefined) followed.changed = undefined;
}

function followSelector(world: EndpointSliceWorld, { type, object, before }: Change<Service>): void {
  const state = world.controllers.endpointSlice;
  lookAtAll(state.followed.get(objectKey(object)));
  const isSame = type !== 'deleted' && before !== undefined && sameData(before.spec.selector, object.spec.selector);
  if (isSame) return;
  const key = objectKey(object);
  const { selector = {} } = object.spec;
  if (type === 'deleted') {
    state.written.delete(key);
    state.hints.delete(key);
  }
  if (type === 'deleted' || Object.keys(selector).length === 0) {
    dropSelector(state.selected, key);
    state.followed.delete(key);
    return;
  }
  const pods = kcmLister<Pod>(world, 'Pod').values();
  setSelector(state.selected, key, object.metadata.namespace, { matchLabels: selector }, pods);
  const followed = state.followed.get(key) ?? createFollowed();
  followAll(followed, state.selected.pods.get(key)!.keys());
  for (const slice of state.slicesByService.get(key)?.values() ?? []) {
    followSliceOf(followed, { type: 'added', object: slice, before: undefined });
  }
  state.followed.set(key, followed);
}

/** Keeps the pods of each Service; gives the Services for which the change matters. */
function wokenBy(world: EndpointSliceWorld, change: Change<Pod>): readonly ObjectKey[] {
  const { type, object, before } = change;
  const { selected, followed } = world.controllers.endpointSlice;
  const { now, was } = followPod(selected, change);
  const pod = objectKey(object);
  for (const key of was) if (!now.includes(key)) followPodOf(followed.get(key)!, pod, false);
  for (const key of now) followPodOf(followed.get(key)!, pod, type !== 'deleted');
  const isRelabelled = type === 'modified' && before!.metadata.labels !== object.metadata.labels;
  if (isRelabelled) return [...now, ...was.filter((key) => !now.includes(key))];
  return type !== 'modified' || matters(before!, object) ? now : [];
}

/** Source: k8s.io/endpointslice util/controller_utils.go: podEndpointsChanged. */
function matters(before: Pod, pod: Pod): boolean {
  return (
    before.status.podIP !== pod.status.podIP ||
    before.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    isReady(before) !== isReady(pod) ||
    isTerminal(before) !== isTerminal(pod) ||
    !sameData(before.status.podIPs, pod.status.podIPs)
  );
}

/** Gives the Services whose hints no longer fit the zones. Source: endpointslice_controller.go: checkNodeTopologyDistribution. */
function followNode(world: EndpointSliceWorld, { type, object, before }: Change<Node>): ObjectKey[] {
  const { hints, followed } = world.controllers.endpointSlice;
  const isSameToEndpoints = type === 'modified' && zoneOf(before!) === zoneOf(object);
  if (!isSameToEndpoints) for (const ofService of followed.values()) lookAtAll(ofService);
  if (hints.size === 0 || (before !== undefined && sameData(topologyOf(before), topologyOf(object)))) return [];
  const shares = cpuShares(kcmLister<Node>(world, 'Node').values());
  return [...hints].flatMap(([key, families]) =>
    [...families.values()].some((byZone) => isOverloaded(byZone, shares)) ? [key] : [],
  );
}

function topologyOf({ metadata, status }: Node): unknown {
  const ready = conditionOf(status.conditions, 'Ready')?.status;
  return [metadata.labels, status.allocatable?.['cpu'], ready];
}

/** Keeps the slices of each Service; gives the Service if somebody else has changed one. */
function followSlice(world: EndpointSliceWorld, change: Change<EndpointSlice>): ObjectKey | undefined {
  const { type, object } = change;
  const { slicesByService, written, followed } = world.controllers.endpointSlice;
  const service = serviceOfSlice(object);
  if (service === undefined) return undefined;
  const ofService = followed.get(service);
  if (ofService !== undefined) followSliceOf(ofService, change);
  const { name, resourceVersion } = object.metadata;
  const slices = slicesByService.get(service) ?? new Map<ObjectKey, EndpointSlice>();
  slicesByService.set(service, slices);
  const version = written.get(service)?.get(name);
  if (type === 'deleted') {
    slices.delete(objectKey(object));
    if (slices.size === 0) slicesByService.delete(service);
    written.get(service)?.delete(name);
    return version === DELETION_EXPECTED ? undefined : service;
  }
  slices.set(objectKey(object), object);
  return version === undefined || resourceVersion > version ? service : undefined;
}
