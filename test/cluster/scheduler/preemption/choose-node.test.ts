import { expect, test } from 'vitest';
import { type Candidate, chooseNode, decisiveRule } from '../../../../src/cluster/scheduler/preemption/choose-node.js';

const candidate = (node: number, ...harm: readonly number[]): Candidate => ({
  node,
  victims: [],
  violations: harm[0]!,
  passes: 0,
  harm,
  isLocal: true,
});

test.each([
  ['only', [[0, 5, 10, 2, -7]]],
  [
    'first',
    [
      [0, 5, 10, 2, -7],
      [0, 5, 10, 2, -7],
      [1, 0, 0, 0, 0],
    ],
  ],
  [
    'budgets',
    [
      [0, 5, 10, 2, -7],
      [1, 0, 0, 0, 0],
      [2, 0, 0, 0, 0],
    ],
  ],
  [
    'priority',
    [
      [0, 5, 10, 2, -7],
      [0, 6, 0, 0, 0],
      [1, 0, 0, 0, 0],
    ],
  ],
  [
    'priority-sum',
    [
      [0, 5, 10, 2, -7],
      [0, 5, 11, 0, 0],
    ],
  ],
  [
    'victims',
    [
      [0, 5, 10, 2, -7],
      [0, 5, 10, 3, -9],
    ],
  ],
  [
    'start',
    [
      [0, 5, 10, 2, -7],
      [0, 6, 0, 0, 0],
      [0, 5, 10, 2, -6],
    ],
  ],
] as const)('the rule that decides is %s', (rule, harms) => {
  const candidates = harms.map((harm, node) => candidate(node, ...harm));
  const chosen = chooseNode(candidates)!;
  expect(chosen.node).toBe(0);
  expect(decisiveRule(candidates, chosen)).toBe(rule);
});
