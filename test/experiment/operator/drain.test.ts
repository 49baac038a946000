import { describe, expect, it } from 'vitest';
import { ACTION_TABLE } from '../../../src/experiment/tables.js';
import { loadScenario } from '../../../src/experiment/load.js';
import { run } from '../../../src/experiment/run.js';

const SCENARIO = `
scenario: drain
duration: 3m
cluster:
  nodes: [ { pool: n, count: 2, cpu: 4, memory: 8Gi, images: all } ]
manifests:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web }
    spec:
      replicas: 4
      selector: { matchLabels: { app: web } }
      template:
        metadata: { labels: { app: web } }
        spec: { containers: [ { name: web, image: "example.com/web:v1" } ] }
  - apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: { name: web }
    spec: { minAvailable: MINIMUM, selector: { matchLabels: { app: web } } }
workloads: { web: { start: 1s } }
timeline:
  - 30s: kubectl drain n-1 --timeout=30s
`;

/** When the drain ended (s; null if it failed), and what it said. */
function drain(minimum: number): { done: number | null; outcome: string } {
  return play(SCENARIO.replace('MINIMUM', String(minimum)));
}

function play(scenarioText: string): { done: number | null; last: number | null; outcome: string } {
  const text = Buffer.from(scenarioText);
  const { scenario } = loadScenario('drain.yaml', { readFile: () => text, glob: () => [] });
  const { columns } = run(scenario!).assembly.world.kernel.probe.tables.get(ACTION_TABLE.name)!;
  const [done, last] = [columns[1]![0], columns[1]!.at(-1)] as (number | null)[];
  return { done: done!, last: last!, outcome: String(columns[3]![0]) };
}

describe('kubectl drain', () => {
  it('evicts the pods side by side and looks each second whether they have gone', () => {
    const { done, outcome } = drain(0);
    expect(outcome).toBe('ok');
    expect(done! - 30).toBeGreaterThan(1);
    expect(done! - 30).toBeLessThan(4);
  });

  it('asks again after 5 s where the budget says no', () => {
    const { done, outcome } = drain(3);
    expect(outcome).toBe('ok');
    expect(done! - 30).toBeGreaterThan(5);
    expect(done! - 30).toBeLessThan(9);
  });

  it('gives up at the first try after its time', () => {
    const { done, outcome } = drain(4);
    expect(done).toBeNull();
    expect(outcome).toMatch(
      /^error: unable to drain node "n-1" due to error: \[error when evicting pods\/"web-.*" -n "default": global timeout reached: 30s, error when .*\], continuing command\.\.\.$/,
    );
  });

  it('has a client of its own: two take no longer than one', () => {
    const wide = SCENARIO.replace('MINIMUM', '0')
      .replace('replicas: 4', 'replicas: 90')
      .replace('count: 2, cpu: 4', 'count: 3, cpu: 16')
      .replace('drain n-1 --timeout=30s', 'drain n-1');
    const both = wide.replace('kubectl drain n-1', '[kubectl drain n-1, kubectl drain n-2]');
    const alone = play(wide).done! - 30;
    expect(alone).toBeGreaterThan(5); // 30 pods at 5 requests a second
    expect(play(both).last! - 30).toBeLessThan(1.5 * alone);
  });

  it('ends the wait for pods that stay, also where the time is up between a look and its answer', () => {
    // So many pods that the looks queue for the client's tokens.
    const held = SCENARIO.replace('MINIMUM', '0')
      .replace('replicas: 4', 'replicas: 40')
      .replace('count: 2, cpu: 4', 'count: 2, cpu: 16')
      .replace(
        'metadata: { labels: { app: web } }',
        'metadata: { labels: { app: web }, finalizers: [ example.com/hold ] }',
      )
      .replace('--timeout=30s', '--timeout=10s');
    const { done, outcome } = play(held);
    expect(done).toBeNull();
    expect(outcome).toMatch(
      /error when waiting for pod "web-.*" in namespace "default" to terminate: context deadline exceeded/,
    );
  });
});

describe('a drain that the end of the run finds under way', () => {
  it('is told with the budget that holds it up', () => {
    const { done, outcome } = play(SCENARIO.replace('MINIMUM', '4').replace(' --timeout=30s', ''));
    expect(done).toBeNull();
    expect(outcome).toMatch(
      /^unfinished at the end of the run: 2 pods still on node "n-1": evicting pod "web-[-a-z0-9]+": Cannot evict pod as it would violate the pod's disruption budget\. poddisruptionbudget\/web allows 0 disruptions$/,
    );
  });

  it('is told with the pod that takes its time', () => {
    const slow = SCENARIO.replace('MINIMUM', '0')
      .replace('web, image', 'web, lifecycle: { preStop: { sleep: { seconds: 300 } } }, image')
      .replace('spec: { containers', 'spec: { terminationGracePeriodSeconds: 600, containers')
      .replace(' --timeout=30s', '');
    expect(play(slow).outcome).toMatch(
      /^unfinished at the end of the run: \d pods? still on node "n-1": waiting for pod "web-[-a-z0-9]+" to terminate$/,
    );
  });

  it('so is any command', () => {
    const { done, outcome } = play(SCENARIO.replace('MINIMUM', '0').replace('30s: kubectl', '2m59.99s: kubectl'));
    expect(done).toBeNull();
    expect(outcome).toBe('unfinished at the end of the run: no answer yet');
  });
});

describe('kubectl drain -l', () => {
  it('empties the nodes that the selector finds', () => {
    const labelled = SCENARIO.replace('MINIMUM', '4').replace('images: all', 'images: all, labels: { disk: ssd }');
    const { outcome } = play(labelled.replace('drain n-1 --timeout=30s', 'drain -l disk=ssd --timeout=30s'));
    expect(outcome).toContain('unable to drain node "n-1"');
    expect(outcome).toContain('unable to drain node "n-2"');
  });
});
