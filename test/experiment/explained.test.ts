import { describe, expect, test } from 'vitest';
import { run } from '../../src/experiment/run.js';
import { podAttempts } from '../../src/results/attempts.js';
import { column } from '../../src/results/columns.js';
import { untriedPods } from '../../src/results/untried-pods.js';
import { load } from './play.js';

const scenario = load('test/experiment/unschedulable.yaml');
const plain = run(scenario);
const explained = run(scenario, { explain: [] });
const pods = podAttempts(explained.tables)!;

describe('a run that is asked why its pods go where they go', () => {
  test('is the same run: digest and tables', () => {
    expect(explained.digest).toBe(plain.digest);
    expect(podAttempts(plain.tables)).toBeUndefined();
    for (const [name, table] of plain.tables) expect(explained.tables.get(name)).toEqual(table);
    expect([...explained.tables.keys()].filter((name) => !plain.tables.has(name))).toEqual([
      'scheduling_attempts',
      'scheduling_judgements',
      'scheduling_untried',
    ]);
  });

  test('knows every pod, and the node where it went as the best of its candidates', () => {
    const nodes = column(plain.tables, 'pods', 'node');
    const names = column(plain.tables, 'pods', 'name');
    expect(pods.map(({ pod }) => pod).toSorted()).toEqual([...names].map(String).toSorted());
    let choices = 0;
    for (const { pod, attempts } of pods) {
      const last = attempts.at(-1)!;
      expect(last.node).toBe(nodes[names.indexOf(pod)]);
      for (const { feasible, candidates, node, tied } of attempts) {
        expect(candidates).toHaveLength(feasible > 1 ? Math.min(feasible, 5) : 0);
        if (feasible < 2) continue;
        choices += 1;
        expect(candidates[0]!.node).toBe(node);
        const totals = candidates.map(({ total }) => total);
        expect(totals).toEqual(totals.toSorted((left, right) => right - left));
        expect(totals.filter((total) => total === totals[0])).toHaveLength(Math.min(tied, 5));
      }
    }
    expect(choices).toBeGreaterThan(3);
  });

  test('counts the nodes by plugin and reason as the message does', () => {
    const failed = pods.flatMap(({ attempts }) => attempts).filter(({ outcome }) => outcome === 'unschedulable');
    expect(failed.length).toBeGreaterThan(1);
    for (const { filtered, nodes, evaluated, message, waits } of failed) {
      expect(filtered.map((one) => one.nodes).reduce((sum, one) => sum + one, 0)).toBe(nodes);
      expect(evaluated).toBe(nodes);
      for (const one of filtered) expect(message).toContain(`${one.nodes} ${one.reason}`);
      expect(waits).toBe('unschedulable');
    }
    expect(failed[0]!.filtered).toEqual([
      { plugin: 'NodeResourcesFit', reason: 'Insufficient cpu', nodes: 2, names: ['general-1', 'general-2'] },
      { plugin: 'TaintToleration', reason: 'node(s) had untolerated taint(s)', nodes: 1, names: ['special-1'] },
    ]);
  });

  test('can be asked of one pod, or of what controls pods', () => {
    const one = pods[0]!.pod;
    const askedFor = (subject: string): readonly string[] =>
      podAttempts(run(scenario, { explain: [subject] }).tables)!.map(({ pod }) => pod);
    expect(askedFor(`pod/${one}`)).toEqual([one]);
    expect(askedFor('default/deployment/web')).toEqual(
      pods.map(({ pod }) => pod).filter((pod) => pod.startsWith('web-')),
    );
    expect(askedFor('other/deployment/web')).toEqual([]);
  });
});

