import { type Listeners, openInformer, PROBE_COMPONENT } from '../cluster/api/informers.js';
import type { EndpointSlice, Service } from '../cluster/api/objects/network.js';
import { keyOf, objectKey } from '../cluster/api/store.js';
import { type NodesWorld, podIndexOfUid } from '../cluster/nodes/workload.js';
import { SECOND_US } from '../kernel/time.js';
import { incarnationOf } from './identities.js';
import { horizonUs, logChange } from './proxies.js';
import type { EndpointList, NetworkWorld, ServiceRecord, ServiceVersion } from './world.js';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
const NO_CLUSTER_IP = 'None';
/** kubernetes v1.36.3 api: DefaultClientIPServiceAffinitySeconds */
const AFFINITY_SECONDS = 10_800;

const NO_ENDPOINTS: EndpointList = { pods: new Int32Array(0), incarnations: new Int32Array(0) };
const NEVER_STORED: ServiceVersion = {
  change: -1,
  committedAt: 0,
  exists: false,
  ports: [],
  nodePorts: [],
  affinityUs: 0,
  internalLocal: false,
  externalLocal: false,
  ready: NO_ENDPOINTS,
  terminating: NO_ENDPOINTS,
  isPlain: false,
};

/** The number of a Service, whether it is stored (already) or not. */
export function serviceIndexOf(world: NetworkWorld, namespace: string, name: string): number {
  const { services, serviceIndexes } = world.network;
  const key = keyOf(namespace, name);
  const known = serviceIndexes.get(key);
  if (known !== undefined) return known;
  const index = services.length;
  services.push({
    key,
    versions: [NEVER_STORED],
    newest: NEVER_STORED,
    slices: new Map(),
    roundRobin: new Int32Array(0),
    affinity: new Map(),
    balancer: null,
  });
  serviceIndexes.set(key, index);
  return index;
}

/**
 * The commits of Services and EndpointSlices, seen at their instant. Nobody acts on them: they are what each node's proxy
 * receives after a delay of its own, which `proxies.ts` computes when a request looks.
 */
export function openNetworkInformers(world: NodesWorld): NetworkWorld['network']['informers'] {
  return {
    services: openInformer(world, PROBE_COMPONENT, 'Service'),
    slices: openInformer(world, PROBE_COMPONENT, 'EndpointSlice'),
  };
}

export function registerServices<W extends NetworkWorld>(listeners: Listeners<W>): void {
  listeners.on<Service>(PROBE_COMPONENT, 'Service', (world, change, informerId) => {
    if (informerId !== world.network.informers.services) return;
    storeService(world, change.object, change.type !== 'deleted');
  });
  listeners.on<EndpointSlice>(PROBE_COMPONENT, 'EndpointSlice', (world, change, informerId) => {
    if (informerId !== world.network.informers.slices) return;
    storeSlice(world, change.object, change.type !== 'deleted');
  });
}

function storeService(world: NetworkWorld, service: Service, exists: boolean): void {
  const index = serviceIndexOf(world, service.metadata.namespace, service.metadata.name);
  const { services, totals, nodePorts } = world.network;
  const record = services[index]!;
  const newest = record.newest;
  const { spec } = service;
  const ports = exists ? (spec.ports ?? []) : [];
  totals.servicePorts += ports.length - newest.ports.length;
  const affinitySeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_SECONDS;
  const version: ServiceVersion = {
    ...newest,
    change: logChange(world),
    committedAt: world.kernel.now,
    exists: exists && spec.type !== 'ExternalName',
    ports: ports.map((port) => port.port),
    nodePorts: ports.flatMap((port) => (port.nodePort === undefined ? [] : [port.nodePort])),
    affinityUs: spec.sessionAffinity === 'ClientIP' ? affinitySeconds * SECOND_US : 0,
    internalLocal: spec.internalTrafficPolicy === 'Local' && spec.clusterIP !== NO_CLUSTER_IP,
    externalLocal: spec.externalTrafficPolicy === 'Local',
  };
  for (const port of newest.nodePorts) if (nodePorts.get(port) === index) nodePorts.delete(port);
  for (const port of version.nodePorts) nodePorts.set(port, index);
  addVersion(world, record, version);
}

function storeSlice(world: NetworkWorld, slice: EndpointSlice, exists: boolean): void {
  const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  if (name === undefined) return;
  const record = world.network.services[serviceIndexOf(world, slice.metadata.namespace, name)]!;
  const key = objectKey(slice);
  const before = record.slices.get(key);
  if (before !== undefined) world.network.totals.endpoints -= before.ready.pods.length + before.terminating.pods.length;
  if (exists) {
    const ready = endpointList(world, slice, (conditions) => conditions.ready);
    const terminating = endpointList(world, slice, ({ serving, terminating }) => serving && terminating);
    record.slices.set(key, { ready, terminating });
    world.network.totals.endpoints += ready.pods.length + terminating.pods.length;
  } else {
    record.slices.delete(key);
  }
  const slices = [...record.slices.values()];
  addVersion(world, record, {
    ...record.newest,
    change: logChange(world),
    committedAt: world.kernel.now,
    ready: joined(slices.map((lists) => lists.ready)),
    terminating: joined(slices.map((lists) => lists.terminating)),
  });
}

type Conditions = EndpointSlice['endpoints'][number]['conditions'];

function endpointList(
  world: NetworkWorld,
  slice: EndpointSlice,
  wanted: (conditions: Conditions) => boolean,
): EndpointList {
  const pods: number[] = [];
  for (const { conditions, targetRef } of slice.endpoints) {
    if (targetRef === undefined || !wanted(conditions)) continue;
    const podIndex = podIndexOfUid(world, targetRef.uid);
    if (podIndex >= 0) pods.push(podIndex);
  }
  return {
    pods: Int32Array.from(pods),
    incarnations: Int32Array.from(pods, (podIndex) => incarnationOf(world, podIndex)),
  };
}

function joined(lists: readonly EndpointList[]): EndpointList {
  if (lists.length === 1) return lists[0]!;
  const length = lists.reduce((sum, list) => sum + list.pods.length, 0);
  const all: EndpointList = { pods: new Int32Array(length), incarnations: new Int32Array(length) };
  let offset = 0;
  for (const { pods, incarnations } of lists) {
    all.pods.set(pods, offset);
    all.incarnations.set(incarnations, offset);
    offset += pods.length;
  }
  return all;
}

function addVersion(world: NetworkWorld, record: ServiceRecord, version: ServiceVersion): void {
  const oldest = world.kernel.now - horizonUs(world);
  let drop = 0;
  while (drop + 1 < record.versions.length && record.versions[drop + 1]!.committedAt < oldest) drop += 1;
  if (drop > 0) record.versions = record.versions.slice(drop);
  record.newest = { ...version, isPlain: isPlain(world, version) };
  record.versions.push(record.newest);
}

function isPlain(world: NetworkWorld, version: ServiceVersion): boolean {
  const { exists, affinityUs, internalLocal, ready } = version;
  const isRandom = world.network.parameters.proxyMode !== 'ipvs' && affinityUs === 0;
  return exists && isRandom && !internalLocal && ready.pods.length > 0;
}
