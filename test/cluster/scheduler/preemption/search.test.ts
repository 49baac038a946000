import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Node } from '../../../../src/cluster/api/objects/node.js';
import type { Pod, PodSpec } from '../../../../src/cluster/api/objects/pod.js';
import type { PodDisruptionBudget } from '../../../../src/cluster/api/objects/policy.js';
import { matchesSelector } from '../../../../src/cluster/api/selectors.js';
import { type ClusterState, createCluster, NO_NODE } from '../../../../src/cluster/scheduler/cluster.js';
import { addNode, nodeOrder } from '../../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod, removePod } from '../../../../src/cluster/scheduler/cluster-pods.js';
import { decide } from '../../../../src/cluster/scheduler/decide.js';
import { explainPod } from '../../../../src/cluster/scheduler/explain.js';
import { codeOf, FEASIBLE } from '../../../../src/cluster/scheduler/plugins/verdict.js';
import { podClassOf } from '../../../../src/cluster/scheduler/pod-class.js';
import { denominate, incomingOf, nominate } from '../../../../src/cluster/scheduler/preemption/nominations.js';
import { refreshSpread } from '../../../../src/cluster/scheduler/spread-counts.js';
import { node, pod } from '../scheduler-world.js';

/** What is in a cluster; where a pod is nominated or placed: the name of the node. */
interface Story {
  readonly cluster: ClusterState;
  readonly nodes: readonly Node[];
  readonly placed: Map<Pod, string>;
  readonly nominated: Map<Pod, string>;
  readonly budgets: readonly PodDisruptionBudget[];
}

const ZONE = 'topology.kubernetes.io/zone';

function begin(nodeCount: number, budgets: readonly number[]): Story {
  const cluster = createCluster();
  const nodes = Array.from({ length: nodeCount }, (_unused, index) => {
    const plain = node(`n${index}`, 4 + (index % 3));
    return { ...plain, metadata: { ...plain.metadata, labels: { ...plain.metadata.labels, [ZONE]: `z${index % 3}` } } };
  });
  for (const one of nodes) addNode(cluster, one);
  const made = budgets.map((allowed, index) => budgetOf(`a${index}`, allowed));
  for (const budget of made) cluster.budgets.set(`default/${budget.metadata.name}`, budget);
  return { cluster, nodes, placed: new Map(), nominated: new Map(), budgets: made };
}

function budgetOf(app: string, disruptionsAllowed: number): PodDisruptionBudget {
  const meta = { resourceVersion: 1, generation: 1, creationTimestamp: 0, namespace: 'default' };
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { ...meta, name: app, uid: app },
    spec: { minAvailable: 1, selector: { matchLabels: { app } } },
    status: { disruptionsAllowed, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  };
}

function somePod(name: string, shape: number, priority: number): Pod {
  const app = `a${shape % 5}`;
  const labelSelector = { matchLabels: { app } };
  const apart = { topologyKey: 'kubernetes.io/hostname', labelSelector };
  const more: Partial<PodSpec> = {
    priority,
    ...(shape % 5 === 3
      ? { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } } }
      : {}),
    ...(shape % 5 === 4
      ? {
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector },
          ],
        }
      : {}),
  };
  const plain = pod(name, 1 + (shape % 3), more);
  const port = { containerPort: 80, hostPort: 8_080 };
  const containers = shape % 11 === 0 ? [{ ...plain.spec.containers[0]!, ports: [port] }] : plain.spec.containers;
  return {
    ...plain,
    metadata: { ...plain.metadata, labels: { app } },
    spec: { ...plain.spec, containers },
    status: { phase: 'Running', startTime: (shape % 7) * 1_000_000 },
  };
}

/** The cluster anew: what is placed, without some, and with some that are only nominated. */
function anew({ cluster, nodes, placed }: Story, gone: ReadonlySet<Pod>, more: readonly [Pod, string][]): ClusterState {
  const fresh = createCluster();
  for (const one of nodes) addNode(fresh, one);
  fresh.order = nodeOrder(cluster).slice();
  for (const [one, nodeName] of placed) if (!gone.has(one)) placePod(fresh, one, nodeName);
  for (const [one, nodeName] of more) placePod(fresh, one, nodeName);
  return fresh;
}