describe('a pod that evicts others', () => {
  const deployment = (name: string, replicas: number, priorityClassName?: string): object => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          ...(priorityClassName === undefined ? {} : { priorityClassName }),
          containers: [{ name: 'c', image: 'example.com/app:v1', resources: { requests: { cpu: '1' } } }],
        },
      },
    },
  });
  const urgent = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'urgent' },
    value: 1000,
  };
  const attemptsOfUrgent = (nodes: number, ...others: readonly object[]) => {
    const text = JSON.stringify({
      scenario: 'preemption',
      duration: '2m',
      cluster: { nodes: [{ pool: 'general', count: nodes, cpu: 2, memory: '4Gi' }] },
      manifests: [urgent, ...others, deployment('high', 0, 'urgent')],
      timeline: [{ '30s': 'kubectl scale deployment/high --replicas=1' }],
    });
    const access = { readFile: () => new TextEncoder().encode(text), glob: () => [] };
    const { tables } = run(load('preemption.json', {}, access), { explain: ['deployment/high'] });
    return podAttempts(tables)![0]!.attempts;
  };
  const attempts = attemptsOfUrgent(2, deployment('low', 4));
  const budget = (app: string): object => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: `${app}-stays` },
    spec: { maxUnavailable: 0, selector: { matchLabels: { app } } },
  });

  test('is told by which rule the node was chosen of how many', () => {
    expect(attempts[0]).toMatchObject({ choices: 2, chosenBy: 'first', overdrawn: [] });
    const [beside] = attemptsOfUrgent(2, deployment('low', 2), budget('low'), deployment('free', 2));
    // The pods of each spread over both nodes.
    expect(beside!.victims[0]).toMatch(/^default\/free-/);
    expect(beside).toMatchObject({ choices: 2, overdrawn: [] });
    const [alone] = attemptsOfUrgent(1, deployment('low', 2));
    expect(alone).toMatchObject({ choices: 1, chosenBy: 'only' });
    expect(attempts.at(-1)).toMatchObject({ choices: 0, chosenBy: '', overdrawn: [] });
  });

  test('is told which disruption budgets are overdrawn', () => {
    const [kept] = attemptsOfUrgent(1, deployment('low', 2), budget('low'));
    expect(kept).toMatchObject({ choices: 1, chosenBy: 'only', overdrawn: ['default/low-stays'] });
  });

  test('is told with its victims and the node that is kept for it', () => {
    const [first] = attempts;
    expect(first).toMatchObject({ outcome: 'unschedulable', feasible: 0, waits: 'unschedulable' });
    expect(first!.nominated).toMatch(/^general-[12]$/);
    expect(first!.victims).toHaveLength(1);
    expect(first!.victims[0]).toMatch(/^default\/low-/);
    const last = attempts.at(-1)!;
    expect(last).toMatchObject({ outcome: 'scheduled', node: first!.nominated, nominated: first!.nominated });
    expect(last.filtered).toEqual([]);
    expect(last.candidates).toEqual([]);
  });
});

describe('in a large cluster', () => {
  const container = { name: 'c', image: 'example.com/app:v1', resources: { requests: { cpu: '500m' } } };
  const workload = (kind: string, spec: object): object => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: kind.toLowerCase() },
    spec: {
      selector: { matchLabels: { app: kind } },
      template: { metadata: { labels: { app: kind } }, spec: { containers: [container] } },
      ...spec,
    },
  });
  const text = JSON.stringify({
    scenario: 'large',
    duration: '1m',
    cluster: {
      nodes: [
        { pool: 'general', count: 200, cpu: 2, memory: '4Gi', zones: ['a', 'b'] },
        { pool: 'tainted', count: 100, cpu: 2, memory: '4Gi', zones: ['c'], taints: ['dedicated=x:NoSchedule'] },
      ],
    },
    manifests: [workload('Deployment', { replicas: 40 }), workload('DaemonSet', {})],
  });
  const access = { readFile: () => new TextEncoder().encode(text), glob: () => [] };
  const explain = ['deployment/deployment', 'daemonset/daemonset'];
  const told = podAttempts(run(load('large.json', {}, access), { explain }).tables)!;
  const attemptsOf = (workload: string) =>
    told.filter((pod) => pod.workload === workload).flatMap(({ attempts }) => attempts);

  test('the nodes looked at are those that fit and those that are told to be filtered out', () => {
    const attempts = attemptsOf('deployment/deployment');
    expect(attempts).toHaveLength(40);
    for (const { nodes, evaluated, feasible, filtered } of attempts) {
      // 48 % of 300 nodes are enough.
      expect({ nodes, feasible }).toEqual({ nodes: 300, feasible: 144 });
      expect(filtered.reduce((sum, one) => sum + one.nodes, feasible)).toBe(evaluated);
    }
    const names = attempts.flatMap(({ filtered }) => filtered.flatMap((one) => one.names));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !name.startsWith('tainted-'))).toEqual([]);
    expect(attempts.some(({ evaluated }) => evaluated > 144)).toBe(true);
  });

  test('a pod for one node is told that it looked at no other', () => {
    const attempts = attemptsOf('daemonset/daemonset');
    expect(attempts).toHaveLength(200);
    for (const { evaluated, feasible, filtered } of attempts) {
      expect({ evaluated, feasible }).toEqual({ evaluated: 1, feasible: 1 });
      expect(filtered).toMatchObject([{ plugin: 'NodeAffinity', nodes: 299 }]);
    }
  });
});

test('a pod whose claim for devices is missing is told of with what keeps it from the queue', () => {
  const text = JSON.stringify({
    scenario: 'held',
    duration: '1m',
    cluster: { nodes: [{ pool: 'general', count: 1, cpu: 2, memory: '4Gi' }] },
    manifests: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'held' },
        spec: {
          resourceClaims: [{ name: 'gpu', resourceClaimName: 'missing' }],
          containers: [{ name: 'c', image: 'example.com/app:v1', resources: { claims: [{ name: 'gpu' }] } }],
        },
      },
    ],
  });
  const access = { readFile: () => new TextEncoder().encode(text), glob: () => [] };
  const { tables } = run(load('held.json', {}, access), { explain: [] });
  const why = 'DynamicResources kept it out of the queue: could not find ResourceClaim "default/missing"';
  expect(untriedPods(tables)).toMatchObject([{ pod: 'held', why }]);
});
