import { expect, test } from 'vitest';
import { evaluateExpectations } from '../../src/experiment/expect/evaluate.js';
import { identityOf } from '../../src/experiment/identity.js';
import { run } from '../../src/experiment/run.js';
import { summarize } from '../../src/results/summary.js';
import { memoryFiles } from '../scenario/memory-files.js';
import { load } from './play.js';

test("a cluster has the system's PriorityClasses from the start, also one whose manifests are a dump, and keeps them", () => {
  const text = `scenario: classes
duration: 1m
cluster: { nodes: [ { pool: a, count: 1, cpu: 2, memory: 4Gi } ] }
manifests:
  - { apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: system-cluster-critical }, value: 2000000000 }
timeline:
  - 10s: kubectl delete priorityclass system-node-critical
expect:
  - priorityclass/system-node-critical:value = 2000001000
  - priorityclass/system-cluster-critical:preemptionPolicy = PreemptLowerPriority
`;
  const scenario = load('classes.yaml', {}, memoryFiles({ 'classes.yaml': text }));
  const played = run(scenario);
  const summary = summarize(played.tables, identityOf(scenario, played, '', []));
  const outcomes = evaluateExpectations(played.assembly.world, summary, '');
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
  expect(summary.actions.refusedManifests).toEqual([]);
  expect(summary.actions.failedCommands.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('this is a system priority class and cannot be deleted'),
  ]);
});