/** The verdict on one node, with the pods that are nominated for it and without them. */
function judge(story: Story, incoming: Pod, index: number, gone: ReadonlySet<Pod>): number {
  const name = story.nodes[index]!.metadata.name;
  const isAhead = (one: Pod): boolean => one !== incoming && one.spec.priority! >= incoming.spec.priority!;
  const ahead = [...story.nominated].filter(([one, nodeName]) => nodeName === name && isAhead(one));
  for (const more of ahead.length === 0 ? [[]] : [ahead, []]) {
    const fresh = anew(story, gone, more);
    const verdict = explainPod(fresh, podClassOf(fresh, incoming)).verdicts.get(fresh.indexByName.get(name)!)!;
    if (verdict !== FEASIBLE) return verdict;
  }
  return FEASIBLE;
}

interface PlainCandidate {
  readonly node: string;
  readonly victims: readonly Pod[];
  readonly violations: number;
}

/** SelectVictimsOnNode, in a cluster made anew for each question. */
function plainVictims(story: Story, incoming: Pod, index: number): PlainCandidate | undefined {
  const name = story.nodes[index]!.metadata.name;
  const lower = [...story.placed].flatMap(([one, nodeName]) =>
    nodeName === name && one.spec.priority! < incoming.spec.priority! ? [one] : [],
  );
  const byImportance = (a: Pod, b: Pod): number =>
    b.spec.priority! - a.spec.priority! || a.status.startTime! - b.status.startTime!;
  lower.sort(byImportance);
  const gone = new Set(lower);
  if (lower.length === 0 || judge(story, incoming, index, gone) !== FEASIBLE) return undefined;
  const left = new Map(story.budgets.map((budget) => [budget, budget.status.disruptionsAllowed]));
  const violates = lower.map((one) => {
    let isViolated = false;
    for (const [budget, allowed] of left) {
      if (!matchesSelector(budget.spec.selector, one.metadata.labels)) continue;
      left.set(budget, allowed - 1);
      if (allowed <= 0) isViolated = true;
    }
    return isViolated;
  });
  const victims: Pod[] = [];
  let violations = 0;
  for (const first of [true, false]) {
    for (const [place, one] of lower.entries()) {
      if (violates[place] !== first) continue;
      gone.delete(one);
      if (judge(story, incoming, index, gone) === FEASIBLE) continue;
      gone.add(one);
      victims.push(one);
      if (first) violations += 1;
    }
  }
  return { node: name, victims: victims.sort(byImportance), violations };
}

/** Rules of pickOneNodeForPreemption, as a table. */
function plainChoice(candidates: readonly PlainCandidate[]): PlainCandidate | undefined {
  const row = ({ victims, violations }: PlainCandidate): number[] => {
    const top = victims[0]!.spec.priority!;
    const starts = victims.filter(({ spec }) => spec.priority === top).map(({ status }) => status.startTime!);
    const sum = victims.reduce((total, { spec }) => total + spec.priority! + 2 ** 31, 0);
    return [violations, top, sum, victims.length, -Math.min(...starts)];
  };
  return candidates.reduce<PlainCandidate | undefined>((best, other) => {
    if (best === undefined) return other;
    const [a, b] = [row(other), row(best)];
    const place = a.findIndex((value, at) => value !== b[at]);
    return place >= 0 && a[place]! < b[place]! ? other : best;
  }, undefined);
}

