import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResourceClaim, ResourceSlice } from '../../../src/cluster/api/objects/devices.js';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type {
  Affinity,
  NodeSelectorTerm,
  Pod,
  PodAffinityTerm,
  PodSpec,
  TopologySpreadConstraint,
} from '../../../src/cluster/api/objects/pod.js';
import { isReservedFor } from '../../../src/cluster/api/resource-claims.js';
import { type ClusterState, createCluster, NO_NODE } from '../../../src/cluster/scheduler/cluster.js';
import { sweepClasses } from '../../../src/cluster/scheduler/class-sweep.js';
import { addNode, nodeOrder, removeNode, updateNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod, removePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { setNamespaceLabels } from '../../../src/cluster/scheduler/affinity-counts.js';
import { decide } from '../../../src/cluster/scheduler/decide.js';
import { addSlice, setClaim } from '../../../src/cluster/scheduler/devices/device-state.js';
import { fitErrorOf } from '../../../src/cluster/scheduler/fit-error.js';
import { type PodClass, podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { schedulePod } from '../../../src/cluster/scheduler/schedule-pod.js';
import { knownVerdicts } from '../../../src/cluster/scheduler/known-verdicts.js';
import { type ClaimWish, planDevices } from '../../../src/cluster/scheduler/plugins/dynamic-resources.js';
import { denominate, incomingOf, nominate } from '../../../src/cluster/scheduler/preemption/nominations.js';
import { DEFAULT_PROFILE, type SchedulingProfile } from '../../../src/cluster/scheduler/profile.js';
import { heapRoot } from '../../../src/cluster/scheduler/reference-cycle.js';
import { prepare } from '../../../src/cluster/scheduler/schedule-pod.js';
import { winsTie } from '../../../src/cluster/scheduler/tie-break.js';
import { claim as deviceClaim, deviceClass, firstOf, request, slice } from './device-objects.js';
import { profileWith } from './plugins/scored.js';
import { node, pod } from './scheduler-world.js';
import { boundVolume, CLOUD, claimOf, SHELF, storageNode } from './volume-objects.js';

/** A cluster with a history, and what is in it now. */
interface Story {
  readonly cluster: ClusterState;
  readonly nodes: Map<string, Node>;
  readonly pods: Map<string, { pod: Pod; nodeName: string }>;
  /** Labels of the namespaces. */
  readonly teams: Map<string, { readonly team: string }>;
  /** Claims for devices, as they are now. */
  readonly deviceClaims: Map<string, ResourceClaim>;
  /** Pods that have preempted others, and the nodes that are kept for them. */
  readonly nominated: { readonly pod: Pod; readonly nodeName: string }[];
  nextName: number;
}

interface Step {
  readonly kind: number;
  readonly pick: number;
  readonly shape: number;
}

const ZONE = 'topology.kubernetes.io/zone';
const HOSTNAME = 'kubernetes.io/hostname';

function someNode(name: string, shape: number): Node {
  const plain = node(name, [2, 4, 8][shape % 3]);
  const zone = shape % 7 === 0 ? {} : { [ZONE]: `zone-${shape % 3}` };
  const taint = { key: 'dedicated', value: 'db', effect: shape % 2 === 0 ? 'NoSchedule' : 'PreferNoSchedule' } as const;
  return {
    ...plain,
    metadata: { ...plain.metadata, labels: { [HOSTNAME]: name, disk: shape % 4 === 0 ? 'ssd' : 'hdd', ...zone } },
    spec: { unschedulable: shape % 11 === 0, ...(shape % 5 === 0 ? { taints: [taint] } : {}) },
    status: {
      ...plain.status,
      images: [
        ...(shape % 3 === 0 ? [{ names: ['web:latest'], sizeBytes: 300_000_000 }] : []),
        ...(shape % 4 === 0 ? [{ names: ['db:1', 'db@sha256:1'], sizeBytes: 900_000_000 }] : []),
      ],
      declaredFeatures: shape % 5 === 0 ? [] : ['RestartAllContainersOnContainerExits'],
    },
  };
}

const SPREADS: readonly TopologySpreadConstraint[][] = [
  [],
  [
    {
      maxSkew: 2,
      topologyKey: ZONE,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'a1' } },
    },
  ],
  [
    {
      maxSkew: 1,
      topologyKey: ZONE,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { app: 'a1' } },
    },
    { maxSkew: 1, topologyKey: HOSTNAME, whenUnsatisfiable: 'DoNotSchedule', labelSelector: {}, minDomains: 3 },
  ],
  [
    {
      maxSkew: 1,
      topologyKey: HOSTNAME,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'a0' } },
    },
    {
      maxSkew: 3,
      topologyKey: HOSTNAME,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { app: 'a1' } },
      nodeTaintsPolicy: 'Honor',
    },
  ],
];

