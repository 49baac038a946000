import type { LabelSelector } from '../src/cluster/api/objects/meta.js';
import type { Node } from '../src/cluster/api/objects/node.js';
import type { Pod, PodSpec } from '../src/cluster/api/objects/pod.js';
import type { Placement } from './scheduler-room.js';

const META = { resourceVersion: 1, generation: 1, creationTimestamp: 0 };
const ZONES = ['a', 'b', 'c'];
const ZONE_KEY = 'topology.kubernetes.io/zone';
const HOSTNAME_KEY = 'kubernetes.io/hostname';

/** Nodes of 8 cores in three zones. */
export function nodes(count: number): Node[] {
  const amounts = { cpu: 8, memory: '32Gi', pods: 110 };
  return Array.from({ length: count }, (_, index) => {
    const labels = { [HOSTNAME_KEY]: `node-${index}`, [ZONE_KEY]: ZONES[index % ZONES.length]! };
    return nodeOf(`node-${index}`, amounts, labels);
  });
}

export function nodeOf(
  name: string,
  amounts: Node['status']['allocatable'],
  labels: NonNullable<Node['metadata']['labels']>,
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...META, name, namespace: '', uid: name, labels },
    spec: {},
    status: { capacity: amounts, allocatable: amounts },
  };
}

export function podOf(name: string, spec: PodSpec, metadata: Partial<Pod['metadata']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...META, name, namespace: 'default', uid: name, ...metadata },
    spec,
    status: { phase: 'Pending' },
  };
}

/**
 * Pods of so many ReplicaSets, one of each in turn. Requests differ, so that not all pods look alike; `more` is what
 * else the template of a ReplicaSet asks for.
 */
export function replicaSets(
  nodeCount: number,
  podCount: number,
  owners: number,
  more: (owner: number, labelSelector: LabelSelector) => Partial<PodSpec> = () => ({}),
): Placement {
  const templates = Array.from({ length: owners }, (_, owner) => {
    const name = `web-${owner}`;
    const labels = { app: name };
    const requests = { cpu: `${100 + 50 * (owner % 5)}m`, memory: `${64 + 64 * (owner % 3)}Mi` };
    const spec: PodSpec = {
      containers: [{ name: 'server', image: 'web:1', resources: { requests } }],
      ...more(owner, { matchLabels: labels }),
    };
    const reference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: name, controller: true };
    return { name, labels, spec, ownerReferences: [reference] };
  });
  const pods = Array.from({ length: podCount }, (_, index) => {
    const { name, labels, spec, ownerReferences } = templates[index % owners]!;
    return podOf(`${name}-${index}`, { ...spec }, { labels, ownerReferences });
  });
  const selectors = templates.map(
    ({ name, labels }) => [`ReplicaSet/default/${name}`, { matchLabels: labels }] as const,
  );
  return { nodes: nodes(nodeCount), pods, owners: new Map(selectors) };
}

/** A third spreads over zones, half of it strictly; a tenth never shares a node with its like. */
export function spreadAndApart(owner: number, labelSelector: LabelSelector): Partial<PodSpec> {
  const whenUnsatisfiable = owner % 6 === 0 ? 'DoNotSchedule' : 'ScheduleAnyway';
  const constraint = { maxSkew: 1, topologyKey: ZONE_KEY, whenUnsatisfiable, labelSelector } as const;
  const apart = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOSTNAME_KEY, labelSelector }] };
  return {
    ...(owner % 3 === 0 ? { topologySpreadConstraints: [constraint] } : {}),
    ...(owner % 10 === 1 ? { affinity: { podAntiAffinity: apart } } : {}),
  };
}

/** Every node is full of pods of one ReplicaSet after the other, two of which have to go for each of the pods that arrive. */
export function preemptionStorm(nodeCount: number, arriving: number): Placement {
  const whole = replicaSets(nodeCount, nodeCount * 16, 100, () => ({ priority: 0, ...containerOf('500m', '1Gi') }));
  const urgent = replicaSets(0, arriving, 10, () => ({ priority: 1_000, ...containerOf('1', '2Gi') }));
  const placed = whole.pods.map((pod, index) => {
    const nodeName = `node-${index % nodeCount}`;
    const startTime = index % 3_600_000_000;
    return { ...pod, spec: { ...pod.spec, nodeName }, status: { phase: 'Running', startTime } } as const;
  });
  const pods = urgent.pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, uid: `urgent-${pod.metadata.uid}` } }));
  return { ...whole, placed, pods };
}

function containerOf(cpu: string, memory: string): Pick<PodSpec, 'containers'> {
  return { containers: [{ name: 'server', image: 'web:1', resources: { requests: { cpu, memory } } }] };
}
