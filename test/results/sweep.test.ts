import { describe, expect, test } from 'vitest';
import { sweepAnswer, sweepTables } from '../../src/results/sweep-answer.js';
import { estimate, estimateOf, isDistinct, pairedDifference } from '../../src/results/sweep-statistics.js';
import { sweepTable } from '../../src/results/sweep-table.js';
import { settingsOf, type SweepRun } from '../../src/results/sweep.js';
import { decodeArrow, encodeArrow } from '../../src/results/tables.js';
import { SWEEP_IDENTITY, fixtureRuns } from './sweep-fixture.js';

const runs = fixtureRuns();

describe("half an interval is Student's t times the standard error", () => {
  // R: qt(0.975, c(1, 4, 9, 20, 21, 30, 100))
  test.each([
    [1, 12.7062047],
    [4, 2.7764451],
    [9, 2.2621572],
    [20, 2.0859634],
    [21, 2.0796138],
    [30, 2.0422725],
    [100, 1.9839715],
  ])('of %d degrees of freedom', (degrees, value) => {
    // A one among zeros: variance 1/n.
    const count = degrees + 1;
    const { halfWidth } = estimate(Array.from({ length: count }, (_, index) => (index === 0 ? 1 : 0)))!;
    expect(halfWidth! * count).toBeCloseTo(value, 4);
  });
});

describe('estimate', () => {
  test('mean and 95% interval', () => {
    const { mean, halfWidth } = estimate([1, 2, 3, 4, 5])!;
    expect(mean).toBe(3);
    expect(halfWidth).toBeCloseTo((2.776445105 * Math.sqrt(2.5)) / Math.sqrt(5), 9);
  });

  test('one value has no interval, none no estimate', () => {
    expect(estimate([7])).toMatchObject({ mean: 7, halfWidth: null });
    expect(estimate([])).toBeUndefined();
  });

  test('the interval of a figure does not reach below 0', () => {
    const [setting] = settingsOf([1, 9].map((lost) => ({ ...runs[0]!, figures: { lost } })));
    expect(estimate([1, 9])!.low).toBeLessThan(0);
    expect(estimateOf(setting!, 'lost')).toMatchObject({ mean: 5, low: 0, high: estimate([1, 9])!.high });
  });

  test('pairs by seed see a difference that the means hide', () => {
    const run = (surge: string, seed: string, lost: number): SweepRun => ({
      ...runs[0]!,
      parameters: { surge },
      seed,
      figures: { lost },
    });
    const [left, right] = settingsOf([
      ...[10, 50, 90].map((lost, index) => run('0', String(index), lost)),
      ...[12, 52.5, 92].map((lost, index) => run('1', String(index), lost)),
    ]);
    const difference = pairedDifference(left!, right!, 'lost')!;
    expect(difference.mean).toBeCloseTo(2.1667, 4);
    expect(isDistinct(difference)).toBe(true);
  });
});

describe('sweepTable', () => {
  test('one row a run in the order of the plan, and back from Arrow', () => {
    const table = sweepTable(runs);
    const names = table.definition.columns.map((column) => column.name);
    expect(names.slice(0, 5)).toEqual(['run', 'parameter.surge', 'parameter.replicas', 'seed', 'verdict']);
    expect(table.definition.columns.find(({ name }) => name === 'parameter.replicas')!.type).toBe('number');
    expect(table.definition.columns.find(({ name }) => name === 'parameter.surge')!.type).toBe('text');
    expect(table.rows).toBe(30);
    expect(decodeArrow(encodeArrow(table, SWEEP_IDENTITY))).toEqual(table);
  });

  test('a figure that a run lacks is null', () => {
    const failed: SweepRun = { ...runs[0]!, digest: '', figures: {}, failure: 'queue limit' };
    const table = sweepTable([runs[0]!, failed]);
    const lost = table.definition.columns.findIndex(({ name }) => name === 'lost');
    expect(table.columns[lost]).toEqual([38, null]);
  });
});