const CPU_TWICE = [
  { name: 'cpu', weight: 2 },
  { name: 'memory', weight: 1 },
];
const scheduleAnyway = { topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 } as const;

/** The default one, and some that between them change everything that a profile can change. */
const PROFILES: readonly SchedulingProfile[] = [
  DEFAULT_PROFILE,
  profileWith(
    {
      scoringStrategy: { type: 'MostAllocated', resources: CPU_TWICE, shape: [] },
      balancedResources: [...CPU_TWICE, { name: 'ephemeral-storage', weight: 1 }],
      hardPodAffinityWeight: 50,
      minCandidateNodesPercentage: 20,
      minCandidateNodesAbsolute: 1,
    },
    {
      schedulerName: 'packing',
      percentageOfNodesToScore: 85,
      weights: { ...DEFAULT_PROFILE.weights, NodeResourcesFit: 400, ImageLocality: 0 },
    },
  ),
  profileWith(
    {
      scoringStrategy: {
        type: 'RequestedToCapacityRatio',
        resources: CPU_TWICE,
        shape: [
          { utilization: 10, score: 0 },
          { utilization: 60, score: 10 },
          { utilization: 90, score: 3 },
        ],
      },
      addedAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'Exists' }] }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
        ],
      },
      defaultConstraints: [scheduleAnyway, { ...scheduleAnyway, whenUnsatisfiable: 'DoNotSchedule', maxSkew: 3 }],
      ignorePreferredTermsOfExistingPods: true,
    },
    {
      schedulerName: 'own-order',
      // Filters that look at the node alone come last.
      filters: [...DEFAULT_PROFILE.filters].reverse(),
      postFilters: ['DefaultPreemption'],
      weights: { ...DEFAULT_PROFILE.weights, TaintToleration: 1, NodeResourcesBalancedAllocation: 0 },
    },
  ),
  profileWith(
    {},
    {
      schedulerName: 'lax',
      filters: ['NodeName', 'NodePorts', 'TaintToleration'],
      postFilters: [],
      weights: {
        ...DEFAULT_PROFILE.weights,
        PodTopologySpread: 0,
        InterPodAffinity: 0,
        NodeAffinity: 0,
        TaintToleration: 0,
      },
    },
  ),
];

function somePod(name: string, shape: number): Pod {
  const app = `a${shape % 4}`;
  const more: Partial<PodSpec> = {
    ...(shape % 3 === 0 ? { tolerations: [{ key: 'dedicated', operator: 'Exists' }] } : {}),
    ...(shape % 5 === 0 ? { nodeSelector: { disk: 'ssd' } } : {}),
    ...(shape % 13 < AFFINITIES.length ? { affinity: AFFINITIES[shape % 13]!(app, shape) } : {}),
    schedulerName: PROFILES[shape % 9]?.schedulerName ?? 'default-scheduler',
    priority: 10 * (shape % 5 === 1 ? 2 : shape % 2),
    ...(shape % 9 === 0 ? { initContainers: [{ name: 'i', image: 'db:1' }] } : {}),
    topologySpreadConstraints: SPREADS[shape % SPREADS.length]!,
    ...(shape % 8 === 3 ? { resourceClaims: [{ name: 'd', resourceClaimName: `devices-${shape % 16}` }] } : {}),
    ...(shape % 7 < VOLUMES.length ? { volumes: [{ name: 'v', ...VOLUMES[shape % 7]!(shape) }] } : {}),
  };
  const plain = pod(name, `${100 + (shape % 6) * 250}m`, more);
  const [container] = plain.spec.containers;
  if (shape % 17 === 0) Object.assign(container!, { restartPolicyRules: [{ action: 'RestartAllContainers' }] });
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app, uid: `rs-${app}`, controller: true };
  return {
    ...plain,
    metadata: { ...plain.metadata, namespace: NAMESPACES[shape % 2]!, labels: { app }, ownerReferences: [owner] },
  };
}

