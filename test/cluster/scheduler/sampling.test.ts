import { expect, test } from 'vitest';
import { feasibleNodesToFind } from '../../../src/cluster/scheduler/sampling.js';
import { testVectors } from '../../conformance/test-vectors.js';

testVectors('scheduling.sampling');

test.each([
  [99, 99],
  [100, 100],
  [200, 100],
  [300, 144],
  [500, 230],
  [1_000, 420],
  [2_000, 680],
  [3_000, 780],
  [4_000, 720],
  [5_000, 500],
  [6_000, 300],
  [15_000, 750],
])('of %i nodes %i feasible ones are enough', (nodes, enough) => expect(feasibleNodesToFind(nodes, 0)).toBe(enough));

test.each([
  [99, 1, 99],
  [1_000, 30, 300],
  [5_000, 1, 100],
  [5_000, 100, 5_000],
])('of %i nodes, at %i %%, %i are enough', (nodes, percentage, enough) =>
  expect(feasibleNodesToFind(nodes, percentage)).toBe(enough),
);
