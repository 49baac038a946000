import { expect, it } from 'vitest';
import type { Endpoint, EndpointSlice, Service } from '../../../../src/cluster/api/objects/network.js';
import type { Node } from '../../../../src/cluster/api/objects/node.js';
import type { Container, Pod, PodPhase } from '../../../../src/cluster/api/objects/pod.js';
import { type EndpointSliceDraft, reconcile } from '../../../../src/cluster/controllers/endpoint-slice/decide.js';
import { readVectors } from '../../../vectors/read.js';

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

let created = 0;

function stored(draft: EndpointSliceDraft): EndpointSlice {
  created += 1;
  const name = `s-${created}`;
  const metadata = { ...draft.metadata, name, namespace: 'ns', uid: name, resourceVersion: 1, generation: 1 };
  return { ...draft, metadata: { ...metadata, creationTimestamp: 0 } };
}

const vectors = readVectors<Case>('endpointslice.reconcile.jsonl.gz');

it.each(vectors.map((vector) => [vector.id, vector] as const))('%s', (_id, vector) => {
  const nodes = new Map(vector.nodes.map((node) => [node.metadata.name, node]));
  let slices: EndpointSlice[] = [];
  for (const { service, pods, expected } of vector.steps) {
    const { maxEndpointsPerSlice } = vector;
    const writes = reconcile({ service, pods: pods.map(podOf), nodes, slices, maxEndpointsPerSlice });
    const updated = new Map(writes.update.map((slice) => [slice.metadata.name, slice]));
    const removed = new Set(writes.remove.map((slice) => slice.metadata.name));
    slices = slices
      .filter(({ metadata }) => !removed.has(metadata.name))
      .map((slice) => updated.get(slice.metadata.name) ?? slice);
    slices.push(...writes.create.map(stored));
    const counts = { create: writes.create.length, update: writes.update.length, delete: writes.remove.length };
    // Kubernetes orders the ports of a slice by a hash of each, we by the Service: nothing depends on it.
    const sorted = expected.slices
      .map((group) => ({ ...group, ports: [...group.ports].sort() }))
      .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
    expect({ slices: summary(slices), writes: counts }).toEqual({ slices: sorted, writes: expected.writes });
    expect(writes.errors.length > 0).toBe((expected.errors ?? []).length > 0);
  }
});

function keyOf({ addressType, ports }: Expected['slices'][number]): string {
  return `${addressType} ${[...ports].sort().join(',')}`;
}
