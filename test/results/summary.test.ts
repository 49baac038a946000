import { describe, expect, test } from 'vitest';
import { answerOf } from '../../src/results/answer.js';
import { quantileOfCells, quantileOf } from '../../src/results/histogram.js';
import { summaryFigures } from '../../src/results/summary-figures.js';
import { summaryTables } from '../../src/results/summary-table.js';
import { summarize, trafficBetween } from '../../src/results/summary.js';
import { RECOVERY_TABLE, ROLLOUT_TABLE } from '../../src/experiment/tables.js';
import { LATENCY_TABLE, LOSS_TABLE, TRAFFIC_TABLE } from '../../src/traffic/tables.js';
import { EXPECTATIONS, IDENTITY, fixtureTables, tableOf } from './fixture.js';

/** Two intervals of 10 s, the first inside the warm-up. */
function small(): ReturnType<typeof fixtureTables> {
  return new Map([
    [
      'traffic',
      tableOf(TRAFFIC_TABLE, [
        [0, 10, 'source', 'shoppers', 1000, 500, 9, 9, 9, 9, 9],
        [10, 20, 'source', 'shoppers', 100, 20, 5, 0.2, 0.2, 0.2, 0.2],
        [20, 30, 'source', 'shoppers', 300, 0, 1, 0.1, 0.1, 0.1, 0.1],
        [10, 20, 'service', 'web', 100, 0, 0, 0.05, 0.05, 0.05, 0.05],
      ]),
    ],
    [
      'latency',
      tableOf(LATENCY_TABLE, [
        ['source', 'shoppers', 0, 8, 10, 500],
        ['source', 'shoppers', 10, 0.1, 0.2, 80],
        ['source', 'shoppers', 20, 0.1, 0.2, 20],
        ['source', 'shoppers', 20, 0.2, 0.4, 100],
      ]),
    ],
    [
      'losses',
      tableOf(LOSS_TABLE, [
        [0, 'source', 'shoppers', 'timeout', 500],
        [10, 'source', 'shoppers', 'refused', 5],
        [10, 'source', 'shoppers', 'timeout', 15],
      ]),
    ],
  ]);
}

const IDENTITY_30S = { ...IDENTITY, durationSeconds: 30, warmupSeconds: 10 };

describe('summarize', () => {
  test('counts what ended after the warm-up', () => {
    const summary = summarize(small(), IDENTITY_30S);
    expect(summary.traffic).toEqual({ requests: 400, lost: 20, availability: 0.95 });
    expect(summary.sources[0]).toMatchObject({
      name: 'shoppers',
      requests: 400,
      lost: 20,
      retries: 6,
      ratePerSecond: 20,
      losses: [
        { reason: 'timeout', count: 15 },
        { reason: 'refused', count: 5 },
      ],
    });
    expect(summary.sources[0]!.meanSeconds).toBeCloseTo((80 * 0.2 + 300 * 0.1) / 380, 12);
  });

  test('percentiles are those of the merged histogram', () => {
    const source = summarize(small(), IDENTITY_30S).sources[0]!;
    expect(source.p50Seconds).toBeCloseTo(0.2, 12);
    expect(source.p90Seconds).toBeCloseTo(0.36, 12);
  });

  test('a window sees only its intervals', () => {
    const { sources } = trafficBetween(small(), 20, 30);
    expect(sources[0]).toMatchObject({ requests: 300, lost: 0, availability: 1, losses: [] });
  });

  test('a run without traffic has figures of pods only', () => {
    const summary = summarize(new Map(), IDENTITY);
    expect(summary.traffic.availability).toBeNull();
    expect(summaryFigures(summary)).toEqual({
      requests: 0,
      lost: 0,
      pods: 0,
      pods_without_node: 0,
      restarts: 0,
      warnings: 0,
      cost_usd: 0,
    });
  });

  test('the main scenario: rollout, recovery, start-up, cost', () => {
    const summary = summarize(fixtureTables(), IDENTITY);
    expect(summary.rollouts).toMatchObject([{ workload: 'deployment/frontend', revision: 2, durationSeconds: 72 }]);
    expect(summary.recoveries).toMatchObject([
      { subject: 'node general-2', detectionSeconds: 40, recoverySeconds: 358, returnSeconds: 304 },
    ]);
    expect(summary.startup.ready.p50Seconds).toBeGreaterThan(5);
    expect(summary.costUsd).toBeCloseTo(0.2533, 4);
    expect(summary.services).toHaveLength(12);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });

  test('figures are flat, finite and in one order', () => {
    const figures = summaryFigures(summarize(fixtureTables(1), IDENTITY));
    const others = summaryFigures(summarize(fixtureTables(2), IDENTITY));
    expect(Object.keys(figures)).toEqual(Object.keys(others));
    expect(Object.values(figures).every(Number.isFinite)).toBe(true);
    expect(figures['rollout.deployment/frontend.2.duration_s']).toBe(72);
    expect(figures['recovery.node general-2.1.recovery_s']).toBe(358);
    expect(figures['source.shoppers.p99_s']).toBeGreaterThan(figures['source.shoppers.p50_s']!);
  });
});

