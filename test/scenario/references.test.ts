import { describe, expect, test } from 'vitest';
import { errorsOf, load } from './memory-files.js';

const scenario = (select: string, command: string): string => `
scenario: pods
duration: 1m
cluster: { nodes: [ { pool: n, count: 1, cpu: 4, memory: 8Gi } ] }
workloads: { mine: { select: "${select}" } }
timeline: [ { 5s: "${command}" } ]
`;

describe('workloads find the pods that commands make', () => {
  test.each([
    ['run=hello', 'kubectl run hello --image=x'],
    ['app=web', 'kubectl create deployment web --image=x'],
    ['job-name=report', 'kubectl create job report --image=x'],
    ['batch.kubernetes.io/job-name=report', 'kubectl create job report --image=x'],
  ])('%s: %s', (select, command) => {
    expect(errorsOf(load(scenario(select, command)))).toEqual([]);
  });

  test('and no others', () => {
    const [error] = load(scenario('job-name=report', 'kubectl create job reports --image=x')).diagnostics;
    expect(JSON.stringify(error)).toContain('matches no pod');
  });
});