const NAMESPACES = ['default', 'other'];

/** Claims, and disks that pods name themselves. */
const VOLUMES: readonly ((shape: number) => Readonly<Record<string, unknown>>)[] = [
  (shape) => ({ persistentVolumeClaim: { claimName: `claim-${shape % 4}` } }),
  (shape) => ({ gcePersistentDisk: { pdName: `disk-${shape % 3}`, readOnly: shape % 2 === 0 } }),
  (shape) => ({ awsElasticBlockStore: { volumeID: `disk-${shape % 5}` } }),
];
const MIGRATED = { 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/aws-ebs' };

/** To pods of the application: by zone or node, in its own namespace, the other one too, or those of a team; and to nodes by name. */
const AFFINITIES: readonly ((app: string, shape: number) => Affinity)[] = [
  (app) => ({ podAntiAffinity: preferred(20, term(app, ZONE)) }),
  (app) => ({ podAffinity: preferred(7, term(app, HOSTNAME, { namespaces: NAMESPACES })) }),
  (app) => ({ podAntiAffinity: required(term(app, HOSTNAME)) }),
  () => ({ podAntiAffinity: required(term('a2', ZONE, { namespaceSelector: { matchLabels: { team: 'red' } } })) }),
  (app) => ({ podAffinity: required(term(app, ZONE)) }),
  () => ({ podAffinity: required(term('a1', ZONE), term('a1', HOSTNAME, { namespaceSelector: {} })) }),
  (app) => ({
    podAffinity: preferred(3, term('a1', ZONE, { namespaceSelector: { matchLabels: { team: 'red' } } })),
    podAntiAffinity: { ...required(term(app, 'disk')), ...preferred(50, term('a0', HOSTNAME)) },
  }),
  (_app, shape) => toNodes(named(shape % 20)),
  (_app, shape) => toNodes({ ...named(shape % 20), matchExpressions: [{ key: ZONE, operator: 'Exists' }] }),
  (_app, shape) => toNodes(named(shape % 20), named(shape % 6)),
];

function toNodes(...nodeSelectorTerms: NodeSelectorTerm[]): Affinity {
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

function named(...numbers: number[]): NodeSelectorTerm {
  return { matchFields: [{ key: 'metadata.name', operator: 'In', values: numbers.map((number) => `n${number}`) }] };
}

function term(app: string, topologyKey: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm {
  return { topologyKey, labelSelector: { matchLabels: { app } }, ...more };
}

function preferred(weight: number, podAffinityTerm: PodAffinityTerm) {
  return { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] };
}

function required(...terms: PodAffinityTerm[]) {
  return { requiredDuringSchedulingIgnoredDuringExecution: terms };
}

function begin(nodes: number): Story {
  const story: Story = {
    cluster: createCluster(PROFILES),
    nodes: new Map(),
    pods: new Map(),
    teams: new Map(),
    deviceClaims: new Map(someDeviceClaims()),
    nominated: [],
    nextName: 0,
  };
  for (let index = 0; index < nodes; index++) addSomeNode(story, index * 7 + 1);
  setOwners(story.cluster);
  setClaims(story.cluster);
  setDevices(story.cluster, story.deviceClaims);
  return story;
}

function setOwners(cluster: ClusterState): void {
  for (let app = 0; app < 4; app++) {
    for (const namespace of NAMESPACES) {
      cluster.ownerSelectors.set(`ReplicaSet/${namespace}/a${app}`, { matchLabels: { app: `a${app}` } });
    }
  }
}

/** Asked for by pods: one device, two of one board, the best of two classes, all of a node, and one whose selector fails on some devices. */
const DEVICE_WISHES: readonly ((name: string) => ResourceClaim)[] = [
  (name) => deviceClaim(name),
  (name) =>
    deviceClaim(name, [request('r', { count: 2 })], { constraints: [{ matchAttribute: 'gpu.example.com/board' }] }),
  (name) => deviceClaim(name, [firstOf('r', { deviceClassName: 'large' }, { deviceClassName: 'small' }, {})]),
  (name) => deviceClaim(name, [request('r', { allocationMode: 'All' })]),
  (name) => deviceClaim(name, [request('r', { selectors: [{ cel: { expression: `${OWN}.board == "b1"` } }] })]),
];
const OWN = 'device.attributes["gpu.example.com"]';

function someDeviceClaims(): [string, ResourceClaim][] {
  return NAMESPACES.flatMap((namespace) =>
    Array.from({ length: 15 }, (_unused, index): [string, ResourceClaim] => {
      const made = DEVICE_WISHES[index % DEVICE_WISHES.length]!(`devices-${index}`);
      const metadata = { ...made.metadata, namespace, uid: `${namespace}/devices-${index}` };
      return [`${namespace}/devices-${index}`, { ...made, metadata }];
    }),
  );
}

const DEVICE_CLASSES = [
  deviceClass(),
  deviceClass('large', `${OWN}.?size.orValue(0) > 1`),
  deviceClass('small', `${OWN}.?size.orValue(0) == 1`),
];

/** Every third node has devices, some of them of a size; a few devices are for all nodes. What selectors say is kept by device. */
const DEVICE_SLICES = [
  ...Array.from({ length: 67 }, (_unused, third) => devicesOf(third * 3)),
  slice('shared', [{ name: 'd', attributes: { board: { string: 'b0' } } }], { allNodes: true }),
];

function devicesOf(node: number): ResourceSlice {
  const devices = Array.from({ length: node % 4 }, (_unused, number) => ({
    name: `d${number}`,
    attributes: {
      size: { int: (node + number) % 3 },
      ...(node % 5 === 0 ? {} : { board: { string: `b${number % 2}` } }),
    },
  }));
  return slice(`n${node}`, devices);
}

function setDevices({ devices }: ClusterState, claims: ReadonlyMap<string, ResourceClaim>): void {
  for (const one of DEVICE_CLASSES) devices.classes.set(one.metadata.name, one);
  for (const one of DEVICE_SLICES) addSlice(devices, one);
  for (const [key, one] of claims) setClaim(devices, key, one);
}

/** What PreBind writes of a pod's claims; undefined: the pod has gone, and its devices with it. */
function writeDevices(story: Story, wishes: readonly ClaimWish[], pod: Pod | undefined): void {
  for (const { key, claim, allocation } of wishes) {
    const { name, uid } = pod?.metadata ?? {};
    const consumer = { resource: 'pods', name: name!, uid: uid! };
    const given = allocation ?? claim.status.allocation!;
    const status =
      pod === undefined ? {} : { allocation: given, reservedFor: [...(claim.status.reservedFor ?? []), consumer] };
    const written = { ...claim, status };
    story.deviceClaims.set(key, written);
    setClaim(story.cluster.devices, key, written);
  }
}

/**
 * Claims bound to a disk of zone 0, 1 or 2, the last for one pod alone, and one that waits for a node where a disk is free: in zone 1.
 * Nodes can hold one disk of the driver, two of the other, or any number.
 */
function setClaims(cluster: ClusterState): void {
  for (let index = 0; index < 4; index++) {
    const isBound = index < 3;
    const name = `claim-${index}`;
    const disk = boundVolume(`disk-${index}`, `zone-${isBound ? index : 1}`, isBound ? name : undefined);
    const labels = index === 1 ? { 'failure-domain.beta.kubernetes.io/zone': 'zone-0__zone-1' } : {};
    const csi = isBound ? { csi: { driver: CLOUD.provisioner, volumeHandle: disk.metadata.name } } : {};
    cluster.volumes.set(disk.metadata.name, {
      ...disk,
      metadata: { ...disk.metadata, labels },
      spec: { ...disk.spec, ...csi },
    });
    const claim = claimOf(name, isBound ? disk.metadata.name : undefined);
    const accessModes = [index === 2 ? 'ReadWriteOncePod' : 'ReadWriteOnce'];
    for (const namespace of NAMESPACES) {
      cluster.claims.set(`${namespace}/${name}`, { ...claim, spec: { ...claim.spec, accessModes } });
    }
  }
  cluster.storageClasses.set('shelf', SHELF);
  for (let index = 0; index < 200; index += 2) {
    const limited = storageNode(`n${index}`, { [CLOUD.provisioner]: 1, 'ebs.csi.aws.com': 2 });
    const annotations = index % 3 === 0 ? MIGRATED : {};
    cluster.storageNodes.set(`n${index}`, { ...limited, metadata: { ...limited.metadata, annotations } });
  }
}

function addSomeNode(story: Story, shape: number): void {
  const made = someNode(`n${story.nextName++}`, shape);
  story.nodes.set(made.metadata.name, made);
  addNode(story.cluster, made);
}

function play(story: Story, { kind, pick, shape }: Step): void {
  const { cluster, nodes, pods } = story;
  const nodeName = [...nodes.keys()][pick % Math.max(1, nodes.size)];
  const uid = [...pods.keys()][pick % Math.max(1, pods.size)];
  if (kind === 0) {
    addSomeNode(story, shape);
  } else if (kind === 1 && nodeName !== undefined && nodes.size > 3) {
    nodes.delete(nodeName);
    removeNode(cluster, nodeName);
    for (const [key, placed] of pods) if (placed.nodeName === nodeName && shape % 2 === 0) dropPod(story, key);
  } else if (kind === 2 && nodeName !== undefined) {
    const changed = someNode(nodeName, shape);
    nodes.set(nodeName, changed);
    updateNode(cluster, changed);
  } else if (kind === 3 && uid !== undefined) {
    dropPod(story, uid);
  } else if (kind === 4 && uid !== undefined) {
    const { pod: before, nodeName: where } = pods.get(uid)!;
    if (shape % 2 === 0 && before.metadata.deletionTimestamp !== undefined) return;
    const change = shape % 2 === 0 ? { deletionTimestamp: 1 } : { labels: { app: `a${shape % 4}` } };
    const changed = { ...before, metadata: { ...before.metadata, ...change } };
    pods.delete(uid); // it is the last to have come to its node
    pods.set(uid, { pod: changed, nodeName: where });
    placePod(cluster, changed, where);
  } else if (kind === 5) {
    const namespace = NAMESPACES[pick % NAMESPACES.length]!;
    if (shape % 3 === 0) story.teams.delete(namespace);
    else story.teams.set(namespace, { team: shape % 3 === 1 ? 'red' : 'blue' });
    setNamespaceLabels(cluster, namespace, story.teams.get(namespace));
  } else if (kind === 6 && pick % 2 === 0) {
    sweepClasses(cluster, []);
  } else {
    scheduleSome(story, shape);
  }
}

function dropPod(story: Story, uid: string): void {
  for (const [key, claim] of story.deviceClaims) {
    if (isReservedFor(claim, uid)) writeDevices(story, [{ key, claim, allocation: undefined }], undefined);
  }
  story.pods.delete(uid);
  removePod(story.cluster, uid);
}

/** Decides for a pod the fast way, and by the plain cycle in a cluster made anew from what is there now. */
function scheduleSome(story: Story, shape: number): void {
  const { cluster } = story;
  const incoming = somePod(`p${story.nextName++}`, shape);
  const fresh = rebuilt(story);
  const plain = decisionOf(fresh, incoming);
  const fast = decisionOf(cluster, incoming);
  expect(fast).toEqual(plain);
  expect(verdictsOf(cluster, incoming)).toEqual(verdictsOf(fresh, incoming));
  expect(cluster.nextStart).toBe(fresh.nextStart);
  const { nodeName, nomination } = plain;
  if (nodeName !== undefined) {
    const wishes = planDevices(cluster, podClassOf(cluster, incoming), cluster.indexByName.get(nodeName)!);
    writeDevices(story, wishes ?? [], incoming);
    placePod(cluster, incoming, nodeName);
    story.pods.set(incoming.metadata.uid, { pod: incoming, nodeName });
  } else if (nomination !== undefined && nomination !== '') {
    nominate(cluster, incoming, nomination);
    story.nominated.push({ pod: incoming, nodeName: nomination });
    if (story.nominated.length > 2) denominate(cluster, story.nominated.shift()!.pod.metadata.uid);
  }
}

function rebuilt({ cluster, nodes, pods, teams, deviceClaims, nominated }: Story): ClusterState {
  const fresh = createCluster(PROFILES, true);
  setOwners(fresh);
  setClaims(fresh);
  setDevices(fresh, deviceClaims);
  for (const [namespace, labels] of teams) setNamespaceLabels(fresh, namespace, labels);
  for (const one of nodes.values()) addNode(fresh, one);
  for (const placed of pods.values()) placePod(fresh, placed.pod, placed.nodeName);
  for (const { pod: waiting, nodeName } of nominated) nominate(fresh, waiting, nodeName);
  // The search order has a history (relabelled zones): it is taken over.
  fresh.order = nodeOrder(cluster).map((index) => fresh.indexByName.get(cluster.names[index]!)!);
  fresh.orderIsStale = false;
  fresh.nextStart = cluster.nextStart;
  return fresh;
}

/** Totals by position, of one more attempt: only where ties are drawn does the fast path work out all of them. */
function totalsOf(cluster: ClusterState, podClass: PodClass, incoming: Pod): number[] {
  const { nextStart, isReference } = cluster;
  schedulePod(cluster, podClass, incomingOf(incoming), () => 0);
  cluster.nextStart = nextStart;
  const { placement, profile } = podClass;
  // Full marks of TaintToleration, which all nodes have where no node has such a taint, are left out of the fast totals.
  const leftOut = isReference || placement.hasTaintScores ? 0 : 100 * profile.weights.TaintToleration;
  return [...cluster.totals.subarray(0, cluster.feasibleCount)].map((total) => total + leftOut);
}

/** Node, feasible nodes in the order found with their totals, failure, victims: all that comes of an attempt, by names. */
function decisionOf(cluster: ClusterState, incoming: Pod) {
  const podClass = podClassOf(cluster, incoming);
  const { node: chosen, evaluated, failure } = decide(cluster, podClass, incomingOf(incoming));
  const found = [...cluster.feasible.subarray(0, failure === undefined ? cluster.feasibleCount : 0)];
  const decision = {
    nodeName: chosen === NO_NODE ? undefined : cluster.names[chosen]!,
    evaluated,
    found: found.map((index) => cluster.names[index]!),
    message: failure?.message,
    plugins: failure?.plugins,
    nomination: failure?.nomination,
    victims: failure?.candidate?.victims.map(({ uid }) => uid),
    fitError: failure === undefined ? undefined : fitErrorOf(cluster, podClass),
  };
  return { ...decision, totals: found.length < 2 ? [] : totalsOf(cluster, podClass, incoming) };
}

function verdictsOf(cluster: ClusterState, incoming: Pod) {
  const filters = prepare(cluster, podClassOf(cluster, incoming));
  const { order, verdicts } = knownVerdicts(cluster, filters, incoming.metadata.uid);
  return [...order].map((index) => [cluster.names[index], verdicts[index]]);
}

const step = fc.record({ kind: fc.nat(10), pick: fc.nat(1_000), shape: fc.nat(1_000) });

test.each([
  [12, 100, 100],
  [130, 40, 15],
])('a cluster of %i nodes with a history decides as one made anew', (nodes, length, runs) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: length / 2, maxLength: length, size: 'max' }), (steps) => {
      const story = begin(nodes);
      for (const one of steps) play(story, one);
    }),
    { numRuns: runs, seed: 20_261_121 },
  );
});

test('ties go to the root of the heap', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 300 }), (scores) => {
      let winner = 0;
      for (const [index, score] of scores.entries()) {
        if (score > scores[winner]! || (score === scores[winner] && index > winner && !winsTie(winner, index))) {
          winner = index;
        }
      }
      expect(winner).toBe(heapRoot({ totals: Int32Array.from(scores), feasibleCount: scores.length }));
    }),
  );
});