describe('answerOf', () => {
  test('tells how much was lost before the failure was noticed, and when the node was back', () => {
    const summary = summarize(fixtureTables(), IDENTITY);
    const { lost, lostUnnoticed } = summary.recoveries[0]!;
    expect(lostUnnoticed).toBeGreaterThan(0);
    expect(lostUnnoticed).toBeLessThanOrEqual(lost);
    const text = answerOf(summary, []).sentences.join(' ');
    expect(text).toMatch(/lost until then, (?:all|\d+) of them before it noticed; the node was Ready again at 15m 4s/);
  });

  test('a failure that nobody noticed has nothing to come back from', () => {
    const unseen = ['node a', 100, null, null, null];
    const tables = new Map([...small(), ['recoveries', tableOf(RECOVERY_TABLE, [unseen])]]);
    const text = answerOf(summarize(tables, IDENTITY), []).sentences.join(' ');
    expect(text).toContain('Node a failed at 1m 40s; the cluster never noticed.');
  });

  test('a failure that cost no replica brings none back', () => {
    const untouched = tableOf(RECOVERY_TABLE, [['node general-2', 60, 100, 180, 180]]);
    const { sentences } = answerOf(summarize(new Map([['recoveries', untouched]]), IDENTITY), []);
    expect(sentences.join(' ')).toContain(
      'Node general-2 failed at 1m; the cluster noticed after 40 s and no workload was short of replicas; the node was Ready again at 3m.',
    );
  });

  test('tells the verdict, losses with reasons, rollout and recovery', () => {
    const answer = answerOf(summarize(fixtureTables(), IDENTITY), EXPECTATIONS);
    const text = answer.sentences.join(' ');
    expect(answer.headline).toMatch(/^1 of 3 expectations did not hold; \d+ of 2\d\d,\d{3} requests were lost\.$/);
    expect(answer.sentences.length).toBeLessThanOrEqual(5);
    expect(text).toContain('The rollout of deployment/frontend to revision 2 took 1m 12s');
    expect(text).toContain('Node general-2 failed at 10m; the cluster noticed after 40 s');
    expect(text).toContain('ready again after 5m 58s');
    expect(text).toMatch(/\d+ timed out and \d+ refused/);
    expect(text).toContain('Not met: availability(shoppers) >= 99.9% (seen: 99.87%)');
  });

  test('creation of workloads is told apart from updates', () => {
    const created = ['web', 'db'].map((name, index) => ['default', `deployment/${name}`, 1, 0, 10 + index, 'complete']);
    const updated = ['default', 'deployment/web', 2, 300, 330, 'complete'];
    const tell = (rollouts: (string | number)[][]): string => {
      const tables = new Map([...small(), ['rollouts', tableOf(ROLLOUT_TABLE, rollouts)]]);
      return answerOf(summarize(tables, IDENTITY), []).sentences.join(' ');
    };
    expect(tell(created)).toContain('2 Deployments came up, the slowest in 11 s.');
    expect(tell([...created, updated])).toContain('The rollout of deployment/web to revision 2 took 30 s');
    expect(tell([...created, updated])).not.toContain('came up');
  });

  test('says so when nothing was lost, and when nothing was sent', () => {
    const summary = summarize(small(), { ...IDENTITY, warmupSeconds: 20, durationSeconds: 30 });
    expect(answerOf(summary, []).headline).toBe('No request was lost.');
    expect(answerOf(summarize(new Map(), IDENTITY), []).headline).toBe('20m played.');
  });
});

test('summaryTables are rectangular text', () => {
  for (const table of summaryTables(summarize(fixtureTables(), IDENTITY))) {
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  }
});

describe('quantile', () => {
  test('spreads evenly within a cell and skips empty cells', () => {
    const histogram = { lows: [0, 1, 2], highs: [1, 2, 4], counts: [2, 0, 2], total: 4 };
    expect(quantileOfCells(histogram, 0)).toBe(0);
    expect(quantileOfCells(histogram, 0.25)).toBe(0.5);
    expect(quantileOfCells(histogram, 0.75)).toBe(3);
    expect(quantileOfCells(histogram, 1)).toBe(4);
  });

  test('of plain values interpolates between neighbours', () => {
    expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantileOf([7], 0.99)).toBe(7);
    expect(quantileOf([], 0.5)).toBeNull();
  });
});
