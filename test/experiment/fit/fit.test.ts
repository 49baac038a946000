import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Fit, fit } from '../../../src/experiment/fit/fit.js';
import { loadScenario } from '../../../src/experiment/load.js';
import { run } from '../../../src/experiment/run.js';
import { column } from '../../../src/results/columns.js';
import type { Scenario } from '../../../src/scenario/types.js';

const GENERAL = { pool: 'general', count: 3, cpu: 4, memory: '8Gi', zones: ['a', 'b', 'c'] };

interface Wish {
  readonly nodes?: readonly object[];
  readonly parameters?: object;
  readonly manifests: readonly object[];
}

function scenarioOf({ nodes = [GENERAL], parameters = {}, manifests }: Wish): Scenario {
  const text = stringify({ scenario: 'fit', duration: '30s', cluster: { nodes, parameters }, manifests });
  const access = { readFile: () => new TextEncoder().encode(text), glob: () => [] };
  const { scenario, diagnostics } = loadScenario('fit.yaml', access);
  if (scenario === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return scenario;
}

function fitOf(wish: Wish, more: readonly string[] = []): Fit {
  return fit(scenarioOf(wish), { more });
}

/** Pods without a node at the end of a run of the same scenario. */
function pendingIn(wish: Wish): number {
  return column(run(scenarioOf(wish)).tables, 'pods', 'node').filter((node) => node === '').length;
}

const template = (name: string, cpu: string, spec: object = {}): object => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'c', image: 'example.com/app:v1', resources: { requests: { cpu } } }], ...spec },
});
const workload = (kind: string, name: string, cpu: string, spec: object = {}, podSpec: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: template(name, cpu, podSpec), ...spec },
});
const deployment = (name: string, replicas: number, cpu: string, podSpec: object = {}): object =>
  workload('Deployment', name, cpu, { replicas }, podSpec);
const labelled = (name: string, topologyKey: string): object => ({
  labelSelector: { matchLabels: { app: name } },
  topologyKey,
});

const ALONE = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [labelled('web', 'kubernetes.io/hostname')],
    },
  },
};

/** A zone of the nodes that has room for twice as many. */
const UNEVEN = [GENERAL, { ...GENERAL, pool: 'large', count: 1, cpu: 16, zones: ['a'] }];
const EVENLY = {
  topologySpreadConstraints: [
    { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...labelled('web', 'topology.kubernetes.io/zone') },
  ],
};

/** Of each workload: how many more, and whether the count ended there. */
const moreIn = ({ workloads }: Fit): (readonly [number | null, boolean])[] =>
  workloads.map(({ more, isMoreCut }) => [more, isMoreCut]);

describe('pods that name their node', () => {
  const one = { ...GENERAL, count: 1 };
  const pin = (name: string, cpu: string, spec: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      nodeName: 'general-1',
      containers: [{ name: 'c', image: 'example.com/app:v1', resources: { requests: { cpu } } }],
      ...spec,
    },
  });
  const rejection = `OutOfcpu on general-1: Node didn't have enough resource: cpu, requested: 3000, used: 3000, capacity: 4000`;

  test('take their room before any that is scheduled, and no more than the node has, as when they are played', () => {
    const pins = [pin('pin', '3', { schedulerName: 'other' }), pin('pin2', '3'), pin('lost', '1', { nodeName: 'x' })];
    const wish = { nodes: [one], manifests: [deployment('low', 3, '1'), ...pins] };
    expect(fitOf(wish)).toMatchObject({
      fits: false,
      left: 4,
      pools: [{ milliCpu: { requested: 4_000, allocatable: 4_000 } }],
      workloads: [
        { workload: 'deployment/low', placed: 1 },
        { workload: 'pod/pin', placed: 1, reason: '' },
        { workload: 'pod/pin2', placed: 0, reason: rejection },
        { workload: 'pod/lost', placed: 0, reason: 'node x is not there' },
      ],
    });
    expect(pendingIn(wish)).toBe(2);
    const reasons = column(run(scenarioOf(wish)).tables, 'pods', 'reason');
    expect(reasons.filter((reason) => reason === 'OutOfcpu')).toHaveLength(1);
  });

  test('are counted up to the room that the node has', () => {
    const manifests = [deployment('named', 1, '1500m', { nodeName: 'general-1' })];
    expect(fitOf({ nodes: [one], manifests })).toMatchObject({
      fits: true,
      workloads: [{ more: 1, isMoreCut: false }],
    });
    const two = [deployment('named', 2, '3', { nodeName: 'general-1' })];
    expect(fitOf({ nodes: [one], manifests: two })).toMatchObject({
      left: 1,
      workloads: [{ more: 0, reason: rejection }],
    });
  });
});

