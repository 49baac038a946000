import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rows } from '../../../src/results/columns.js';
import { playFile } from '../play.js';

const folder = mkdtempSync(join(tmpdir(), 'wavetank-failed-rollout-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIO = `
scenario: stuck
duration: 4m
cluster: { nodes: [ { pool: general, count: 1, cpu: 2, memory: 4Gi, images: all } ] }
manifests:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web }
    spec:
      progressDeadlineSeconds: 60
      selector: { matchLabels: { app: web } }
      template:
        metadata: { labels: { app: web } }
        spec: { containers: [ { name: c, image: "c:1", readinessProbe: { tcpSocket: { port: 80 } } } ] }
workloads:
  bad: { select: app=web, whenImage: "c:bad", fails: never-ready }
  web: { start: 1s }
timeline:
  - 1m: kubectl set image deployment/web c=c:bad
expect:
  - duration(rollout deployment/web) < 2m
`;

test('a rollout that exceeds its deadline never meets an expectation of its duration', () => {
  const path = join(folder, 'scenario.yaml');
  writeFileSync(path, SCENARIO);
  const { outcomes } = playFile(path);
  expect(outcomes).toMatchObject([{ verdict: 'fail', seen: expect.stringMatching(/^failed after 1m \d+s$/) }]);
});

test('its failure is not that of the rollout which undoes it', () => {
  const path = join(folder, 'undone.yaml');
  writeFileSync(path, SCENARIO.replace('expect:', '  - 3m: kubectl rollout undo deployment/web\nexpect:'));
  const { tables } = playFile(path).played;
  const shape = { revision: 'number', outcome: 'text' } as const;
  expect(rows(tables, 'rollouts', shape)).toEqual([
    { revision: 1, outcome: 'complete' },
    { revision: 2, outcome: 'failed' },
    { revision: 3, outcome: 'complete' },
  ]);
});