/** A pod arrives; the decision of the cluster with a history is that of one made anew. */
function arrive(story: Story, incoming: Pod, evicts: boolean): void {
  const { cluster, nodes, placed, nominated } = story;
  const podClass = podClassOf(cluster, incoming);
  const before = numbersOf(cluster);
  const { node: chosen, failure } = decide(cluster, podClass, incomingOf(incoming));
  expect(numbersOf(cluster)).toEqual(before);
  const verdicts = nodes.map((_one, index) => judge(story, incoming, index, new Set()));
  if (chosen !== NO_NODE) {
    expect(verdicts[chosen]).toBe(FEASIBLE);
    placed.set(incoming, cluster.names[chosen]!);
    placePod(cluster, incoming, cluster.names[chosen]!);
    return;
  }
  expect(verdicts).not.toContain(FEASIBLE);
  const order = [...nodeOrder(cluster)].filter((index) => codeOf(verdicts[index]!) === 'Unschedulable');
  const best = plainChoice(order.flatMap((index) => plainVictims(story, incoming, index) ?? []));
  const { candidate } = failure!;
  expect(candidate === undefined ? undefined : cluster.names[candidate.node]).toBe(best?.node);
  if (candidate === undefined || best === undefined) return;
  expect(candidate.victims.map(({ pod: victim }) => victim.metadata.name)).toEqual(
    best.victims.map(({ metadata }) => metadata.name),
  );
  expect(candidate.violations).toBe(best.violations);
  nominated.set(incoming, best.node);
  nominate(cluster, incoming, best.node);
  for (const victim of evicts ? best.victims : []) {
    placed.delete(victim);
    removePod(cluster, victim.metadata.uid);
  }
}

/** All that a trial changes and has to put back. */
function numbersOf(cluster: ClusterState): unknown {
  const { requested, podCounts, usedPorts, claimUsers, podClasses } = cluster;
  const sums = podClasses.map((one) => refreshSpread(cluster, one).hard.map(({ matching }) => [...matching]));
  const ports = [...usedPorts].map(([index, used]) => `${index}: ${used.map(({ port }) => port).join(' ')}`).sort();
  return structuredClone({ requested, podCounts, ports, claimUsers, sums });
}

/** Few shapes, so that pods have twins. */
const step = fc.record({
  shape: fc.constantFrom(0, 1, 3, 4, 6, 8, 9, 13, 14, 18, 19, 22),
  priority: fc.constantFrom(0, 5, 10),
  kind: fc.nat(9),
});

test('victims, their node and the verdicts before are those of a cluster made anew for each question', () => {
  let preemptions = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      fc.array(fc.nat(2), { maxLength: 3 }),
      fc.array(step, { minLength: 12, maxLength: 30 }),
      (nodeCount, budgets, steps) => {
        const story = begin(nodeCount, budgets);
        for (const [index, { shape, priority, kind }] of steps.entries()) {
          const known = [...story.nominated.keys()];
          const back = known[shape % Math.max(1, known.length)];
          if (kind === 0 && back !== undefined) {
            // A nominated pod is tried again: it has the room that others leave it, or finds new victims.
            const nominatedNodeName = story.nominated.get(back)!;
            story.nominated.delete(back);
            denominate(story.cluster, back.metadata.uid);
            const again = { ...back, status: { ...back.status, nominatedNodeName } };
            story.nominated.set(again, nominatedNodeName);
            nominate(story.cluster, again, nominatedNodeName);
            retry(story, again);
          } else arrive(story, somePod(`p${index}`, shape, priority), kind % 2 === 0);
        }
        preemptions += story.nominated.size;
      },
    ),
    { numRuns: 60, seed: 20_261_121, endOnFailure: true },
  );
  expect(preemptions).toBeGreaterThan(100);
});

/** Its nominated node comes first; it counts for nobody while it is tried itself. */
function retry(story: Story, again: Pod): void {
  const { cluster, nodes, nominated } = story;
  const name = nominated.get(again)!;
  const index = nodes.findIndex(({ metadata }) => metadata.name === name);
  const fits = judge(story, again, index, new Set()) === FEASIBLE;
  const { nextStart } = cluster;
  const { node: chosen } = decide(cluster, podClassOf(cluster, again), incomingOf(again));
  if (!fits) return;
  expect(cluster.names[chosen]).toBe(name);
  expect(cluster.nextStart).toBe(nextStart);
  nominated.delete(again);
  denominate(cluster, again.metadata.uid);
  story.placed.set(again, name);
  placePod(cluster, again, name);
}
