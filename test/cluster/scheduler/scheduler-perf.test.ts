import { expect, test } from 'vitest';
import type { StringMap } from '../../../src/cluster/api/objects/meta.js';
import type { Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../../../src/cluster/api/objects/pod.js';
import { objectKey } from '../../../src/cluster/api/store.js';
import { algorithmUs } from '../../../src/cluster/scheduler/attempt-time.js';
import { type ClusterState, createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { decide } from '../../../src/cluster/scheduler/decide.js';
import { addSlice, setClaim } from '../../../src/cluster/scheduler/devices/device-state.js';
import { SCHEDULER_PRESETS } from '../../../src/cluster/scheduler/parameters.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { mean } from '../../../src/kernel/distributions.js';
import { claim as deviceClaim, deviceClass, slice } from './device-objects.js';
import { node, pod } from './scheduler-world.js';
import { boundVolume, claimOf } from './volume-objects.js';

/** reference/scheduling.md 7.4: "to mimic scheduler_perf multiply the algorithm time by 3". */
const SCHEDULER_PERF = { ...SCHEDULER_PRESETS.managed, attemptFactor: 3 };
/**
 * Modelled throughput is at least the floor, and at most so many times it: floors are "slightly below the historical minimum"
 * of a noisy machine, so that of two workloads of plain pods one has twice the other's (docs/fidelity.md).
 */
const CEILING = 2.5;

type Template = (cluster: ClusterState, name: string) => Pod;

/** A workload of kubernetes v1.36.3 test/integration/scheduler_perf: 5,000 nodes unless said otherwise. */
interface Workload {
  readonly name: string;
  /** Pods a second. */
  readonly floor: number;
  /** Instead of CEILING, where the real scheduler has work that no parameter stands for. */
  readonly ceiling?: number;
  readonly nodes?: number;
  /** Values of the zone label, one after the other; none by default. */
  readonly zones?: readonly string[];
  readonly tainted?: number;
  readonly before: readonly (readonly [pods: number, Template])[];
  readonly measured: readonly [pods: number, Template];
  /** Attempts a second, beside, at a pod that finds no node: one that is too big, if nothing else is said. */
  readonly failing?: number;
  readonly failingPod?: Pod;
}

const plain: Template = (_cluster, name) => pod(name, '100m');

const made =
  (labels: StringMap, spec: Partial<PodSpec>, namespace = 'sched'): Template =>
  (_cluster, name) => {
    const one = pod(name, '100m', spec);
    return { ...one, metadata: { ...one.metadata, namespace, labels } };
  };

const term = (labels: StringMap, topologyKey: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  labelSelector: { matchLabels: labels },
  topologyKey,
  ...more,
});
const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const DEVOPS = { namespaceSelector: { matchLabels: { team: 'devops' } } };

const affinity = (more: Partial<PodAffinityTerm> = {}, namespace = 'sched'): Template =>
  made(
    { color: 'blue' },
    {
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term({ color: 'blue' }, ZONE, more)] },
      },
    },
    namespace,
  );
const antiAffinity = (more: Partial<PodAffinityTerm> = {}, namespace = 'sched'): Template => {
  const required = [term({ color: 'green' }, HOSTNAME, more)];
  const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: required };
  return made({ color: 'green' }, { affinity: { podAntiAffinity } }, namespace);
};
const preferred = (
  color: string,
  kind: 'podAffinity' | 'podAntiAffinity',
  more: Partial<PodAffinityTerm> = {},
): Template => {
  const terms = [{ weight: 1, podAffinityTerm: term({ color }, HOSTNAME, more) }];
  return made({ color }, { affinity: { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: terms } } });
};
const spread = (constraint: Partial<TopologySpreadConstraint>): Template => {
  const labelSelector = { matchLabels: { color: 'blue' } };
  const base = { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector } as const;
  return made({ color: 'blue' }, { topologySpreadConstraints: [{ ...base, ...constraint }] });
};
const nodeTerms = (more: object): Partial<PodSpec> => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [more] } } },
});
const withClaim: Template = (cluster, name) => {
  const { nodeAffinity: _anywhere, ...spec } = boundVolume(`pv-${name}`, '', `pvc-${name}`).spec;
  cluster.volumes.set(`pv-${name}`, { ...boundVolume(`pv-${name}`, '', `pvc-${name}`), spec });
  const claim = claimOf(`pvc-${name}`, `pv-${name}`);
  cluster.claims.set(objectKey(claim), claim);
  return pod(name, '100m', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `pvc-${name}` } }] });
};