describe('how many more replicas fit', () => {
  test.each([
    ['requests', '1200m', {}, 9, [GENERAL]],
    ['anti-affinity', '1', ALONE, 3, [GENERAL]],
    ['hard spread, by the smallest zone', '1', EVENLY, 13, UNEVEN],
  ] as const)('by %s: so many and no more find a node when they are played', (_what, cpu, podSpec, most, nodes) => {
    const wish = (replicas: number): Wish => ({
      nodes,
      manifests: [deployment('web', replicas, cpu, podSpec)],
    });
    expect(fitOf(wish(2))).toMatchObject({ fits: true, left: 0, missing: [], workloads: [{ more: most - 2 }] });
    expect(fitOf(wish(most))).toMatchObject({ fits: true, workloads: [{ placed: most, more: 0 }] });
    expect(fitOf(wish(most + 1))).toMatchObject({ fits: false, left: 1, workloads: [{ placed: most, more: 0 }] });
    expect(pendingIn(wish(most))).toBe(0);
    expect(pendingIn(wish(most + 1))).toBe(1);
  });

  test('is counted to the end, but for DaemonSets', () => {
    const nodes = [{ ...GENERAL, count: 15, cpu: 64 }];
    const manifests = [deployment('web', 1, '1m'), deployment('api', 1, '1m'), workload('DaemonSet', 'agent', '1m')];
    // 110 pods a node, with one of the DaemonSet each, and two that are there.
    expect(moreIn(fitOf({ nodes, manifests }))).toEqual([
      [15 * 109 - 2, false],
      [15 * 109 - 2, false],
      [null, false],
    ]);
    expect(moreIn(fitOf({ nodes, manifests }, ['deployment/api']))[0]).toEqual([null, false]);
  });

  test('is counted up to a thousand where it takes placing, to the end for a workload that is asked for', () => {
    const manifests = [deployment('web', 1, '1m', EVENLY)];
    const nodes = [{ ...GENERAL, count: 15, cpu: 64 }];
    expect(moreIn(fitOf({ nodes, manifests }))).toEqual([[1_000, true]]);
    expect(moreIn(fitOf({ nodes, manifests }, ['deployment/web']))).toEqual([[15 * 110 - 1, false]]);
  });

  test('is as many as the scheduler places, whatever else is there', () => {
    const amount = fc.integer({ min: 1, max: 40 });
    const wishes = fc.record({
      sizes: fc.array(fc.record({ milliCpu: amount, mebibytes: amount, replicas: fc.nat(12) }), {
        minLength: 1,
        maxLength: 4,
      }),
      counts: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 })),
      isTainted: fc.boolean(),
    });
    fc.assert(
      fc.property(wishes, ({ sizes, counts: [general, large], isTainted }) => {
        const taints = isTainted ? ['dedicated=x:NoSchedule'] : [];
        const nodes = [
          { ...GENERAL, count: general },
          { ...GENERAL, pool: 'large', count: large, cpu: 8, pods: 12, taints },
        ];
        const manifests = sizes.map(({ milliCpu, mebibytes, replicas }, index) => {
          const requests = { cpu: `${50 * milliCpu}m`, memory: `${100 * mebibytes}Mi` };
          return deployment(`d${index}`, replicas, '', {
            containers: [{ name: 'c', image: 'a:v1', resources: { requests } }],
          });
        });
        const { fits, workloads } = fitOf({ nodes, manifests });
        fc.pre(fits);
        for (const [index, { more }] of workloads.entries()) {
          const after = (extra: number): Fit => {
            const { spec } = manifests[index] as { readonly spec: object };
            const last = { ...workload('Deployment', 'last', ''), spec: { ...spec, replicas: extra } };
            return fitOf({ nodes, manifests: [...manifests, last] });
          };
          expect(after(more!).left).toBe(0);
          expect(after(more! + 1).left).toBe(1);
        }
      }),
      { numRuns: 15, seed: 5 },
    );
  }, 120_000);

  test('leaves nothing behind: the count of one workload is not in the way of the next', () => {
    const { workloads } = fitOf({ manifests: [deployment('web', 1, '1'), deployment('api', 1, '1')] });
    expect(workloads.map(({ more }) => more)).toEqual([10, 10]);
  });
});

