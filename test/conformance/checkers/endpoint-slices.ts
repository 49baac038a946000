import type { Endpoint, EndpointSlice, Service } from '../../../src/cluster/api/objects/network.js';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Container, Pod, PodPhase } from '../../../src/cluster/api/objects/pod.js';
import {
  type EndpointSliceDraft,
  type FamilyHints,
  reconcile,
} from '../../../src/cluster/controllers/endpoint-slice/decide.js';
import { type Checker, difference } from './checker.js';

interface ShortPod {
  name: string;
  node: string;
  ips: string[];
  phase: PodPhase;
  ready: boolean;
  deleting?: boolean;
  hostname?: string;
  subdomain?: string;
  containerPorts?: string[];
}

interface Expected {
  slices: { addressType: string; endpoints: string[]; labels: unknown; ports: string[]; sliceSizes: number[] }[];
  writes: { create: number; update: number; delete: number };
  errors?: string[];
  events?: string[];
  hintCounts?: Record<string, number>;
}

interface Case {
  id: string;
  nodes: Node[];
  maxEndpointsPerSlice: number;
  steps: { service: Service; pods: ShortPod[]; expected: Expected }[];
}

function containerOf(ports: readonly string[] = []): Container {
  const containerPorts = ports.map((text) => {
    const [name = '', number] = text.split(':');
    return { name, containerPort: Number(number), protocol: 'TCP' as const };
  });
  return { name: 'c', image: 'i', ports: containerPorts };
}

function podOf(short: ShortPod): Pod {
  const { name, node, ips, phase, ready, deleting, hostname, subdomain, containerPorts } = short;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'ns',
      uid: name,
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: 0,
      ...(deleting === true ? { deletionTimestamp: 1 } : {}),
    },
    spec: {
      nodeName: node,
      containers: [containerOf(containerPorts)],
      ...(hostname === undefined ? {} : { hostname }),
      ...(subdomain === undefined ? {} : { subdomain }),
    },
    status: {
      phase,
      podIPs: ips.map((ip) => ({ ip })),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

function format({ addresses, conditions, nodeName, zone, hostname, hints, targetRef }: Endpoint): string {
  const { ready, serving, terminating } = conditions;
  const flags = `${ready ? 'R' : 'r'}${serving ? 'S' : 's'}${terminating ? 'T' : 't'}`;
  const words = [targetRef!.name, addresses.join(','), flags];
  const names = (list: readonly { readonly name: string }[]): string => list.map(({ name }) => name).join(',');
  words.push(`node=${nodeName ?? ''}`, `zone=${zone ?? ''}`);
  if (hostname !== undefined) words.push(`hostname=${hostname}`);
  if (hints !== undefined) words.push(`zones=${names(hints.forZones ?? [])}`);
  if (hints?.forNodes !== undefined) words.push(`nodes=${names(hints.forNodes)}`);
  return words.join(' ');
}

/** Slices by address type and ports, as the vectors write them. */
function summary(slices: readonly EndpointSlice[]): Expected['slices'] {
  const groups = new Map<string, Expected['slices'][number]>();
  for (const { addressType, ports, endpoints, metadata } of slices) {
    const texts = ports.map(
      ({ name, port, protocol, appProtocol }) =>
        `${name}:${port}/${protocol}${appProtocol === undefined ? '' : `=${appProtocol}`}`,
    );
    const key = `${addressType} ${[...texts].sort().join(',')}`;
    const empty = { addressType, endpoints: [], labels: metadata.labels, ports: texts.sort(), sliceSizes: [] };
    const group = groups.get(key) ?? empty;
    group.endpoints.push(...endpoints.map(format));
    group.sliceSizes.push(endpoints.length);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, group]) => ({
      ...group,
      endpoints: group.endpoints.sort(),
      sliceSizes: group.sliceSizes.sort((left, right) => left - right),
    }));
}