describe('sweepAnswer', () => {
  test('names the best and the worst setting with their spread', () => {
    const { headline, sentences } = sweepAnswer(runs);
    expect(headline).toBe(
      'Expectations failed in 2 of 6 settings (surge=0, replicas=2; surge=0, replicas=3); lost requests vary most: ' +
        'from 3 ± 1.96 (surge=100%, replicas=3) to 36 ± 1.96 (surge=0, replicas=2).',
    );
    expect(sentences[0]).toBe(
      '30 runs: 6 settings with 5 seeds each. The expectations of the scenario held in 20 of 30.',
    );
    expect(sentences[1]).toBe(
      'lost(shoppers) <= 30 failed in 10 of 30 runs: surge=0, replicas=2 (5 of 5); surge=0, replicas=3 (5 of 5).',
    );
    expect(sentences[2]).toContain('and surge=0, replicas=2 worst (36 ± 1.96)');
    expect(sentences.length).toBeLessThanOrEqual(5);
  });

  test('says when the seeds explain as much as the settings', () => {
    const noisy = runs.map((run, index) => ({
      ...run,
      figures: { lost: [1, 9, 4, 7, 2][(index + Math.floor(index / 5)) % 5]! },
    }));
    expect(sweepAnswer(noisy).headline).toContain('the settings differ no more than the seeds do');
  });

  test('leads with what varied most, whatever it is', () => {
    const slow = runs.map((run) => {
      const figures = {
        'source.shoppers.p99_s': 0.1,
        'recovery.node a.1.recovery_s': Number(run.parameters['replicas']),
      };
      return { ...run, verdict: 'pass' as const, failed: [], figures };
    });
    expect(sweepAnswer(slow).headline).toMatch(
      /^Recovery from node a varies most: from 2 s \(surge=0, replicas=2\) to 3 s \(/,
    );
    const single = slow.filter(({ seed }) => seed === '42');
    expect(sweepAnswer(single).headline).toMatch(/^Recovery from node a varies most/);
  });

  test('says what ± means where there is one', () => {
    expect(sweepTables(runs)[0]!.title).toContain('± is half of the 95% confidence interval');
    expect(sweepTables(runs.filter(({ seed }) => seed === '42'))[0]!.title).not.toContain('±');
  });

  test('counts runs that did not end', () => {
    const broken = runs.map((run, index) => (index === 3 ? { ...run, figures: {}, failure: 'queue limit' } : run));
    expect(sweepAnswer(broken).sentences[2]).toBe('1 run did not end and counts nowhere.');
  });

  test('tables are rectangular', () => {
    for (const table of sweepTables(runs)) {
      expect(table.rows).toHaveLength(6);
      for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    }
  });
});

describe('pods that no node had room for', () => {
  const run = (nodes: string, left: number, pods: number): SweepRun => ({
    ...runs[0]!,
    parameters: { nodes },
    verdict: 'pass',
    failed: [],
    figures: { 'startup.ready.p99_s': 2, pods, pods_without_node: left },
  });
  const two = [run('1', 4, 8), run('2', 0, 8)];

  test('are told with their settings, and stand in the table', () => {
    const { headline, sentences } = sweepAnswer(two);
    expect(headline).toContain('Pods left without a node vary most');
    expect(sentences).toContain('Pods were left without a node at the end of the run: 4 of 8 with nodes=1.');
    expect(sentences.filter((sentence) => sentence.includes('without a node'))).toHaveLength(1);
    expect(sweepTables(two)[0]!.columns.map(({ name }) => name)).toContain('pods left without a node');
  });

  test('are told too where every setting leaves as many', () => {
    const { sentences } = sweepAnswer([run('1', 4, 8), run('2', 4, 8)]);
    expect(sentences.join(' ')).toContain('4 of 8 with nodes=1; 4 of 8 with nodes=2.');
  });

  test('are no matter where all found room', () => {
    expect(sweepAnswer([run('1', 0, 8), run('2', 0, 9)]).sentences.join(' ')).not.toContain('without a node');
  });
});