const withDevices: Template = ({ devices, names }, name) => {
  if (devices.classes.size === 0) {
    devices.classes.set('gpu', deviceClass());
    const tenEach = Array.from({ length: 10 }, (_unused, index) => `gpu-${index}`);
    for (const nodeName of names) addSlice(devices, slice(nodeName, tenEach));
  }
  setClaim(devices, `default/${name}`, deviceClaim(name));
  return pod(name, '100m', { resourceClaims: [{ name: 'resource', resourceClaimName: name }] });
};

const MOON = ['moon-1', 'moon-2', 'moon-3'];
const ZONE_1 = ['zone1'];

const WORKLOADS: readonly Workload[] = [
  { name: 'SchedulingBasic', floor: 270, before: [[1_000, plain]], measured: [10_000, plain] },
  {
    name: 'SchedulingDaemonset',
    floor: 390,
    nodes: 15_000,
    before: [],
    measured: [
      30_000,
      made({}, nodeTerms({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n0'] }] })),
    ],
  },
  { name: 'SchedulingWithMixedChurn', floor: 265, before: [], measured: [10_000, plain], failing: 2 },
  { name: 'SchedulingSecrets', floor: 260, before: [[1_000, plain]], measured: [10_000, plain] },
  {
    name: 'SchedulingNodeAffinity',
    floor: 220,
    zones: ZONE_1,
    before: [[5_000, plain]],
    measured: [
      10_000,
      made({}, nodeTerms({ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone1', 'zone2'] }] })),
    ],
  },
  { name: 'Unschedulable', floor: 170, before: [[100, plain]], measured: [10_000, plain], failing: 5 },
  {
    name: 'PreemptionAsync',
    floor: 160,
    before: [[20_000, (_cluster, name) => pod(name, '900m')]],
    measured: [5_000, plain],
    failing: 5,
    failingPod: pod('urgent', 3, { priority: 10 }),
  },
  {
    name: 'MixedSchedulingBasePod',
    floor: 140,
    zones: ZONE_1,
    before: [
      [2_000, plain],
      [2_000, affinity()],
      [2_000, antiAffinity()],
      [2_000, preferred('red', 'podAffinity')],
      [2_000, preferred('yellow', 'podAntiAffinity')],
    ],
    measured: [5_000, plain],
  },
  {
    name: 'PreferredTopologySpreading',
    floor: 125,
    zones: MOON,
    before: [[5_000, plain]],
    measured: [5_000, spread({ whenUnsatisfiable: 'ScheduleAnyway' })],
  },
  {
    name: 'SchedulingPreferredPodAffinity',
    floor: 90,
    before: [[5_000, preferred('red', 'podAffinity')]],
    measured: [5_000, preferred('red', 'podAffinity')],
  },
  {
    name: 'SchedulingPreferredPodAntiAffinity',
    floor: 90,
    before: [[5_000, preferred('yellow', 'podAntiAffinity')]],
    measured: [5_000, preferred('yellow', 'podAntiAffinity')],
  },
  {
    name: 'SchedulingPreferredAffinityWithNSSelector',
    floor: 90,
    before: [[5_000, preferred('red', 'podAffinity', DEVOPS)]],
    measured: [5_000, preferred('red', 'podAffinity', DEVOPS)],
  },
  { name: 'SchedulingInTreePVs', floor: 90, before: [[1_000, plain]], measured: [2_000, withClaim] },
  { name: 'TopologySpreading', floor: 85, zones: MOON, before: [[5_000, plain]], measured: [5_000, spread({})] },
  {
    name: 'SchedulingWithNodeInclusionPolicy',
    floor: 68,
    tainted: 1_000,
    before: [],
    measured: [4_000, spread({ maxSkew: 1, topologyKey: HOSTNAME, nodeTaintsPolicy: 'Honor' })],
  },
  {
    name: 'SchedulingPodAntiAffinity',
    floor: 60,
    before: [[1_000, antiAffinity()]],
    measured: [2_000, antiAffinity()],
  },
  {
    name: 'SchedulingPreferredAntiAffinityWithNSSelector',
    floor: 55,
    ceiling: 3.6, // namespace selectors, of which every term asks every pod
    before: [[4_000, preferred('green', 'podAntiAffinity', DEVOPS)]],
    measured: [2_000, preferred('green', 'podAntiAffinity', DEVOPS)],
  },
  { name: 'SchedulingCSIPVs', floor: 48, before: [[5_000, plain]], measured: [5_000, withClaim] },
  {
    name: 'SchedulingPodAffinity',
    floor: 35,
    zones: ZONE_1,
    before: [[5_000, affinity()]],
    measured: [5_000, affinity()],
  },
  {
    name: 'SchedulingRequiredPodAffinityWithNSSelector',
    floor: 35,
    zones: ZONE_1,
    before: [[5_000, affinity(DEVOPS)]],
    measured: [2_000, affinity(DEVOPS)],
  },
  {
    name: 'SchedulingMigratedInTreePVs',
    floor: 35,
    ceiling: 3, // the translation of volumes of old drivers
    before: [[5_000, plain]],
    measured: [5_000, withClaim],
  },
  {
    name: 'SchedulingWithResourceClaimTemplate',
    floor: 56,
    nodes: 500,
    before: [[2_500, plain]],
    measured: [2_500, withDevices],
  },
  {
    name: 'SchedulingRequiredPodAntiAffinityWithNSSelector',
    floor: 24,
    nodes: 6_000,
    before: [[4_000, antiAffinity(DEVOPS)]],
    measured: [2_000, antiAffinity(DEVOPS)],
  },
];

/** The measured phase is looked at where these shares of its pods are there. */
const LOOKS = [0.1, 0.3, 0.5, 0.7, 0.9];

/** Pods a second of the scheduling loop with nothing else in its way. */
function throughput(workload: Workload): number {
  const { nodes = 5_000, before, measured, failing = 0, failingPod = pod('too-big', 9) } = workload;
  const cluster = clusterOf(workload, nodes);
  let placed = 0;
  const place = (template: Template): void => {
    // One on each node in turn, as LeastAllocated does; those of a DaemonSet all on one.
    const nodeName = before.length === 0 && nodes > 5_000 ? 'n0' : `n${placed % nodes}`;
    placePod(cluster, template(cluster, `pod-${placed++}`), nodeName);
  };
  for (const [pods, template] of before) for (let count = 0; count < pods; count++) place(template);
  const [pods, template] = measured;
  let count = 0;
  let totalUs = 0;
  for (const look of LOOKS) {
    // Placed in bulk as plain members of their class; volumes of their own would only cost memory here.
    for (; count < pods * look; count++) place(template === withClaim || template === withDevices ? plain : template);
    totalUs += loopUs(cluster, template(cluster, 'next'));
  }
  const eachUs = totalUs / LOOKS.length;
  const failedUs = failing === 0 ? 0 : loopUs(cluster, failingPod);
  return (1e6 - failing * failedUs) / eachUs;
}

function clusterOf({ zones, tainted = 0 }: Workload, nodes: number): ClusterState {
  const cluster = createCluster();
  cluster.namespaces.set('sched', { team: 'devops' });
  for (let index = 0; index < nodes; index++) {
    const taints = [{ key: 'foo', effect: 'NoSchedule' }] as const;
    const one = node(`n${index}`, 4, index >= nodes - tainted ? { taints } : {});
    const labels = { ...one.metadata.labels, ...(zones === undefined ? {} : { [ZONE]: zones[index % zones.length]! }) };
    const amounts = { cpu: 4, memory: '32Gi', pods: 40_000 };
    addNode(cluster, {
      ...one,
      metadata: { ...one.metadata, labels },
      status: { capacity: amounts, allocatable: amounts },
    });
  }
  return cluster;
}

/** Mean time that the loop spends on an attempt. */
function loopUs(cluster: ClusterState, one: Pod): number {
  const { podUs, attemptFactor, attemptJitter } = SCHEDULER_PERF;
  const podClass = podClassOf(cluster, one);
  const outcome = decide(cluster, podClass);
  return podUs + attemptFactor * mean(attemptJitter) * algorithmUs(SCHEDULER_PERF, cluster, podClass, outcome);
}

test.each(WORKLOADS)('$name on the machine of scheduler_perf: at least $floor pods a second', (workload) => {
  const played = throughput(workload);
  expect(played).toBeGreaterThanOrEqual(workload.floor);
  expect(played).toBeLessThan(workload.floor * (workload.ceiling ?? CEILING));
});
