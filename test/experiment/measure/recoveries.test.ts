import { expect, test } from 'vitest';
import { rows } from '../../../src/results/columns.js';
import { run } from '../../../src/experiment/run.js';
import { load } from '../play.js';

/** Three nodes and one bare pod; what happens to n-3. */
function recoveryOfNode(timeline: readonly Readonly<Record<string, string>>[], manifests: readonly object[] = []) {
  const scenario = {
    scenario: 'recovery',
    duration: '10m',
    cluster: { nodes: [{ pool: 'n', count: 3, cpu: 4, memory: '8Gi' }] },
    manifests: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'bare' },
        spec: { nodeName: 'n-3', containers: [{ name: 'c', image: 'app:1' }] },
      },
      ...manifests,
    ],
    timeline,
  };
  const text = new TextEncoder().encode(JSON.stringify(scenario));
  const { tables } = run(load('recovery.json', {}, { readFile: () => text, glob: () => [] }));
  const shape = { detected_s: 'number', restored_s: 'number', returned_s: 'number' } as const;
  const [row] = rows(tables, 'recoveries', shape);
  return row!;
}

test('where no workload with replicas misses anything, a failure is over with its node Ready again', () => {
  const { detected_s, restored_s, returned_s } = recoveryOfNode([{ '1m': 'fail node n-3 for 1m' }]);
  expect(restored_s).toBeGreaterThan(detected_s!);
  expect(restored_s).toBe(returned_s);
});

test('or with its node deleted', () => {
  const { detected_s, restored_s, returned_s } = recoveryOfNode([
    { '1m': 'fail node n-3' },
    { '5m': 'kubectl delete node n-3' },
  ]);
  expect(detected_s).toBeLessThan(120);
  expect(restored_s).toBeGreaterThanOrEqual(300);
  expect(restored_s).toBeLessThan(301);
  expect(returned_s).toBeNull();
});

test('a node that stays away is not recovered from', () => {
  expect(recoveryOfNode([{ '1m': 'fail node n-3' }]).restored_s).toBeNull();
});

test('a workload that never had all its replicas is not waited for', () => {
  const deployment = (name: string, replicas: number, cpu: string): object => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu } } }] },
      },
    },
  });
  const fault = [{ '1m': 'fail node n-3 for 1m' }];
  const { restored_s } = recoveryOfNode(fault, [deployment('web', 3, '2500m')]);
  expect(restored_s).toBeGreaterThan(120);
  expect(recoveryOfNode(fault, [deployment('web', 3, '2500m'), deployment('huge', 1, '64')]).restored_s).not.toBeNull();
  expect(recoveryOfNode(fault, [deployment('web', 4, '2500m')]).restored_s).not.toBeNull();
});
