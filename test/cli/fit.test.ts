import { expect, test } from 'vitest';
import { wavetank } from './test-io.js';

const SCENARIO = 'test/experiment/unschedulable.yaml';

test('says that the pods do not fit, why, and what is missing; exit status 1', async () => {
  const { code, out, err } = await wavetank(['fit', SCENARIO]);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toMatch(/^✗ does not fit: 1 of 6 pods would have no node\n/);
  expect(out).toMatch(/^general {6}2 {2}5 of 220 \(.*%\) {2}3\.6 of 4 \(90%\) {2}384 MiB of 7\.8 GiB/m);
  expect(out).toMatch(/^deployment\/greedy +3 +2 +0$/m);
  expect(out).toContain(
    'deployment/greedy: 0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.\n',
  );
  expect(out).toContain('Missing for deployment/greedy: 1 node of general.\n');
  expect(out).toMatch(/^Not considered: requests are counted, not what pods use;/m);
});

test('says that they fit, and how many more would; exit status 0', async () => {
  const { code, out } = await wavetank(['fit', SCENARIO, '--set', 'cluster.nodes.0.count=3', '--quiet']);
  expect(code).toBe(0);
  expect(out).toMatch(/^✓ fits: 6 pods on 4 nodes\n/);
  expect(out).toMatch(/^deployment\/web +3 +3 +3$/m);
  expect(out).not.toMatch(/Missing|Not considered/);
});

test('gives the same as JSON', async () => {
  const { code, out } = await wavetank(['fit', SCENARIO, '--format', 'json', '--more', 'deploy/web']);
  expect(code).toBe(1);
  const result = JSON.parse(out) as { workloads: object[] };
  expect(result).toMatchObject({
    verdict: 'fail',
    scenario: 'unschedulable',
    pods: 6,
    left: 1,
    nodes: 3,
    missing: [{ pool: 'general', nodes: 1, bound: 'exact', takes: 1, left: 0 }],
    together: [],
  });
  expect(result.workloads).toMatchObject([{ more: 1 }, { more: null }]);
});

test('is told what is wrong with its input; exit status 2', async () => {
  expect(await wavetank(['fit'])).toMatchObject({ code: 2, out: '' });
  expect(await wavetank(['fit', 'nowhere.yaml'])).toMatchObject({ code: 2, out: '' });
  const wrong = await wavetank(['fit', SCENARIO, '--more', 'deployment/wep']);
  expect(wrong).toMatchObject({ code: 2, out: '' });
  expect(wrong.err).toContain('--more deployment/wep: the scenario has no such workload');
  expect(wrong.err).toContain('did you mean deployment/web?');
});

/** Two pools, either of which helps, and pods that the API server refuses. */
const EITHER = `
scenario: either
duration: 1m
cluster:
  nodes:
    - { pool: small, count: 1, cpu: 2, memory: 4Gi, zones: [a] }
    - { pool: large, count: 1, cpu: 8, memory: 8Gi, zones: [a] }
manifests:
  - apiVersion: apps/v1
    kind: DaemonSet
    metadata: { name: agent }
    spec:
      selector: { matchLabels: { app: agent } }
      template:
        metadata: { labels: { app: agent } }
        spec: { containers: [ { name: agent, image: "a:v1", resources: { requests: { cpu: 100m } } } ] }
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web }
    spec:
      replicas: 11
      selector: { matchLabels: { app: web } }
      template:
        metadata: { labels: { app: web } }
        spec: { containers: [ { name: web, image: "a:v1", resources: { requests: { cpu: 1 } } } ] }
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: nobodys }
    spec:
      replicas: 2
      selector: { matchLabels: { app: nobodys } }
      template:
        metadata: { labels: { app: nobodys } }
        spec: { serviceAccountName: nobody, containers: [ { name: c, image: "a:v1" } ] }
`;

test('names pools of which either is enough, although other pods are refused', async () => {
  const { out } = await wavetank(['fit', '-'], { stdin: EITHER });
  expect(out.replaceAll('\n', ' ')).toContain(
    'Missing for deployment/web: 3 nodes of small, or 1 node of large; 2 pods would have no node all the same.',
  );
});

test('gives no count of further pods of a DaemonSet', async () => {
  const { code, err } = await wavetank(['fit', '-', '--more', 'ds/agent'], { stdin: EITHER });
  expect(code).toBe(2);
  expect(err).toContain('--more daemonset/agent: one pod on each node, more come with more nodes');
});

test('says that no cluster has as many nodes as are missing', async () => {
  const { out } = await wavetank(['fit', SCENARIO, '--set', 'manifests.1.spec.replicas=300000'], {});
  expect(out).toMatch(/^Missing for .*: more than 16,381 nodes of general \(no cluster here has more\)\.$/m);
}, 120_000);

test('says where the search for missing nodes ended', async () => {
  // Each pod of a StatefulSet is of a kind of its own.
  const set = EITHER.replace('kind: Deployment', 'kind: StatefulSet').replace('replicas: 11', 'replicas: 50000');
  const { out } = await wavetank(['fit', '-'], { stdin: set });
  expect(out).toMatch(/^Missing for .*: more than \d[\d,]+ nodes of small, .*\(counting on would take long\)\.$/ms);
}, 120_000);

test('shows extended resources, and which workload lacks nodes of which pool', async () => {
  const text = EITHER.replace(
    'memory: 8Gi, zones: [a] }',
    'memory: 8Gi, zones: [a], resources: { example.com/gpu: 2 } }',
  )
    .replace('requests: { cpu: 1 }', 'requests: { cpu: 1, example.com/gpu: 1 }, limits: { example.com/gpu: 1 }')
    .replace('serviceAccountName: nobody,', 'nodeSelector: { node.kubernetes.io/unheard-of: of },');
  const { out } = await wavetank(['fit', '-'], { stdin: text });
  expect(out).toMatch(/^pool .* example\.com\/gpu$/m);
  expect(out).toMatch(/^small .*GiB \(0%\) *$/m);
  expect(out).toMatch(/^large .* 2 of 2 \(100%\)$/m);
  expect(out).toContain('Missing for deployment/web: 5 nodes of large; 2 pods would have no node all the same.\n');
});
