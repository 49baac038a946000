import { expect, test } from 'vitest';
import { run } from '../../../src/experiment/run.js';
import { column } from '../../../src/results/columns.js';
import { unscheduledPods } from '../../../src/results/unscheduled.js';
import { waitingPods } from '../../../src/results/waiting-pods.js';
import { load } from '../play.js';

const pod = (name: string, requests: object, resourceClaims: readonly object[] = []): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { resourceClaims, containers: [{ name: 'c', image: 'example.com/app:v1', resources: { requests } }] },
});

test('what pods wait for is told as their conditions say it, not as Events that were counted up, nor by silence', () => {
  const claims = [{ name: 'gpu', resourceClaimName: 'missing' }];
  const text = JSON.stringify({
    scenario: 'waits',
    duration: '7m',
    cluster: { nodes: [{ pool: 'general', count: 3, cpu: 4, memory: '8Gi' }] },
    manifests: [pod('big', { cpu: 100 }), pod('held', {}, claims)],
    timeline: [{ '6m': 'kubectl cordon general-2' }],
  });
  const access = { readFile: () => new TextEncoder().encode(text), glob: () => [] };
  const { tables } = run(load('waits.json', {}, access));
  const before = '0/3 nodes are available: 3 Insufficient cpu.';
  const now = '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.';
  const starts = (message: string): unknown => expect.stringContaining(message);
  const [big, held] = waitingPods(tables, 420);
  expect(big!.words.map(({ message }) => message)).toEqual([starts(before), starts(now)]);
  expect(column(tables, 'events', 'message').at(-1)).toContain(before);
  expect(held!.words).toEqual([]);
  expect(unscheduledPods(tables, 420).map(({ workload, message }) => [workload, message])).toEqual([
    ['pod/big', starts(now)],
    ['pod/held', 'DynamicResources kept it out of the queue: could not find ResourceClaim "default/missing"'],
  ]);
});