/** As the API server would store it, under a name that no other has. */
function stored(draft: EndpointSliceDraft, names: Set<string>): EndpointSlice {
  const name = `s-${names.size}`;
  names.add(name);
  const metadata = { ...draft.metadata, name, namespace: 'ns', uid: name, resourceVersion: 1, generation: 1 };
  return { ...draft, metadata: { ...metadata, creationTimestamp: 0 } };
}

/** Kubernetes orders the ports of a slice by a hash of each, we by the Service: nothing depends on it. */
function withSortedPorts(slices: Expected['slices']): Expected['slices'] {
  return slices
    .map((group) => ({ ...group, ports: [...group.ports].sort() }))
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

function keyOf({ addressType, ports }: Expected['slices'][number]): string {
  return `${addressType} ${ports.join(',')}`;
}

/** How the first step that disagrees does so. */
function firstDifference({ nodes, maxEndpointsPerSlice, steps }: Case): string | undefined {
  const byName = new Map(nodes.map((node) => [node.metadata.name, node]));
  let slices: EndpointSlice[] = [];
  let hints: FamilyHints = new Map();
  for (const [index, { service, pods, expected }] of steps.entries()) {
    const view = {
      service,
      pods: pods.map(podOf),
      nodes: byName,
      slices,
      settled: new Set<string>(),
      maxEndpointsPerSlice,
      hints,
    };
    const writes = reconcile(view);
    slices = afterWrites(slices, writes);
    hints = writes.hints;
    const ours = {
      slices: summary(expected.hintCounts === undefined ? slices : slices.map(withoutHints)),
      writes: { create: writes.create.length, update: writes.update.length, delete: writes.remove.length },
      hasErrors: writes.errors.length > 0,
      events: writes.events.map(({ type, reason, message }) => `${type} ${reason} ${message}`),
      hintCounts: expected.hintCounts === undefined ? undefined : hintCounts(slices),
    };
    const real = {
      slices: withSortedPorts(expected.slices),
      writes: expected.writes,
      hasErrors: (expected.errors ?? []).length > 0,
      events: expected.events ?? [],
      hintCounts: expected.hintCounts,
    };
    const words = difference(ours, real);
    if (words !== undefined) return `in step ${index + 1}\n${words}`;
  }
  return undefined;
}

function afterWrites(slices: readonly EndpointSlice[], writes: ReturnType<typeof reconcile>): EndpointSlice[] {
  const updated = new Map(writes.update.map((slice) => [slice.metadata.name, slice]));
  const removed = new Set(writes.remove.map((slice) => slice.metadata.name));
  const kept = slices.filter(({ metadata }) => !removed.has(metadata.name));
  const names = new Set(slices.map(({ metadata }) => metadata.name));
  const next = kept.map((slice) => updated.get(slice.metadata.name) ?? slice);
  for (const draft of writes.create) next.push(stored(draft, names));
  return next;
}

/** Ready endpoints by family, own zone and hinted zone. */
function hintCounts(slices: readonly EndpointSlice[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { addressType, endpoints } of slices) {
    for (const { zone, hints, conditions } of endpoints) {
      if (!conditions.ready) continue;
      const key = `${addressType} ${zone ?? 'none'}->${hints?.forZones?.map(({ name }) => name).join(',') ?? 'none'}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
}

/** Which endpoint of a zone goes to another one is free there: they are counted. */
function withoutHints(slice: EndpointSlice): EndpointSlice {
  return { ...slice, endpoints: slice.endpoints.map(({ hints: _hints, ...endpoint }) => endpoint) };
}

/** `endpointslice.reconcile`: which endpoints a Service has, and what is written for them. */
export const endpointSlices: Checker = { kind: 'endpointslice.reconcile', check: firstDifference };

/** `endpointslice.hints`: for which zones they are meant, by the Service's topology mode. */
export const endpointHints: Checker = { kind: 'endpointslice.hints', check: firstDifference };