const exactly = (pool: string, nodes: number, takes: number, ...names: readonly string[]): object => ({
  pool,
  nodes,
  bound: 'exact',
  takes,
  workloads: names.map((name) => `deployment/${name}`),
  left: 0,
});

describe('how many nodes are missing', () => {
  const pools = (general: number, gpu: number): object[] => [
    { ...GENERAL, count: general },
    { ...GENERAL, pool: 'gpu', count: gpu, resources: { 'example.com/gpu': 2 } },
  ];

  test('so many and no fewer make all pods fit', () => {
    const manifests = [workload('DaemonSet', 'agent', '500m'), deployment('web', 30, '1200m')];
    const nodes = (count: number): Wish => ({ nodes: [{ ...GENERAL, count }], manifests });
    const { missing, left } = fitOf(nodes(3));
    // With its DaemonSet's pod a node takes two.
    expect({ missing, left }).toEqual({ missing: [exactly('general', 12, 24, 'web')], left: 24 });
    expect(fitOf(nodes(15)).fits).toBe(true);
    expect(fitOf(nodes(14))).toMatchObject({ fits: false, left: 2 });
  });

  test('although a Deployment in front of a DaemonSet would fill the nodes', () => {
    const manifests = [deployment('web', 12, '1'), workload('DaemonSet', 'agent', '500m')];
    const nodes = (count: number): Wish => ({ nodes: [{ ...GENERAL, count }], manifests });
    const { missing, workloads } = fitOf(nodes(3));
    expect(workloads.map(({ placed }) => placed)).toEqual([9, 3]);
    expect(missing).toEqual([exactly('general', 1, 3, 'web')]);
    expect(fitOf(nodes(4)).fits).toBe(true);
    expect(pendingIn(nodes(4))).toBe(0);
  });

  test('with all pods placed anew: those of more priority make room on the nodes that are there', () => {
    const high = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 };
    const manifests = [
      high,
      deployment('web', 12, '1', { priorityClassName: 'high' }),
      workload('DaemonSet', 'agent', '500m'),
    ];
    const nodes = (count: number): Wish => ({ nodes: [{ ...GENERAL, count, zones: ['a'] }], manifests });
    const { missing, workloads } = fitOf(nodes(3));
    expect(workloads.map(({ placed }) => placed)).toEqual([12, 0]);
    expect(missing).toEqual([{ ...exactly('general', 1, 3), workloads: ['daemonset/agent'] }]);
    expect(fitOf(nodes(4)).fits).toBe(true);
  });

  test('although some pods fit nowhere, which then have no node all the same', () => {
    const manifests = [deployment('huge', 5, '64'), deployment('web', 29, '1'), workload('DaemonSet', 'big', '5')];
    const { missing, left } = fitOf({ manifests });
    // 12 of web's have a node; 5 huge ones, and a pod of the DaemonSet for each of the 5 new nodes and the 3 others, never.
    expect(left).toBe(5 + 3 + 17);
    expect(missing).toEqual([{ ...exactly('general', 5, 17, 'web'), left: 5 + 3 + 5 }]);
  });

  test('to the last for thousands of small pods', () => {
    const nodes = [{ ...GENERAL, count: 10 }];
    const { missing } = fitOf({
      nodes,
      manifests: [deployment('web', 30_000, '10m'), deployment('api', 20_000, '20m')],
    });
    // 110 pods a node.
    expect(missing).toEqual([exactly('general', Math.ceil(50_000 / 110) - 10, 50_000 - 1_100, 'web', 'api')]);
  }, 120_000);

  test.each(['OrderedReady', 'Parallel'])(
    'of a StatefulSet (%s) that is far too large',
    (podManagementPolicy) => {
      const nodes = [{ ...GENERAL, count: 3 }];
      const spec = { replicas: 100_000, serviceName: 'db', podManagementPolicy };
      const { left, missing } = fitOf({ nodes, manifests: [workload('StatefulSet', 'db', '1', spec)] });
      expect(left).toBe(100_000 - 12);
      expect(missing).toMatchObject([{ bound: 'least' }]);
    },
    120_000,
  );

  test('of which pool: one that does not help is not named', () => {
    const requests = { cpu: '100m', 'example.com/gpu': 1 };
    const containers = [{ name: 'c', image: 'a:v1', resources: { requests, limits: { 'example.com/gpu': 1 } } }];
    const manifests = [deployment('train', 6, '', { containers })];
    expect(fitOf({ nodes: pools(1, 1), manifests })).toMatchObject({
      left: 4,
      missing: [{ pool: 'gpu', nodes: 2, takes: 4, workloads: ['deployment/train'] }],
      together: [],
      pools: [{ extended: [] }, { extended: [{ name: 'example.com/gpu', requested: 2, allocatable: 2 }] }],
    });
  });

  test('of several pools together, where none is enough alone', () => {
    const pinned = (pool: string): object => ({ nodeSelector: { pool } });
    const nodes = ['x', 'y'].map((pool) => ({ ...GENERAL, pool, count: 1, zones: ['a'], labels: { pool } }));
    const manifests = [deployment('one', 9, '1', pinned('x')), deployment('two', 5, '1', pinned('y'))];
    const { missing, together } = fitOf({ nodes, manifests });
    expect(missing).toEqual([
      { ...exactly('x', 2, 5, 'one'), left: 1 },
      { ...exactly('y', 1, 1, 'two'), left: 5 },
    ]);
    expect(together).toEqual([{ ...exactly('x', 2, 5, 'one'), left: 1 }, exactly('y', 1, 1, 'two')]);
  });

  test('in the zone where they help', () => {
    const inC = { nodeSelector: { 'topology.kubernetes.io/zone': 'c' } };
    const { missing } = fitOf({ manifests: [deployment('web', 6, '1', inC)] });
    // The next nodes stand in the zones a, b and c.
    expect(missing).toEqual([exactly('general', 3, 2, 'web')]);
  });
});

