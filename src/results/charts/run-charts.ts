import type { RecordedTables, RunIdentity } from '../identity.js';
import { balanceChart } from './balance.js';
import type { Chart } from './chart.js';
import { latencyChart } from './latency.js';
import { nodeCpuChart } from './node-cpu.js';
import { podsChart } from './pods.js';
import { replicasChart } from './replicas.js';
import { requestRateChart } from './request-rate.js';
import { serviceLatencyChart } from './service-latency.js';
import { startupChart } from './startup.js';

/** The charts of a run, in the order of the report. One without anything to draw is left out. */
export function runCharts(tables: RecordedTables, identity: RunIdentity): Chart[] {
  const charts = [
    requestRateChart(tables, identity),
    latencyChart(tables, identity),
    serviceLatencyChart(tables, identity),
    replicasChart(tables, identity),
    podsChart(tables, identity),
    startupChart(tables),
    nodeCpuChart(tables, identity),
    balanceChart(tables, identity),
  ];
  return charts.filter((chart) => chart !== undefined);
}
