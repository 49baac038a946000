import { expect, test } from 'vitest';
import { ACTION_TABLE } from '../../src/experiment/tables.js';
import type { Cell } from '../../src/kernel/probe.js';
import { answerOf } from '../../src/results/answer.js';
import { summarize } from '../../src/results/summary.js';
import { IDENTITY, tableOf } from './fixture.js';

function tell(actions: readonly (readonly Cell[])[]): string {
  return answerOf(summarize(new Map([['actions', tableOf(ACTION_TABLE, actions)]]), IDENTITY), []).sentences.join(' ');
}

const drain = [
  60,
  null,
  'kubectl drain general-2',
  'error: unable to drain node "general-2" due to error: cannot delete DaemonSet-managed Pods, continuing command...',
];
const scale = [120, 120.1, 'kubectl scale deployment/web --replicas=3', 'ok'];
const refused = (name: string): Cell[] => [
  0.1,
  null,
  `create pod/${name} (manifest)`,
  `pods "${name}" is forbidden: no.`,
];

test('failed commands are told with when and why', () => {
  expect(tell([drain, scale])).toContain(
    '1 of 2 commands failed: at 1m kubectl drain general-2: unable to drain node "general-2" due to error: cannot delete DaemonSet-managed Pods.',
  );
});

test('refused manifests are no commands', () => {
  const told = tell([refused('a'), refused('b'), drain, scale]);
  expect(told).toContain('1 of 2 commands failed');
  expect(told).toContain('2 objects were refused: pod/a: pods "a" is forbidden: no; pod/b: pods "b" is forbidden: no.');
});

test('a run of which manifests were refused does not look like a whole one', () => {
  const headline = (refusals: readonly Cell[][]): string =>
    answerOf(summarize(new Map([['actions', tableOf(ACTION_TABLE, refusals)]]), IDENTITY), []).headline;
  expect(headline([refused('a')])).toBe('20m played; 1 object of the manifests was refused.');
  expect(headline([refused('a'), refused('b')])).toBe('20m played; 2 objects of the manifests were refused.');
});

test('what is long is cut, what worked is not told', () => {
  expect(tell([scale])).not.toContain('command');
  expect(tell(['a', 'b', 'c', 'd', 'e'].map(refused))).toContain('5 objects were refused: pod/a:');
  expect(tell(['a', 'b', 'c', 'd', 'e'].map(refused))).toContain('; and 2 more.');
  expect(tell([[60, null, 'kubectl delete all', `error: ${'x'.repeat(1000)}`]])).toContain(`: ${'x'.repeat(240)}...`);
});

test('commands that the end finds under way have not failed', () => {
  const waits = [
    90,
    null,
    'kubectl drain general-1',
    'unfinished at the end of the run: 1 pod still on node "general-1"',
  ];
  expect(tell([waits, scale])).toContain(
    '1 of 2 commands was still under way at the end of the run: at 1m 30s kubectl drain general-1: 1 pod still on node "general-1".',
  );
  expect(tell([waits, scale])).not.toContain('failed');
});