describe('pods are asked for', () => {
  test('as their controllers make them', () => {
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'batch' } };
    const { metadata, spec } = template('batch', '100m', { restartPolicy: 'Never' }) as {
      metadata: object;
      spec: object;
    };
    const { workloads, notes } = fitOf({
      nodes: [
        { ...GENERAL, taints: ['dedicated=x:NoSchedule'] },
        { ...GENERAL, pool: 'plain', count: 2 },
      ],
      manifests: [
        workload('StatefulSet', 'db', '1', { replicas: 2, serviceName: 'db' }),
        workload('DaemonSet', 'agent', '100m'),
        { ...job, spec: { parallelism: 3, completions: 5, template: { metadata, spec } } },
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'alone' }, spec },
      ],
    });
    expect(workloads.map(({ workload: name, pods, placed }) => [name, pods, placed])).toEqual([
      ['statefulset/db', 2, 2],
      ['daemonset/agent', 2, 2], // not on the tainted nodes
      ['job/batch', 3, 3],
      ['pod/alone', 1, 1],
    ]);
    expect(notes).toContain('of each Job the pods that run at the same time are counted');
  });

  test('the more important first, whatever the order of the manifests', () => {
    const high = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 };
    const manifests = [high, deployment('low', 12, '1'), deployment('top', 4, '1', { priorityClassName: 'high' })];
    const { workloads } = fitOf({ manifests });
    expect(workloads.map(({ workload: name, placed }) => [name, placed])).toEqual([
      ['deployment/low', 8],
      ['deployment/top', 4],
    ]);
  });

  test('again when what they must stand beside has come', () => {
    const beside = [labelled('db', 'kubernetes.io/hostname')];
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: beside } };
    const manifests = [deployment('web', 2, '1', { affinity }), deployment('db', 1, '1')];
    expect(fitOf({ manifests })).toMatchObject({ fits: true, left: 0 });
  });

  test('and told when the API server refuses them', () => {
    const manifests = [deployment('web', 2, '1', { serviceAccountName: 'nobody' })];
    const { fits, left, workloads } = fitOf({ manifests });
    expect({ fits, left }).toEqual({ fits: false, left: 2 });
    expect(workloads[0]!.reason).toContain('serviceaccount "nobody" not found');
  });
});

