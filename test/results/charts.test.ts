import { expect, test } from 'vitest';
import { NODE_TABLE, PHASE_TABLE, POD_TABLE } from '../../src/cluster/nodes/tables.js';
import type { Cell } from '../../src/kernel/probe.js';
import { WIDE } from '../../src/results/charts/chart.js';
import { nodeCpuChart } from '../../src/results/charts/node-cpu.js';
import { podsChart } from '../../src/results/charts/pods.js';
import { startupChart } from '../../src/results/charts/startup.js';
import { sweepCharts } from '../../src/results/charts/sweep-figure.js';
import { IDENTITY, tableOf } from './fixture.js';
import { fixtureRuns } from './sweep-fixture.js';
import { node } from './waiting-fixture.js';

const podRow = (cells: Readonly<Record<string, Cell>>): Cell[] => {
  const usual: Readonly<Record<string, Cell>> = {
    namespace: 'default',
    workload: 'job/report',
    node: 'n-1',
    created_s: 0,
  };
  return POD_TABLE.columns.map(({ name }) => cells[name] ?? usual[name] ?? null);
};

test('a pod that has ended is not waited for', () => {
  const span = (pod: string, phase: string, from: number, to: number): Cell[] => {
    return ['default', pod, 'job/report', '', 'n-1', phase, from, to];
  };
  const pods = [
    podRow({ name: 'done', phase: 'Succeeded', stopped_s: 20 }),
    podRow({ name: 'lost', phase: 'Failed', stopped_s: 20 }),
    podRow({ name: 'ill', phase: 'Running' }),
  ];
  const spans = ['done', 'lost', 'ill'].flatMap((pod) => [
    span(pod, 'ready', 5, 20.5),
    span(pod, 'not-ready', 20.5, 60),
  ]);
  const tables = new Map([
    ['pods', tableOf(POD_TABLE, pods)],
    ['pod_phases', tableOf(PHASE_TABLE, spans)],
  ]);
  const { data } = podsChart(tables, IDENTITY)!;
  const last = data.rows.map(([pod, , phases]) => `${pod}: ${phases!.split('; ').at(-1)!.split(' ')[0]}`);
  expect(last).toEqual(['default/done: completed', 'default/ill: not-ready', 'default/lost: failed']);
});

test('what the kubelet does after a pod was ready is no part of its start-up', () => {
  const ready = { workload: 'deployment/web', scheduled_s: 1, running_s: 5, ready_s: 6 };
  const pods = [
    podRow({ ...ready, name: 'a', admitted_s: 2, started_s: 5 }),
    podRow({ ...ready, name: 'b', admitted_s: 300, started_s: 310 }),
  ];
  const { data } = startupChart(new Map([['pods', tableOf(POD_TABLE, pods)]]))!;
  expect(data.rows).toEqual([['web', '1', '1 s', '1 s', '0 s', '0 s', '3 s', '0 s', '1 s', '0 s']]);
});

test('a long time in which nothing changes is drawn flat', () => {
  const rows = [
    ...Array.from({ length: 6 }, (_, at) => node(10 * at, 10 * at + 10, 'n-1', 1, 1)),
    node(60, 600, 'n-1', 1, 1),
  ];
  const chart = nodeCpuChart(new Map([['nodes', tableOf(NODE_TABLE, rows)]]), IDENTITY)!;
  const drawn = JSON.stringify(chart.spec(WIDE)).match(/"from":[\d.]+,"kind":"used"/g)!;
  expect(drawn.slice(-2)).toEqual(['"from":60,"kind":"used"', '"from":600,"kind":"used"']);
});

test('a sweep draws latencies in milliseconds, and the rest in seconds', () => {
  const unitOf = (title: string): string | undefined => {
    const chart = sweepCharts(fixtureRuns()).find((one) => one.title === title)!;
    return /"title":"(m?s)"/.exec(JSON.stringify(chart.spec(WIDE)))?.[1];
  };
  expect(unitOf('p99 of shoppers')).toBe('ms');
  expect(unitOf('Rollout of frontend to revision 2')).toBe('s');
});
