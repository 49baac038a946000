import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadEngine } from '../../src/cli/load-engine.js';
import { starterScenario } from '../../src/cli/starter.js';
import { type Outcome, wavetank } from './test-io.js';

/** What people read after a run: the command, played through. */

const folder = mkdtempSync(join(tmpdir(), 'wavetank-answers-'));
const cwd = process.cwd();
const TOUR = new URL('../../scenarios/tour/', import.meta.url).pathname;
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true });
});

async function play(...argv: string[]): Promise<Outcome> {
  return wavetank(argv, { engine: await loadEngine() });
}

/** Lines of an answer without their breaks. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ');
}

const STARTER = starterScenario('web');

const CROWDED = `scenario: crowded
duration: 3m
cluster: { nodes: [{ pool: small, count: 1, cpu: 4, memory: 8Gi, images: all }] }
manifests:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: big }
    spec:
      replicas: 3
      selector: { matchLabels: { app: big } }
      template:
        metadata: { labels: { app: big } }
        spec: { containers: [{ name: big, image: "example.com/big:v1", resources: { requests: { cpu: 1500m } } }] }
expect:
  - duration(rollout deployment/big) < 1m
`;

describe('a pod that finds no node', () => {
  let outcome: Outcome;
  beforeAll(async () => {
    writeFileSync('crowded.yaml', CROWDED);
    outcome = await play('run', 'crowded.yaml');
  }, 120_000);

  test('is told with its workload, since when, and the last word of the scheduler', () => {
    expect(flat(outcome.out)).toContain(
      '1 pod of deployment/big was still without a node at the end of the run, Pending since 0s: ' +
        '0/1 nodes are available: 1 Insufficient cpu.',
    );
    expect(outcome.out).toMatch(/pods of deployment\/big without a node at the end +1, up to 3m/);
  });

  test('one that found its node late is told, too', async () => {
    const { out } = await play('run', join(TOUR, 'S05-unschedulable.yaml'));
    expect(flat(out)).toContain(
      '1 pod of deployment/greedy waited up to 2m 1s for a node, Pending since 0s: 0/3 nodes',
    );
    expect(out).not.toContain('still without a node');
  });

  test('leaves a rollout unfinished, which is what the expectation has seen', () => {
    expect(outcome.code).toBe(1);
    expect(outcome.out).toContain('The expectation did not hold.');
    expect(outcome.out).toContain('seen unfinished within the run');
  });

  test('costs nothing that is known when no price is given', () => {
    expect(outcome.out).toMatch(/cost +no price given/);
    expect(outcome.out).not.toContain('$0');
  });

  test('is one of the Deployments that were created', () => {
    expect(outcome.out).toMatch(/creation of 1 Deployment +1 not within the run/);
  });
});

test('pods that never become ready are told', async () => {
  const broken = STARTER.replace('    image: 80MiB', '    fails: never-ready\n    image: 80MiB');
  writeFileSync('broken.yaml', broken);
  const { out } = await play('run', 'broken.yaml', '--out', 'broken');
  expect(flat(out)).toContain('4 pods of deployment/web were not ready at the end of the run, since 0s');
});

describe('an autoscaler', () => {
  test('tells its steps and marks them in the charts and the timeline', async () => {
    const { out } = await play('run', join(TOUR, 'S34-autoscaler.yaml'), '--until', '7m', '--out', 'hpa');
    expect(flat(out)).toContain('HPA web: 3 -> 2 at 5m 31s, 2 -> 4 at 6m 16s, 4 -> 7 at 6m 31s.');
    const page = readFileSync('hpa/report.html', 'utf8');
    expect(page).toContain('Triangles mark steps of autoscalers');
    expect(page).toContain('<code>HPA web: 4 -&gt; 7</code>');
    expect(readFileSync('hpa/charts/latency.vl.json', 'utf8')).toContain('"shape": "triangle-up"');
  });
});

describe('words', () => {
  beforeAll(() => {
    const lossy = STARTER.replace('warmup: 30s', 'warmup: 0s')
      .replace(
        '  - 1m30s: kubectl set',
        '  - 1m: fail node general-2\n  - 1m20s: recover node general-2\n  - 1m45s: kubectl set',
      )
      .replace('p99(visitors) < 250ms', 'p99(visitors) < 3s always');
    writeFileSync('lossy.yaml', lossy);
  });

  test('say when a node that was switched on is Ready, that percentiles leave out the lost, and nothing of no warm-up', async () => {
    const { out } = await play('run', 'lossy.yaml', '--out', 'lossy');
    expect(flat(out)).toMatch(/the node was Ready again at 2m \d+s/);
    expect(flat(out)).toMatch(
      /These times are of answered requests only: [\d.]+% of those of visitors got no answer\./,
    );
    expect(out).not.toContain('warm-up');
    expect(readFileSync('lossy/report.html', 'utf8')).toMatch(/switched on; Ready after \d+/);
  });
});