describe('volumes', () => {
  const storageClass = (name: string, provisioner: string, volumeBindingMode: string): object => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode,
  });
  const shelf = storageClass('shelf', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer');
  const values = ['b'];
  const volume = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'shelf',
      local: { path: '/data' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values }] }],
        },
      },
    },
  });
  const claims = (storageClassName: string): object => ({
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '5Gi' } } },
  });
  const set = (name: string, replicas: number, storageClassName: string): object =>
    workload('StatefulSet', name, '100m', {
      replicas,
      serviceName: name,
      volumeClaimTemplates: [claims(storageClassName)],
    });

  test('that exist already are given away, and more nodes help nobody', () => {
    const manifests = [shelf, volume('one'), volume('two'), set('db', 3, 'shelf')];
    const { left, missing, workloads } = fitOf({ manifests });
    expect({ left, missing }).toEqual({ left: 1, missing: [] });
    expect(workloads[0]!.reason).toContain("didn't find available persistent volumes to bind");
  });

  test('are limited by node, and new nodes hold as many', () => {
    const cloud = storageClass('cloud', 'disk.csi.example.com', 'WaitForFirstConsumer');
    const limit = { name: 'disk.csi.example.com', allocatable: { count: 1 } };
    const limited = ['general-1', 'general-2', 'general-3'].map((name) => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name },
      spec: { drivers: [{ ...limit, nodeID: name }] },
    }));
    const byManifest = fitOf({ manifests: [cloud, ...limited, set('db', 5, 'cloud')] });
    expect(byManifest).toMatchObject({ left: 2, missing: [{ pool: 'general', nodes: 1, takes: 2 }] });
    expect(byManifest.workloads[0]!.reason).toContain('3 node(s) exceed max volume count');
    const parameters = { disksPerNode: 1 };
    const byParameter = fitOf({ parameters, manifests: [cloud, set('db', 5, 'cloud')] });
    expect(byParameter).toMatchObject({ left: 2, missing: [{ pool: 'general', nodes: 2, takes: 2 }] });
  });

  test('of ephemeral volumes are made with their pods', () => {
    const cloud = storageClass('cloud', 'disk.csi.example.com', 'WaitForFirstConsumer');
    const { spec } = claims('cloud') as { readonly spec: object };
    const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec } } }];
    const wish = { parameters: { disksPerNode: 2 }, manifests: [cloud, deployment('web', 4, '100m', { volumes })] };
    expect(fitOf(wish)).toMatchObject({ fits: true, workloads: [{ more: 2 }] });
    expect(pendingIn(wish)).toBe(0);
  });

  test.each([
    // Their zones are drawn before their pods are looked at: one zone is full before the others are.
    ['Immediate', 113, 117],
    ['WaitForFirstConsumer', 116, 116],
  ])('that are made (%s) hold nobody up, and what was tried is taken back', (mode, least, most) => {
    const cloud = storageClass('cloud', 'disk.csi.example.com', mode);
    const { fits, workloads } = fitOf({ manifests: [cloud, set('db', 3, 'cloud'), set('other', 1, 'cloud')] });
    expect(fits).toBe(true);
    for (const { more } of workloads) {
      // 40 pods of 100m on each of the 3 nodes.
      expect(more).toBeGreaterThanOrEqual(least);
      expect(more).toBeLessThanOrEqual(most);
    }
  });
});

describe('devices', () => {
  const api = { apiVersion: 'resource.k8s.io/v1' };
  const slices = ['general-1', 'general-2'].map((nodeName) => ({
    ...api,
    kind: 'ResourceSlice',
    metadata: { name: nodeName },
    spec: {
      driver: 'gpu.example.com',
      nodeName,
      pool: { name: nodeName, generation: 1, resourceSliceCount: 1 },
      devices: ['a', 'b', 'c', 'd'].map((name) => ({ name })),
    },
  }));
  const asking = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } };
  const objects = [
    { ...api, kind: 'DeviceClass', metadata: { name: 'gpu' }, spec: {} },
    { ...api, kind: 'ResourceClaimTemplate', metadata: { name: 'one' }, spec: { spec: asking } },
    ...slices,
  ];
  const wish = (replicas: number): Wish => {
    const resourceClaims = [{ name: 'gpu', resourceClaimTemplateName: 'one' }];
    return { manifests: [...objects, deployment('train', replicas, '100m', { resourceClaims })] };
  };

  test('are given to one pod each, and what was tried is taken back', () => {
    expect(fitOf(wish(3))).toMatchObject({ fits: true, workloads: [{ placed: 3, more: 5 }] });
    expect(fitOf(wish(10))).toMatchObject({ fits: false, left: 2, missing: [], workloads: [{ placed: 8, more: 0 }] });
    expect(pendingIn(wish(10))).toBe(2);
    const devices = [{ name: 'gpu.example.com', requested: 3, allocatable: 8 }];
    expect(fitOf(wish(3)).pools).toMatchObject([{ devices }]);
  });
});
